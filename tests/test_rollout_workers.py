"""Rollouts in worker processes: groups, how many worlds each holds, and errors."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest

from examples.pucks import PuckKind, Pucks
from robopolicy.evaluation import rollouts
from robopolicy.evaluation.levels.base import LevelTrials
from robopolicy.evaluation.plan import make_plan
from robopolicy.evaluation.reference import ExpertActor
from robopolicy.evaluation.rollouts import (
    GROUP_SIZE,
    Actor,
    Group,
    Rollouts,
    group_size,
    groups_of,
    roll_out_all,
)
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.policies.base.condition import Condition
from sim.kinds.desk import DESK
from sim.observation import Observation
from sim.state import Array
from tests.idle import STEPS, Idle


@pytest.fixture(scope="module")
def asked() -> LevelTrials:
    return make_plan(EvaluateConfig(levels=("seen",), n=24, controls=())).levels[0]


def all_of(groups: list[Group], workers: int) -> dict[str, Rollouts]:
    return {
        group.name: out for group, out in roll_out_all(groups, partial(ExpertActor, DESK), STEPS, workers)
    }


@pytest.mark.long
def test_figures_do_not_depend_on_the_number_of_workers(asked: LevelTrials) -> None:
    groups = groups_of(asked, DESK)
    one, two = all_of(groups, 1), all_of(groups, 2)
    assert one.keys() == two.keys() == {"seen-000", "seen-001"}
    for name in one:
        for a, b in zip(one[name], two[name], strict=True):
            assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


class FewKind(PuckKind):
    """A process holds only so many of these worlds."""

    per_process = 3
    n_open = 0
    most_open = 0

    def open(self, pictures: bool = False) -> Pucks:
        type(self).n_open += 1
        type(self).most_open = max(self.n_open, self.most_open)
        return Counted(type(self))


class Counted(Pucks):
    """Tells its kind when it is closed."""

    def __init__(self, kind: type[FewKind]) -> None:
        self._kind = kind

    def close(self) -> None:
        self._kind.n_open -= 1


FEW = FewKind()


@pytest.mark.parametrize("per_process", [1, 3])
@pytest.mark.parametrize("level", ["seen", "shown"])
def test_a_process_opens_no_more_worlds_than_it_can_hold(
    level: str, per_process: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FewKind, "per_process", per_process)
    monkeypatch.setattr(EvaluateConfig, "kind", property(lambda _: FEW))
    asked = make_plan(EvaluateConfig(levels=(level,), n=7, controls=())).levels[0]
    groups = groups_of(asked, kind=FEW)
    assert [len(group.trials) for group in groups] == ([1] * 7 if per_process == 1 else [3, 3, 1])
    assert FewKind.n_open == 0
    monkeypatch.setattr(FewKind, "most_open", 0)
    monkeypatch.setattr(rollouts, "_mine", {})
    rollouts._start(Idle, 5)
    for group in groups:
        assert len(rollouts._run(group).success) == len(group.trials)
    assert FewKind.most_open == per_process
    for world in rollouts._mine["worlds"]:
        world.close()


def test_the_groups_of_the_desk_are_as_large_as_they_were() -> None:
    assert group_size(DESK) == GROUP_SIZE == 16
    assert group_size(PuckKind()) == 16


class Broken:
    context = None
    done = refused = np.zeros(GROUP_SIZE, bool)

    def begin(self) -> None:
        pass

    def reset(self, conditions: Sequence[Condition], names: Sequence[tuple[str, ...]]) -> None:
        raise RuntimeError("a broken actor")

    def act(self, seen: Sequence[Observation]) -> Array:
        raise AssertionError


def broken() -> Actor:
    return Broken()


def test_an_error_in_a_worker_reaches_the_caller(asked: LevelTrials) -> None:
    with pytest.raises(RuntimeError, match="broken actor"):
        list(roll_out_all(groups_of(asked, DESK), broken, STEPS, 1))


def test_no_groups_start_no_workers() -> None:
    assert list(roll_out_all([], broken, STEPS, 2)) == []
