"""Groups of items in the level "yours": their trials, figures and lines, and the file in examples/."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robopolicy.evaluation.evaluate import evaluate
from robopolicy.evaluation.levels.controls import EMPTY
from robopolicy.evaluation.levels.yours import YOURS, BadCommands, read_file
from robopolicy.evaluation.plan import make_plan
from robopolicy.evaluation.summary import summary
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.results import Result
from sim.desk.scenes.sampler import initial_state
from sim.kinds.desk import DESK

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "commands.yaml"
TEXT = """
amounts:
  - {say: "push the {object} left by 5 cm", goal: [[push_left, object, {by: 0.05}]]}
  - {say: "wait", goal: []}
talk:
  - turns:
      - {say: "open the drawer", goal: [[open_drawer]]}
      - {say: "thanks", goal: []}
    begin: {hand: closed}
"""


def config_of(folder: Path, text: str = TEXT, **options: Any) -> EvaluateConfig:
    path = folder / "mine.yaml"
    path.write_text(text)
    options = {"n": 4, "levels": ("yours",), "controls": (), **options}
    return EvaluateConfig(commands=str(path), **options)


def test_trials_have_a_command_a_turn_and_what_is_done_beforehand(tmp_path: Path) -> None:
    planned = YOURS.trials(config_of(tmp_path))
    assert [trial.kind for trial in planned.trials] == ["amounts"] * 4 + ["talk"] * 4
    pushing, waiting, *_, talking = planned.trials
    assert pushing.commands[0].goals[0].amount == 0.05
    assert [command.goals for command in waiting.commands] == [()]
    assert [command.sentence for command in talking.commands] == ["open the drawer", "thanks"]
    assert [goal.task for goal in talking.begin] == ["close_hand"]
    assert [scene.seed for scene in planned.scenes] == [trial.seed for trial in planned.trials]


def test_groups_and_items_have_figures_of_their_own(tmp_path: Path) -> None:
    plan = make_plan(config_of(tmp_path))
    amounts = [(True, (0.01,)), (True, ()), (False, (0.03,)), (False, ())]
    outcomes = [*amounts, *[(True, (None,))] * 3, (False, ())]
    results = [
        Result(trial, scene, success, 5, np.zeros((5, 7), np.float32), errors=errors)
        for trial, scene, (success, errors) in zip(
            plan.levels[0].trials, plan.levels[0].scenes, outcomes, strict=True
        )
    ]
    info = summary({"yours": results}, plan, DESK)
    assert {group: rate["n_success"] for group, rate in info["groups"].items()} == {"amounts": 2, "talk": 3}
    assert info["levels"]["yours"]["n_episodes"] == 8
    pushing, waiting = info["groups_items"]["amounts"]
    assert (pushing["say"], pushing["n_episodes"], pushing["n_success"]) == (
        ["push the {object} left by 5 cm"],
        2,
        1,
    )
    assert pushing["median_error"] == pytest.approx(0.02)
    assert (waiting["n_success"], "median_error" in waiting) == (1, False)
    assert info["groups_items"]["talk"][0]["say"] == ["open the drawer", "thanks"]
    assert [line.name for line in YOURS.lines(info)] == ["yours", "yours: amounts", "yours: talk"]
    assert {episode["group"] for episode in info["episodes"]} == {"amounts", "talk"}


def test_controls_repeat_single_sentences_that_ask_for_something(tmp_path: Path) -> None:
    config = config_of(tmp_path, n_controls=8)
    repeated = EMPTY.trials(config, [YOURS.trials(config)])
    assert [(trial.kind, trial.task, trial.sentence) for trial in repeated.trials] == [
        ("amounts", "push_left", "")
    ] * 2
    assert [scene.seed for scene in repeated.scenes] == [trial.seed for trial in repeated.trials]


def test_an_item_that_cannot_be_asked_is_named_with_its_file(tmp_path: Path) -> None:
    text = 'g: [{say: "open it", goal: [[open_drawer]], begin: {drawer: open}}]'
    with pytest.raises(BadCommands, match=r"mine.yaml: item 1 of 'g': no desk on which 'open it'"):
        YOURS.trials(config_of(tmp_path, text))


def test_items_are_about_the_desk(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"are about the desk; .* `shove_left:"):
        YOURS.trials(config_of(tmp_path, env="examples.pucks:PUCKS"))


def test_the_thirty_items_of_the_example_can_be_asked() -> None:
    config = EvaluateConfig(commands=str(EXAMPLE), levels=("yours",), n=12)
    planned = YOURS.trials(config)
    _, groups = read_file(EXAMPLE, DESK)
    assert sum(map(len, groups.values())) == 30
    assert len(planned.trials) == 12 * len(groups)
    for trial, scene in zip(planned.trials, planned.scenes, strict=True):
        state = initial_state(scene)
        goals = [goal for command in trial.commands for goal in command.goals]
        assert not any(DESK.achieved(goal, state, state) for goal in goals)
        assert all(command.sentence and "{" not in command.sentence for command in trial.commands)
        if goals and not trial.begin:
            assert DESK.possible(goals[0], state)


@pytest.mark.long
def test_the_expert_does_what_items_ask_and_nothing_where_nothing_may_change(tmp_path: Path) -> None:
    options = {"checkpoint": "expert", "output": str(tmp_path / "out"), "workers": 1, "n": 2}
    info, _ = evaluate(config_of(tmp_path, **options), lambda tallies, rate: None)
    assert info["levels"]["yours"]["n_success"] == 4, info["episodes"]
    assert info["groups_items"]["amounts"][1]["pc_success"] == 100
