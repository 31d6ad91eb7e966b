"""The scripted expert in the place of a policy: the ceiling of what an evaluation can show.

It is told the goal itself, which no policy ever is.
"""

from collections.abc import Sequence

import numpy as np

from robopolicy.trials import Trial
from sim import expert
from sim.scene import Scene
from sim.state import Array, State

EXPERT = "expert"


class ExpertPlayer:
    """The scripted expert: it is told the goal, which no policy ever is."""

    def reset(self, trials: Sequence[Trial], scenes: Sequence[Scene]) -> None:  # noqa: ARG002
        self._goals = [trial.goal for trial in trials]

    def act(self, states: Sequence[State]) -> Array:
        return np.stack([expert.act(s, goal) for s, goal in zip(states, self._goals, strict=True)])
