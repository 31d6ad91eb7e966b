"""The scripted expert in the place of a policy: the ceiling of what an evaluation can show.

It knows the goals itself, the true state and the dynamics of the world, which no policy ever does. It also
makes the goal states that are shown to policies instead of a sentence.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from robopolicy.evaluation.actor_types import KnowingActor
from robopolicy.evaluation.errand import Errand
from robopolicy.evaluation.trials.trial import Command
from robopolicy.policies.base.condition import GoalState
from sim.observation import Observation
from sim.state import Array, State
from sim.task import Goal, Truth
from sim.world import World, WorldKind

EXPERT = "expert"
LONGEST = 12.0  # s that a demonstration takes at most
LEAVING = 0.4  # s that it goes on after it has reached a goal


class ExpertActor(KnowingActor):
    """Carries out goals by the scripted skills, in order, and holds still where they are forbidden."""

    def __init__(self, kind: WorldKind) -> None:
        self._kind = kind
        self._errands: list[Errand | None] = []  # of each world; None: it must do nothing

    @property
    def done(self) -> Truth:
        return np.array([errand is not None and errand.done for errand in self._errands])

    @property
    def refused(self) -> Truth:
        return np.zeros(len(self._errands), bool)

    def begin(self) -> None:
        self._errands = []

    def reset(self, commands: Sequence[Command], scenes: Sequence[Any], given: Sequence[int]) -> None:
        self._errands = self._errands or [None] * len(commands)
        for row in given:
            one = commands[row]
            self._errands[row] = None if one.must_not else Errand(one.goals, scenes[row], self._kind)

    def act(self, seen: Sequence[Observation], states: Sequence[State]) -> Array:
        del seen
        asked = zip(states, self._errands, strict=True)
        return np.stack([np.zeros(7) if errand is None else errand.act(state) for state, errand in asked])


def demonstrated(world: World, scene: Any, goal: Goal, kind: WorldKind) -> tuple[State, State]:
    """The state at the start, and the one in which the expert has reached the goal and let go."""
    before = state = world.build(scene)
    left, leaving = kind.spec.steps(LONGEST), kind.spec.steps(LEAVING)
    while left > 0:
        state = world.step(kind.expert(state, goal, scene, before))
        done = kind.achieved(goal, before, state)
        left = min(left - 1, leaving) if done and left > leaving else left - 1
    return before, state


def shown(world: World, scene: Any, goal: Goal, kind: WorldKind) -> GoalState:
    """What one sensor sees of the beginning and the end of a demonstration."""
    sensor = kind.sensor(scene)
    before, after = demonstrated(world, scene, goal, kind=kind)
    return GoalState(sensor.observe(before), sensor.observe(after))
