"""The scripted expert in the place of a policy: the ceiling of what an evaluation can show.

It knows the goal itself, the true state and the dynamics of the world, which no policy ever does. It also
makes the goal states that are shown to policies instead of a sentence.
"""

from collections.abc import Sequence

import numpy as np

from robopolicy.adaptation.dynamics_filter import DynamicsEstimate, commanded
from robopolicy.evaluation.trials.trial import Command
from sim.desk.scene import Scene
from sim.desk.simulator import World
from sim.desk.tasks import expert
from sim.desk.tasks.families import achieved
from sim.desk.tasks.motions import DEFAULT_STYLE
from sim.observation import Observation
from sim.randomize.dynamics import Dynamics
from sim.state import Array, State
from sim.task import Goal

EXPERT = "expert"
LEAVING = 4  # control steps that it goes on after it has reached a goal


class ExpertActor:
    """Carries out goals by the scripted skills."""

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
            [np.zeros(7) if c.must_not else _act(state, c.goal, s.dynamics) for state, c, s in asked]
        )


def demonstrated(world: World, scene: Scene, goal: Goal, max_steps: int = 120) -> tuple[State, State]:
    """The state at the start, and the one in which the expert has reached the goal and let go."""
    before = state = world.build(scene)
    left = max_steps
    while left > 0:
        state = world.step(_act(state, goal, scene.dynamics))
        left = min(left - 1, LEAVING) if achieved(goal, before, state) and left > LEAVING else left - 1
    return before, state


def _act(state: State, goal: Goal, dynamics: Dynamics) -> Array:
    """The action to send so that this world's dynamics turn it into the one that is wanted."""
    wanted = expert.act(state, goal, expert.patient(DEFAULT_STYLE, dynamics.latency))
    turn, scale = np.array([dynamics.control_yaw]), np.array([dynamics.action_scale])
    known = DynamicsEstimate(np.zeros(1, int), turn, scale)
    return commanded(np.asarray(wanted, np.float32)[None], known)[0]
