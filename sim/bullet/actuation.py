"""How a commanded action reaches the arm: delayed, rotated and scaled, as the world's dynamics say.

Recorded actions are the commanded ones; they never pass through here.
"""

import math
from collections import deque
from collections.abc import Iterable

import numpy as np

from sim.randomize.dynamics import Dynamics
from sim.state import Array

REST = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)  # executed before the first action arrives: stay, hand open


def arrived(actions: Array, dynamics: Dynamics) -> Array:
    """An episode's actions (T, 7) as they reached the arm: (T, 7), clipped to [-1, 1]."""
    obey = Actuation(dynamics)
    return np.clip([obey(action) for action in np.asarray(actions, float).tolist()], -1, 1)


class Actuation:
    """Delay, rotation and scale of one world's actions; `pending` are those to be executed, oldest first."""

    def __init__(self, dynamics: Dynamics, pending: Iterable[tuple[float, ...]] = ()) -> None:
        self._scale = dynamics.action_scale
        self._cos, self._sin = math.cos(dynamics.control_yaw), math.sin(dynamics.control_yaw)
        self._plain = (dynamics.action_scale, dynamics.control_yaw) == (1.0, 0.0)
        self._pending = deque(tuple(pending) or (REST,) * dynamics.latency)

    @property
    def pending(self) -> tuple[tuple[float, ...], ...]:
        """The actions that were commanded and not executed yet, oldest first."""
        return tuple(self._pending)

    def __call__(self, action: list[float]) -> list[float]:
        """Take the action commanded now, return the one to execute now; its parts may exceed 1."""
        if self._pending:
            self._pending.append(tuple(action))
            action = list(self._pending.popleft())
        if self._plain:
            return action
        x, y, z, turn_x, turn_y, turn_z, grip = action
        cos, sin, scale = self._cos, self._sin, self._scale
        return [
            scale * (cos * x - sin * y), scale * (sin * x + cos * y), scale * z,
            scale * (cos * turn_x - sin * turn_y), scale * (sin * turn_x + cos * turn_y), scale * turn_z,
            grip,
        ]  # fmt: skip
