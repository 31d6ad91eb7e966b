"""The scripted expert in the place of a policy: the ceiling of what an evaluation can show.

It knows the goal itself, the true state and the dynamics of the world, which no policy ever does. It also
makes the goal states that are shown to policies instead of a sentence.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from robopolicy.evaluation.actor_types import KnowingActor
from robopolicy.evaluation.trials.trial import Command
from robopolicy.policies.base.condition import GoalState
from sim.observation import Observation
from sim.state import Array, State
from sim.task import Goal
from sim.world import World, WorldKind

EXPERT = "expert"
LONGEST = 12.0  # s that a demonstration takes at most
LEAVING = 0.4  # s that it goes on after it has reached a goal


class ExpertActor(KnowingActor):
    """Carries out goals by the scripted skills."""

    def __init__(self, kind: WorldKind) -> None:
        self._kind = kind

    def begin(self) -> None:
        pass

    def reset(self, commands: Sequence[Command], scenes: Sequence[Any]) -> None:
        self._commands = list(commands)
        self._scenes = list(scenes)

    def act(self, seen: Sequence[Observation], states: Sequence[State]) -> Array:
        del seen
        asked = zip(states, self._commands, self._scenes, strict=True)
        return np.stack(
            [np.zeros(7) if c.must_not else self._kind.expert(state, c.goal, s) for state, c, s in asked]
        )


def demonstrated(world: World, scene: Any, goal: Goal, kind: WorldKind) -> tuple[State, State]:
    """The state at the start, and the one in which the expert has reached the goal and let go."""
    before = state = world.build(scene)
    left, leaving = kind.spec.steps(LONGEST), kind.spec.steps(LEAVING)
    while left > 0:
        state = world.step(kind.expert(state, goal, scene))
        done = kind.achieved(goal, before, state)
        left = min(left - 1, leaving) if done and left > leaving else left - 1
    return before, state


def shown(world: World, scene: Any, goal: Goal, kind: WorldKind) -> GoalState:
    """What one sensor sees of the beginning and the end of a demonstration."""
    sensor = kind.sensor(scene)
    before, after = demonstrated(world, scene, goal, kind=kind)
    return GoalState(sensor.observe(before), sensor.observe(after))
