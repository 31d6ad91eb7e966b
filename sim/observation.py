"""What the policy sees: its own hand, and a *set* of named things.

Nothing here depends on which slot a thing stands in: the first `MAX_OBJECTS` rows hold the movable
objects (absent ones masked out), the last five the furniture, and the policy is told only their
names in words. The mapping is vectorised over leading axes, so a recorded episode and a live step
are seen through the same code.
"""

from typing import NamedTuple

import numpy as np

from sim.rotations import about_z, yaw_of
from sim.state import FIXTURES, MAX_OBJECTS, Array, State

MAX_ENTITIES = MAX_OBJECTS + len(FIXTURES)
HAND_COLUMNS = ("x", "y", "z", "qx", "qy", "qz", "qw", "opening")
"""Of `Observation.proprio`: position m, orientation xyzw, distance between the fingers m."""

THING_COLUMNS = (
    "x", "y", "z", "qx", "qy", "qz", "qw", "size_x", "size_y", "size_z", "joint", "light",
)  # fmt: skip
"""Of `Observation.entities`: position m, orientation xyzw, full size m, joint m or rad, light 0 or 1."""

PROPRIO_DIM, ENTITY_DIM = len(HAND_COLUMNS), len(THING_COLUMNS)


class Observation(NamedTuple):
    """One timestep or, with leading axes, many. SI units, world frame."""

    proprio: Array  # (..., 8)
    entities: Array  # (..., 10, 12); rows of absent objects are zero
    mask: Array  # (..., 10) 1 where a thing is present


def entity_names(object_names: tuple[str, ...]) -> tuple[str, ...]:
    """The names that go with an observation's rows; absent objects are the empty string."""
    return (*object_names, *[""] * (MAX_OBJECTS - len(object_names)), *FIXTURES)


def observe(state: State) -> Observation:
    """State -> what the policy sees of it, noise-free."""
    lead = state.ee_pos.shape[:-1]
    n = state.n_objects
    proprio = np.empty((*lead, PROPRIO_DIM), np.float32)
    proprio[..., :3] = state.ee_pos
    proprio[..., 3:7] = state.ee_quat
    proprio[..., 7] = state.gripper
    entities = np.zeros((*lead, MAX_ENTITIES, ENTITY_DIM), np.float32)
    entities[..., :n, 0:3] = state.object_pos
    entities[..., :n, 3:7] = state.object_quat
    entities[..., :n, 7:10] = state.object_size
    furniture = entities[..., MAX_OBJECTS:, :]
    furniture[..., 0:3] = state.fixture_pos
    furniture[..., 3:7] = about_z(state.fixture_yaw)
    furniture[..., :4, 10] = state.joints
    furniture[..., 2:4, 11] = state.lights
    mask = np.zeros((*lead, MAX_ENTITIES), np.float32)
    mask[..., :n] = 1
    mask[..., MAX_OBJECTS:] = 1
    return Observation(proprio, entities, mask)


def state_of(seen: Observation) -> State:
    """The inverse of `observe`, for one timestep: the state of the desk as it was observed.

    All numbers of furniture that is absent are NaN, so that every comparison with them is False.
    """
    n = int(seen.mask[:MAX_OBJECTS].sum())
    things, present = seen.entities[:n], seen.mask[MAX_OBJECTS:, None] > 0
    furniture = np.where(present, seen.entities[MAX_OBJECTS:], np.nan)
    return State(
        ee_pos=seen.proprio[:3],
        ee_quat=seen.proprio[3:7],
        gripper=seen.proprio[7],
        object_pos=things[:, :3],
        object_quat=things[:, 3:7],
        object_size=things[:, 7:10],
        fixture_pos=furniture[:, :3],
        fixture_yaw=yaw_of(furniture[:, 3:7]),
        joints=furniture[:4, 10],
        lights=furniture[2:4, 11],
    )
