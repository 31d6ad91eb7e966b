"""Pucks that can be nudged by an amount, and one who acts there as a test says."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from examples.pucks import HIGH, LOW, TASKS, TOUCH, PuckKind, go, shove, shoved_left
from robopolicy.evaluation.actor_types import KnowingActor
from robopolicy.evaluation.errand import Errand
from robopolicy.evaluation.rollouts import Group, roll_out
from robopolicy.evaluation.trials.results import Result
from robopolicy.evaluation.trials.trial import Command, Trial
from sim.desk.scenes.sampler import SceneConfig
from sim.observation import Observation
from sim.state import Array, State
from sim.task import Amount, Goal, Task, Truth

MAX_STEPS = 40


def to_the_left(before: State, after: State, obj: int, other: int = -1) -> Array:
    return after.pos(obj)[..., 1] - before.pos(obj)[..., 1]


def nudge(before: State, state: State, obj: int, other: int, style: Any, amount: float) -> Array:
    """Shove it just so far, and rise."""
    end = before.pos(obj)[1] + amount - TOUCH
    low = state.ee_pos[2] < HIGH - 0.01
    if to_the_left(before, state, obj) > amount - 0.005:
        return go(state, np.array([*state.ee_pos[:2], HIGH]), -1.0)
    action = shove(state, obj, other, style)
    if low and action[1] > 0:  # behind it
        return go(state, np.array([state.pos(obj)[0], min(state.ee_pos[1] + 0.04, end), LOW]), -1.0)
    return action


NUDGE = Task(
    "nudge",
    shoved_left,
    ("nudge {object}",),
    possible=lambda state, obj, other: True,
    skill=shove,
    arguments=1,
    amount=Amount(
        "by", "cm", 0.01, 0.02, 0.3, to_the_left, lambda amount: 0.02,
        lambda before, after, obj, other: np.ones_like(to_the_left(before, after, obj), bool),
        lambda state, obj, other, amount: True, nudge,
    ),
)  # fmt: skip


class NudgeKind(PuckKind):
    """One world a process, so that a group is one trial."""

    tasks, more_tasks, per_process = TASKS, (NUDGE,), 1


NUDGES = NudgeKind()
SCENE = NUDGES.draw(4, SceneConfig())


def nudged(row: int, amount: float) -> Goal:
    return Goal("nudge", row, amount=amount)


class Doer(KnowingActor):
    """Carries out goals of its own choice, whatever it is told; says that it is done as an expert does.

    With `late` it goes on, once it has said so, to those; with `silent` it says nothing; refuses what begins
    with "no".
    """

    def __init__(self, *goals: Goal, late: tuple[Goal, ...] = (), silent: bool = False) -> None:
        self._now, self._late, self._silent = Errand(goals, SCENE, NUDGES), late, silent
        self.seen: list[Observation] = []
        self._done, self._refused = np.zeros(1, bool), np.zeros(1, bool)

    @property
    def done(self) -> Truth:
        return self._done & (not self._silent)

    @property
    def refused(self) -> Truth:
        return self._refused

    def begin(self) -> None:
        pass

    def reset(self, commands: Sequence[Command], scenes: Sequence[Any], given: Sequence[int]) -> None:
        self._refused = np.array([command.sentence.startswith("no") for command in commands])

    def act(self, seen: Sequence[Observation], states: Sequence[State]) -> Array:
        self.seen += seen
        action = self._now.act(states[0])
        self._done = np.array([self._now.done])
        if self._now.done and self._late:
            self._now, self._late = Errand(self._late, SCENE, NUDGES), ()
        return action[None]


def came_of(actor: KnowingActor, *commands: Command, begin: tuple[Goal, ...] = ()) -> Result:
    """The result of one trial in `SCENE`."""
    trial = Trial("mine", 4, commands, begin=begin)
    group = Group("mine", 0, (trial,), (SCENE,), NUDGES)
    return roll_out(group, actor, [NUDGES.open()], MAX_STEPS).result(0, trial, SCENE)
