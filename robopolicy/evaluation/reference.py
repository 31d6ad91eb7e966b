"""The scripted expert in the place of a policy: the ceiling of what an evaluation can show.

It is told the goal itself, and how the world obeys, which no policy ever is. And it shows what is wanted,
for policies that are shown instead of told.
"""

from collections.abc import Sequence

import numpy as np

from robopolicy.adaptation.dynamics_filter import DynamicsEstimate, commanded
from robopolicy.evaluation.trials import Command
from sim.desk.scene import Scene
from sim.desk.simulator import World
from sim.desk.tasks import expert
from sim.desk.tasks.families import Goal, achieved
from sim.desk.tasks.skills import DEFAULT_STYLE
from sim.observation import Observation
from sim.randomize.dynamics import Dynamics
from sim.state import Array, State

EXPERT = "expert"
LEAVING = 4  # control steps that it goes on after it has reached a goal


class ExpertPlayer:
    """The scripted expert: it is told the goal and how its world obeys, which no policy ever is."""

    context = None

    def begin(self) -> None:
        pass

    def reset(self, commands: Sequence[Command], scenes: Sequence[Scene]) -> None:
        self._commands = list(commands)
        self._scenes = list(scenes)

    def act(self, seen: Sequence[Observation], states: Sequence[State]) -> Array:
        del seen
        asked = zip(states, self._commands, self._scenes, strict=True)
        return np.stack(
            [np.zeros(7) if c.refrain else _act(state, c.goal, s.dynamics) for state, c, s in asked]
        )


def demonstrated(world: World, scene: Scene, goal: Goal, max_steps: int = 120) -> tuple[State, State]:
    """How the desk is found, and how it is once the expert has reached the goal and let go."""
    before = state = world.build(scene)
    left = max_steps
    while left > 0:
        state = world.step(_act(state, goal, scene.dynamics))
        left = min(left - 1, LEAVING) if achieved(goal, before, state) and left > LEAVING else left - 1
    return before, state


def _act(state: State, goal: Goal, dynamics: Dynamics) -> Array:
    """What to send so that in this world the right thing arrives."""
    wanted = expert.act(state, goal, expert.patient(DEFAULT_STYLE, dynamics.latency))
    turn, scale = np.array([dynamics.control_yaw]), np.array([dynamics.action_scale])
    known = DynamicsEstimate(np.zeros(1, int), turn, scale)
    return commanded(np.asarray(wanted, np.float32)[None], known)[0]
