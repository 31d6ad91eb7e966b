"""The scripted expert in the place of a policy: the ceiling of what an evaluation can show.

It is told the goal itself, which no policy ever is.
"""

from collections.abc import Sequence

import numpy as np

from robopolicy.trials import Command
from sim import expert
from sim.scene import Scene
from sim.state import Array, State

EXPERT = "expert"


class ExpertPlayer:
    """The scripted expert: it is told the goal, which no policy ever is."""

    def reset(self, commands: Sequence[Command], scenes: Sequence[Scene]) -> None:  # noqa: ARG002
        self._commands = list(commands)

    def act(self, states: Sequence[State]) -> Array:
        return np.stack([_act(s, command) for s, command in zip(states, self._commands, strict=True)])


def _act(state: State, command: Command) -> Array:
    return np.zeros(7) if command.refrain else expert.act(state, command.goal)
