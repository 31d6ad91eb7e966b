"""Delay compensation: predict the observation at the time when the action that is sent now arrives.

A policy that acts on what it observes now, in a world with latency, overshoots; one that acts on what will
be by then does not (Smith, "Closer control of loops with dead time", 1957). The actions that are still on
their way are carried out by a kinematic model of the arm. What the fingers hold, an object or a handle,
stops them and moves with them; nothing else is predicted to move.
"""

import numpy as np
from numpy.typing import NDArray

from robopolicy.adaptation.dynamics_filter import ArmResponse, DynamicsEstimate, arriving
from sim.contact import between_fingers, in_grip
from sim.observation import Observation
from sim.state import Array
from sim.world_spec import WorldSpec

CLOSING = 0.5  # m by which the fingers close or open in a second


def predict_arrival(
    seen: Observation, sent: Array, world: DynamicsEstimate, response: ArmResponse, spec: WorldSpec
) -> Observation:
    """The observation (leading axis B) once the actions sent (B, steps, 7; the latest first) have arrived."""
    if not world.delay.any():
        return seen
    proprio, entities = np.array(seen.proprio, np.float32), np.array(seen.entities, np.float32)
    for ago in range(int(world.delay.max()) - 1, -1, -1):  # the oldest first
        action = arriving(sent[:, ago], world)
        _carry_out(proprio, entities, seen.mask, action, world.delay > ago, response, spec)
    return Observation(proprio, entities, seen.mask)


def _carry_out(
    proprio: Array,
    entities: Array,
    mask: Array,
    action: Array,
    rows: NDArray[np.bool_],
    r: ArmResponse,
    spec: WorldSpec,
) -> None:
    """Move the arm, and what it holds, by one action (B, 7) in some rows (B,), in place."""
    gap, there = entities[..., :3] - proprio[:, None, :3], mask > 0
    widths = entities[..., 7:9].min(-1)
    widths[:, spec.most_objects :] = [fixture.grip for fixture in spec.fixtures]
    width = np.where(there & between_fingers(gap), widths, 0).max(1)  # of what is between the fingers
    held = there & in_grip(gap, proprio[:, 7:], widths, spec.open_hand) & (action[:, 6:] < 0)
    goal = (action[:, 6] + 1) / 2 * spec.action.opening
    closing = CLOSING / spec.control_hz
    opening = proprio[:, 7] + np.clip(goal - proprio[:, 7], -closing, closing)
    hand = proprio[:, :3]
    shift = np.clip(hand + r.shift * spec.action.shift * action[:, :3], *spec.workspace) - hand
    entities[..., :3] += shift[:, None] * (held & rows[:, None])[..., None]
    proprio[rows, :3] += shift[rows]
    proprio[rows, 3:7] = _rotated(proprio[rows, 3:7], r.turn * spec.action.turn * action[rows, 3:6])
    proprio[rows, 7] = np.maximum(opening, np.minimum(width, proprio[:, 7]))[rows]


def _rotated(quat: Array, by: Array) -> Array:
    """Quaternions xyzw (N, 4), rotated by axis-angle vectors (N, 3) in the world frame."""
    angle = np.linalg.norm(by, axis=1, keepdims=True)
    v, w = by * (0.5 * np.sinc(angle / (2 * np.pi))), np.cos(angle / 2)
    u, s = quat[:, :3], quat[:, 3:]
    return np.concatenate([w * u + s * v + np.cross(v, u), w * s - (v * u).sum(1, keepdims=True)], 1)
