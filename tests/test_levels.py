"""Levels: one defined here goes the whole way, from plan to report, without an edit of any package."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from robopolicy.evaluation.evaluate import Evaluation, evaluate, evaluated
from robopolicy.evaluation.levels.base import Level, LevelTrials
from robopolicy.evaluation.levels.registry import LEVELS, asked
from robopolicy.evaluation.plan import make_plan
from robopolicy.evaluation.rollouts import GROUP_SIZE
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.judges import Judge, Said, Verdict
from robopolicy.evaluation.trials.trial import Command, Trial
from robopolicy.reporting.report import write_report
from robopolicy.reporting.tables import failures_of, family_table, level_table, lines_of, markdown_table
from sim.common.seeds import seeds_of
from sim.desk.scenes.sampler import draw_scene_for
from sim.state import State
from sim.world import WorldKind

N = 6
STAYS = 4  # control steps that the goal has to hold
TASKS = ("open_drawer", "close_drawer")


@dataclass(frozen=True, kw_only=True)
class LastingLevel(Level):
    """A polite sentence, and a judge of its own: what is asked for has to last, but not by going on for long.

    Every other trial cannot succeed: the judge of closing calls it too slow at once.
    """

    def trials(self, config: EvaluateConfig, planned: Sequence[LevelTrials]) -> LevelTrials:
        trials, scenes = [], []
        for i, seed in enumerate(seeds_of(self.name, config.seed, config.n)):
            task = TASKS[i % len(TASKS)]
            scene, goal = draw_scene_for(task, seed)
            trials.append(Trial(self.name, seed, (Command(f"would you mind? {task}", (goal,)),)))
            scenes.append(scene)
        return LevelTrials(self, tuple(trials), tuple(scenes))

    def judge(self, command: Command, before: State, kind: WorldKind) -> Judge:
        held = [0]

        def judge(now: State, steps: int, time_up: bool, said: Said) -> Verdict | None:
            if command.task == TASKS[1]:
                return Verdict(False, "too slow")
            held[0] = held[0] + 1 if bool(kind.achieved(command.goal, before, now)) else 0
            if held[0] == STAYS:
                return Verdict(True)
            return Verdict(False, "did not last") if time_up else None

        return judge


LASTING = LastingLevel(name="lasting", description="what is done has to last")
WITH_IT = (*LEVELS, LASTING)


def options(**given: Any) -> EvaluateConfig:
    usual = EvaluateConfig(checkpoint="expert", levels=("lasting",), n=N, workers=1)
    return replace(usual, **given)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Evaluation]:
    folder = tmp_path_factory.mktemp("levels")
    return folder, evaluate(options(output=str(folder)), lambda *_: None, levels=WITH_IT)


def test_a_level_is_found_by_its_name_among_those_that_are_given() -> None:
    config = options(levels=("seen", "lasting"))
    assert [level.name for level in asked(config, WITH_IT)] == ["seen", "lasting", "shuffled", "empty"]
    with pytest.raises(ValueError, match="no level is called 'lasting'"):
        asked(config)
    with pytest.raises(ValueError, match="did you mean lasting"):
        asked(options(levels=("lastin",)), WITH_IT)
    with pytest.raises(ValueError, match="no control is called 'seen'"):
        asked(options(controls=("seen",)), WITH_IT)


def test_a_level_that_is_added_leaves_the_trials_of_all_others_as_they_were() -> None:
    config = options(levels=("seen", "pairs", "chain"), n=3)
    assert make_plan(config, WITH_IT) == make_plan(config)


def test_its_trials_are_planned_and_repeated_by_the_controls() -> None:
    plan = make_plan(options(), WITH_IT)
    assert [one.key for one in plan.levels] == ["lasting", "control-shuffled", "control-empty"]
    assert [one.scenes for one in plan.levels[1:]] == [plan.levels[0].scenes] * 2
    assert {one.judge for one in plan.levels} == {LASTING.judge}


def test_its_judge_decides_in_the_worker_and_says_why(done: tuple[Path, Evaluation]) -> None:
    _, (_, results) = done
    assert [result.cause for result in results["lasting"][1::2]] == ["too slow"] * (N // 2)
    assert {result.steps for result in results["lasting"][1::2]} == {1}
    successes = [result for result in results["lasting"] if result.success]
    assert successes
    for result in successes:
        assert result.trial.task == TASKS[0]
        assert result.steps > STAYS


def test_its_figures_stand_in_the_info_on_disk_which_can_be_read_back(done: tuple[Path, Evaluation]) -> None:
    folder, (info, results) = done
    k = sum(result.success for result in results["lasting"])
    assert (info["levels"]["lasting"]["n_episodes"], info["levels"]["lasting"]["n_success"]) == (N, k)
    assert [set(by_level) for by_level in info["per_task"].values()] == [{"lasting"}, {"lasting"}]
    assert [episode["level"] for episode in info["episodes"]] == ["lasting"] * N
    assert set(info["controls"]) == {"shuffled", "empty"}
    assert evaluated(options(output=str(folder)), WITH_IT).info == json.loads(json.dumps(info))


def test_every_table_and_the_report_have_its_line(done: tuple[Path, Evaluation]) -> None:
    folder, (info, _) = done
    console = Console(record=True, width=200, file=(folder / "printed").open("w"))
    console.print(level_table(info, WITH_IT), family_table(info), failures_of(info))
    printed = console.export_text()
    assert re.search(rf"^ *lasting +{N} ", printed, re.MULTILINE)
    assert f"{N // 2} too slow" in printed
    assert f"| lasting | {N} |" in markdown_table(info, WITH_IT)
    page = write_report(folder, levels=WITH_IT).read_text()
    assert "what is done has to last" in page
    assert "too slow" in page


def test_a_level_that_is_not_known_any_more_is_printed_all_the_same(done: tuple[Path, Evaluation]) -> None:
    _, (info, _) = done
    known, unknown = lines_of(info, WITH_IT), lines_of(info)
    assert [line[:4] for line in unknown] == [line[:4] for line in known]


def test_levels_have_different_names_and_say_what_is_new() -> None:
    assert len({level.key for level in LEVELS}) == len(LEVELS)
    assert all(level.description for level in LEVELS)
    assert GROUP_SIZE >= N  # of one group: the test above needs one process
