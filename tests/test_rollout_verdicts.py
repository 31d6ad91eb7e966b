"""What counts as success where something is forbidden, and why a rollout failed."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from robopolicy.evaluation.levels.base import LevelTrials
from robopolicy.evaluation.plan import make_plan
from robopolicy.evaluation.reference import ExpertActor
from robopolicy.evaluation.rollouts import (
    GROUP_SIZE,
    Group,
    groups_of,
    roll_out,
)
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.judges import FELL, FORBIDDEN, TIME
from robopolicy.evaluation.trials.trial import Command, Trial
from sim.desk.scene import Scene, Thing
from sim.desk.simulator import World
from sim.kinds.desk import DESK
from sim.task import Goal
from tests.idle import STEPS, Idle


def one(sentence: str, goal: Goal, must_not: bool = False) -> Trial:
    return Trial("seen", 0, (Command(sentence, (goal,), must_not),))


def forbidding(trial: Trial) -> Trial:
    return trial._replace(commands=(trial.first._replace(must_not=True),))


@pytest.fixture(scope="module")
def asked() -> LevelTrials:
    return make_plan(EvaluateConfig(levels=("seen",), n=24, controls=())).levels[0]


@pytest.fixture(scope="module")
def worlds() -> Iterator[list[World]]:
    made = [World() for _ in range(GROUP_SIZE)]
    yield made
    for world in made:
        world.close()


class Stubborn(ExpertActor):
    """Does what it is asked, even what it is forbidden."""

    def reset(self, commands: Sequence[Command], scenes: Sequence[Scene], given: Sequence[int]) -> None:
        super().reset([command._replace(must_not=False) for command in commands], scenes, given)


def test_what_is_forbidden_must_not_be_done(worlds: list[World]) -> None:
    asked = make_plan(EvaluateConfig(levels=("pairs",), n=40, controls=())).levels[0]
    forbidden = [i for i, trial in enumerate(asked.trials) if trial.first.must_not]
    assert len(forbidden) == 8
    group = Group(
        "pairs", 0, tuple(asked.trials[i] for i in forbidden), tuple(asked.scenes[i] for i in forbidden), DESK
    )
    still = roll_out(group, ExpertActor(DESK), worlds, 40)
    assert still.success.all()
    assert (still.steps == 40).all()
    stubborn = roll_out(group, Stubborn(DESK), worlds, 60)
    assert not stubborn.success.any()
    assert (stubborn.steps < 60).any()


SIZE = (0.045, 0.045, 0.045)
CUBE = Thing("blue", "cube", SIZE, (0.45, 0.0, 0.023), 0.0)
OFF = Thing("red", "cube", SIZE, (1.1, 0.0, 0.05), 0.0)
"""It has nothing under it: the desk ends at x = 0.95."""


@pytest.mark.parametrize(
    ("trial", "success", "cause"),
    [
        (one("lift it", Goal("lift", 0)), False, FELL),
        (one("lift it", Goal("lift", 1)), False, TIME),
        (one("stack it", Goal("stack", 1, 0)), False, FELL),
        (one("open it", Goal("open_drawer")), False, TIME),
        (one("do not lift it", Goal("lift", 1), must_not=True), True, ""),
    ],
)
def test_a_rollout_says_why_it_failed(
    trial: Trial, success: bool, cause: str, worlds: list[World], injected: Callable[..., None]
) -> None:
    scene = Scene(0, "right_handed", (OFF, CUBE), (0.0, 0.0, 0.0, -0.45), led=False)
    out = roll_out(Group("seen", 0, (trial,), (scene,), DESK), Idle(), worlds, 12)
    assert (bool(out.success[0]), out.causes[0], int(out.steps[0])) == (success, cause, 12)
    if cause == FELL:
        injected("a target falls off the desk in a trial", "a scene with an object beyond its edge", 1)


def test_what_was_forbidden_and_done_is_a_cause_of_its_own(asked: LevelTrials, worlds: list[World]) -> None:
    group = groups_of(asked, DESK)[0]
    forbidden = tuple(forbidding(trial) for trial in group.trials[:4])
    group = group._replace(trials=forbidden, scenes=group.scenes[:4])
    out = roll_out(group, Stubborn(DESK), worlds, STEPS)
    assert (~out.success).sum() >= 3
    assert set(out.causes[~out.success]) == {FORBIDDEN}
