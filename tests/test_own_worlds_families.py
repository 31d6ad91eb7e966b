"""The families of a user's own world: as many as it has, about whatever it has."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from examples.pucks import MAT, PuckKind, go
from robopolicy.cli.main import main
from robopolicy.common.errors import UserError
from robopolicy.evaluation.levels.unseen import SEEN
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.training.config import TrainConfig
from sim.kinds.desk import DESK
from sim.task import Task


class MatKind(PuckKind):
    """Nothing can be asked of pucks but to touch the mat."""

    tasks = (
        Task(
            "touch_mat",
            lambda before, after, obj, other=-1: np.hypot(*(after.ee_pos[..., :2] - MAT[:2]).T) < 0.02,
            ("touch|reach|tap {fixture}", "go |straight to {fixture}"),
            held_out=("tap {fixture}",),
            possible=lambda state, obj, other: True,
            skill=lambda state, obj, other, style: go(state, MAT, 1.0),
            fixture="mat",
            told="touched {fixture}",
        ),
    )


class StrictKind(PuckKind):
    """A family can never be asked for beside one that can."""

    tasks = (replace(PuckKind.tasks[0], name="fly", possible=lambda *_: False), *PuckKind.tasks)


class DeadKind(PuckKind):
    """Nothing can ever be asked for."""

    tasks = StrictKind.tasks[:1]


class BusyKind(PuckKind):
    """Pucks of which thirty things can be asked."""

    tasks = tuple(replace(PuckKind.tasks[0], name=f"shove_{i}") for i in range(30))


BUSY, MATS, STRICT, DEAD = BusyKind(), MatKind(), StrictKind(), DeadKind()
HERE = "tests.test_own_worlds_families"
ASKED = ("checkpoint=expert", "n=6", "max_steps=40", "workers=1")


def test_a_policy_needs_a_code_for_each_family_of_its_own_world() -> None:
    pucks, busy = "examples.pucks:PUCKS", f"{HERE}:BUSY"
    assert TrainConfig(env=pucks, policy=PolicyConfig(codes=3)).policy.codes == 3
    with pytest.raises(UserError, match="codes must be at least 3, one for each family, not 2"):
        TrainConfig(env=pucks, policy=PolicyConfig(codes=2))
    with pytest.raises(UserError, match="codes must be at least 31, one for each family, not 25"):
        TrainConfig(env=busy)
    with pytest.raises(UserError, match="codes must be at least 25"):
        TrainConfig(policy=PolicyConfig(codes=24))
    assert TrainConfig(env=busy, policy=PolicyConfig(codes=31)).env == busy


@pytest.mark.long
def test_a_world_whose_families_are_about_fixtures_is_evaluated_without_the_levels_about_objects(
    tmp_path: Path, capsys
) -> None:
    assert main(["evaluate", f"env={HERE}:MATS", f"output={tmp_path}", *ASKED]) == 0
    assert "the level composition is left out" in " ".join(capsys.readouterr().err.split())
    info = json.loads((tmp_path / "eval_info.json").read_text())
    assert info["levels"].keys() == {"seen", "paraphrase"}
    assert info["levels"]["seen"]["n_success"] == 6
    assert info["controls"].keys() == {"empty"}  # there is no other family to take sentences of


@pytest.mark.long
def test_a_family_that_can_never_be_asked_for_does_not_end_the_evaluation_of_others(
    tmp_path: Path, capsys
) -> None:
    asked = ("levels=seen", "controls=[]")
    assert main(["evaluate", f"env={HERE}:STRICT", f"output={tmp_path}", *ASKED, *asked]) == 0
    told = " ".join(capsys.readouterr().err.split())
    assert "the level seen is evaluated without fly: no scene in which fly is possible" in told
    info = json.loads((tmp_path / "eval_info.json").read_text())
    tasks = [one["task"] for one in info["episodes"]]
    assert tasks == ["shove_left", "park"] * 3


def test_a_world_in_which_nothing_can_be_asked_is_said_to_be_one(tmp_path: Path, capsys) -> None:
    assert main(["evaluate", f"env={HERE}:DEAD", f"output={tmp_path}", *ASKED]) == 2
    assert "nothing to evaluate: the world" in capsys.readouterr().err


def test_families_that_a_level_has_nothing_of_are_listed_as_such(capsys) -> None:
    assert main(["tasks", f"env={HERE}:STRICT", "sentences=1"]) == 0
    told = capsys.readouterr().out
    assert "nothing on the level seen" in told
    assert "park" in told


def test_the_trials_of_the_desk_are_as_they_were() -> None:
    """Their families in turn, with none left out."""
    one = SEEN.trials(EvaluateConfig(n=len(DESK.tasks)))
    assert [trial.task for trial in one.trials] == [task.name for task in DESK.tasks]
    assert len(one.scenes) == len(one.trials)
