"""The scripted expert in the place of a policy: the ceiling of what an evaluation can show.

It is told the goal itself, which no policy ever is. And it shows what is wanted, for policies that are
shown instead of told.
"""

from collections.abc import Sequence

import numpy as np

from robopolicy.trials import Command
from sim import expert
from sim.observation import Observation
from sim.scene import Scene
from sim.skills import DEFAULT_STYLE, Style
from sim.state import Array, State
from sim.tasks import Goal, achieved
from sim.world import World

EXPERT = "expert"
LEAVING = 4  # control steps that it goes on after it has reached a goal


class ExpertPlayer:
    """The scripted expert: it is told the goal, which no policy ever is."""

    def reset(self, commands: Sequence[Command], scenes: Sequence[Scene]) -> None:
        self._commands = list(commands)
        self._styles = [expert.patient(DEFAULT_STYLE, scene.dynamics.latency) for scene in scenes]

    def act(self, seen: Sequence[Observation], states: Sequence[State]) -> Array:
        del seen
        asked = zip(states, self._commands, self._styles, strict=True)
        return np.stack([_act(*each) for each in asked])


def demonstrated(world: World, scene: Scene, goal: Goal, max_steps: int = 120) -> tuple[State, State]:
    """How the desk is found, and how it is once the expert has reached the goal and let go."""
    before = state = world.build(scene)
    left, style = max_steps, expert.patient(DEFAULT_STYLE, scene.dynamics.latency)
    while left > 0:
        state = world.step(expert.act(state, goal, style))
        left = min(left - 1, LEAVING) if achieved(goal, before, state) and left > LEAVING else left - 1
    return before, state


def _act(state: State, command: Command, style: Style) -> Array:
    return np.zeros(7) if command.refrain else expert.act(state, command.goal, style)
