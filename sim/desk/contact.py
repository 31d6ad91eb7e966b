"""Whether the hand holds something on the desk, judged by where the fingers are and how far they are open.

Each question has one answer here, and they differ in how strict they are; those from distances alone, for
whoever sees poses with noise in any world, stand in `sim.contact`:

- `in_hand`, `released`: for judges, forgiving; what is neither is on its way;
- `holds`: for skills, strict: the fingers are snug, and the object may be moved;
- `held_object`: for play, which does not know what it meant to grasp.
"""

import numpy as np

from sim.contact import LEVEL
from sim.state import POS, State
from sim.task import Truth

OPEN_HAND = 0.062  # m between the fingers: nothing in our catalogue is held at this opening
GRIP_REACH = 0.05  # m from the fingertips to the centre of an object in the hand
HAND_AWAY = 0.09  # m: farther than this the hand cannot be holding the object
SNUG = 0.007  # m: fingers that are open no wider than this beyond an object's width touch it
OFF_CENTRE = 0.028  # m from the tool to the object's centre, sideways, when a skill has grasped it
OFF_DESK = 0.012  # m between the desk and the underside of what has been picked up


def in_hand(state: State, obj: int) -> Truth:
    """Whether the fingers are closed near the object: (...,)."""
    near = np.linalg.norm(state.ee_pos - state.pos(obj), axis=-1) <= GRIP_REACH
    return near & (state.gripper < OPEN_HAND)


def released(state: State, obj: int) -> Truth:
    """Whether the hand certainly does not hold the object: it is open wide, or somewhere else; (...,)."""
    away = np.linalg.norm(state.ee_pos - state.pos(obj), axis=-1) >= HAND_AWAY
    return (state.gripper >= OPEN_HAND) | away


def holds(state: State, obj: int) -> bool:
    """Whether the fingers touch the object and have it between them; no leading axes."""
    gap = state.pos(obj) - state.ee_pos
    snug = state.gripper < float(state.size(obj)[:2].min()) + SNUG
    return bool(snug and np.hypot(gap[0], gap[1]) < OFF_CENTRE and abs(gap[2]) < LEVEL)


def held_object(state: State) -> int:
    """The index of the object that the hand has lifted off the desk, -1 if there is none; no leading axes."""
    if state.gripper >= OPEN_HAND or not state.n_objects:
        return -1
    gaps = np.linalg.norm(state.objects[:, POS] - state.ee_pos, axis=1)
    nearest = int(gaps.argmin())
    clear = state.pos(nearest)[2] - state.size(nearest)[2] / 2 > OFF_DESK
    return nearest if gaps[nearest] <= GRIP_REACH and clear else -1
