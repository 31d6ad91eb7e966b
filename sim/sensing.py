"""What a tracker of objects makes of the world: noise, a bias per object, and moments without sight.

Only what the policy sees passes through here, never the `State` that judges. The movable objects'
poses are affected; the hand knows its joints, and the furniture was measured once. An object that is
not seen keeps its last seen row, as a tracker's track does until it is found again; the mask stays.
"""

import numpy as np

from sim.dynamics import Dynamics
from sim.observation import Observation, observe
from sim.scene import Scene
from sim.state import MAX_OBJECTS, Array, State

_SALT = 0x5E25E  # tells the sensor's numbers from those that drew the scene

Memory = tuple[int, Array | None]
"""Instants seen, and the objects' rows at the last."""


class Sensor:
    """Sees one episode, instant after instant: a function of the scene and the states so far.

    `memory` is what it knew before the latest instant; a sensor made with it sees that instant again.
    """

    def __init__(self, scene: Scene, memory: Memory = (0, None)) -> None:
        self._dynamics, self._seed = scene.dynamics, scene.seed
        self._clear = is_clear(scene.dynamics)
        rng = np.random.default_rng([self._seed, _SALT])
        self._bias = scene.dynamics.position_bias * rng.standard_normal((MAX_OBJECTS, 3))
        self.memory, self._now = memory, memory

    def observe(self, state: State) -> Observation:
        """What is seen of the episode's next instant (no leading axes)."""
        seen = observe(state)
        if self._clear:
            return seen
        self.memory, d, n = self._now, self._dynamics, state.n_objects
        t, last = self.memory
        rng = np.random.default_rng([self._seed, _SALT, t])
        shake = rng.standard_normal((MAX_OBJECTS, 6))
        lost = rng.random(MAX_OBJECTS) < d.dropout
        rows = seen.entities[:n]
        rows[:, :3] += self._bias[:n] + d.position_noise * shake[:n, :3]
        rows[:, 3:7] = _turned(rows[:, 3:7], d.orientation_noise * shake[:n, 3:])
        if last is not None:
            rows[lost[:n]] = last[lost[:n]]
        self._now = t + 1, rows.copy()
        return seen


def sense(states: State, scene: Scene) -> Observation:
    """A whole episode (T, ...) as a `Sensor` sees it live: (T, ...)."""
    sensor, n = Sensor(scene), len(states.ee_pos)
    return Observation(*map(np.stack, zip(*(sensor.observe(states.at(t)) for t in range(n)), strict=True)))


def is_clear(dynamics: Dynamics) -> bool:
    """Whether everything is seen as it is."""
    d = dynamics
    return not (d.position_noise or d.orientation_noise or d.position_bias or d.dropout)


def _turned(quat: Array, by: Array) -> Array:
    """Quaternions (N, 4) xyzw turned by rotation vectors (N, 3), rad, world frame."""
    angle = np.linalg.norm(by, axis=-1, keepdims=True)
    v = by * (0.5 * np.sinc(angle / (2 * np.pi)))
    w = np.cos(angle / 2)
    qv, qw = quat[:, :3], quat[:, 3:]
    return np.concatenate(
        [w * qv + qw * v + np.cross(v, qv), w * qw - (v * qv).sum(-1, keepdims=True)], axis=-1
    )
