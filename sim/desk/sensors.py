"""What an object tracker observes: poses with noise, a bias per object, and dropouts.

Only what the policy sees passes through here, never the `State` that tasks are judged by. The poses of
movable objects are affected; the hand knows its joints, and the furniture was measured once. An object
that is not seen keeps its last observed row, as in a tracker until it is found again; the mask stays.
"""

import numpy as np
from numpy.typing import NDArray

from sim.common.seeds import rng_of
from sim.desk.constants import MAX_OBJECTS
from sim.desk.rows import observe
from sim.desk.scene import Scene
from sim.observation import Observation
from sim.randomize.dynamics import Dynamics
from sim.state import Array, State

BLOCK = 64  # timesteps whose errors are drawn at once, for speed

Memory = tuple[int, Array | None]
"""Number of timesteps observed, and the objects' rows at the last."""


class Sensor:
    """Observes one episode, timestep by timestep: a function of the scene and the states so far.

    `memory` is what it knew before the latest timestep; a sensor made with it observes that one again.
    """

    def __init__(self, scene: Scene, memory: Memory = (0, None)) -> None:
        self._dynamics, self._seed = scene.dynamics, scene.seed
        self._clear = is_clear(scene.dynamics)
        rng = rng_of("sensor", self._seed)
        self._bias = scene.dynamics.position_bias * rng.standard_normal((MAX_OBJECTS, 3))
        self.memory, self._now, self._block = memory, memory, -1

    def observe(self, state: State) -> Observation:
        """The observation of the episode's next timestep; `state` has no leading axes."""
        seen = observe(state)
        if self._clear:
            return seen
        self.memory, n = self._now, state.n_objects
        t, last = self.memory
        if t // BLOCK != self._block:
            self._block = t // BLOCK
            self._errors = _errors(self._dynamics, self._seed, self._block)
        shifts, turns, losses = self._errors
        shift, turn, lost = shifts[t % BLOCK, :n], turns[t % BLOCK, :n], losses[t % BLOCK, :n]
        rows = seen.entities[:n]
        rows[:, :3] += self._bias[:n] + shift
        rows[:, 3:7] = (turn @ rows[:, 3:7, None])[..., 0]
        if last is not None and lost.any():
            rows[lost] = last[lost]
        self._now = t + 1, rows.copy()
        return seen


def sense(states: State, scene: Scene) -> Observation:
    """The observations of a whole episode (T, ...), as a `Sensor` makes them one by one: (T, ...)."""
    if is_clear(scene.dynamics):
        return observe(states)
    sensor, n = Sensor(scene), len(states.hand)
    return Observation(*map(np.stack, zip(*(sensor.observe(states.at(t)) for t in range(n)), strict=True)))


def is_clear(dynamics: Dynamics) -> bool:
    """Whether observations are free of errors."""
    d = dynamics
    return not (d.position_noise or d.orientation_noise or d.position_bias or d.dropout)


def _errors(dynamics: Dynamics, seed: int, block: int) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Errors at B = BLOCK timesteps of N objects: shifts (B, N, 3), turns (B, N, 4, 4), whether lost (B, N).

    A turn is the matrix that multiplies a quaternion xyzw by a small rotation in the world frame.
    """
    rng = rng_of("sensor", seed, block)
    shift = dynamics.position_noise * rng.standard_normal((BLOCK, MAX_OBJECTS, 3))
    by = dynamics.orientation_noise * rng.standard_normal((BLOCK, MAX_OBJECTS, 3))  # rotation vectors, rad
    lost = rng.random((BLOCK, MAX_OBJECTS)) < dynamics.dropout
    angle = np.linalg.norm(by, axis=-1)
    x, y, z = np.moveaxis(by * (0.5 * np.sinc(angle / (2 * np.pi)))[..., None], -1, 0)
    w = np.cos(angle / 2)
    turn = np.array([[w, -z, y, x], [z, w, -x, y], [-y, x, w, z], [-x, -y, -z, w]])  # (4, 4, B, N)
    return shift, np.moveaxis(turn, (0, 1), (2, 3)), lost
