"""How a skill ends: it lets go, leaves straight upwards, and holds still.

As all of a skill, it depends on the state alone. States have no leading axes here.
"""

from dataclasses import replace

import numpy as np

from sim.bullet.kinematics import STEP_LENGTH
from sim.desk.constants import DOOR, DRAWER, LEVER
from sim.desk.contact import OFF_CENTRE, OPEN_HAND, in_hand, released
from sim.desk.tasks.geometry import bottom, top
from sim.desk.tasks.motions import ACTION, CLOSE, OPEN, Skill, Style, go_to, heading_of, put, use_handle
from sim.desk.tasks.room import Spot, Where
from sim.reaching import hold_still
from sim.state import Array, State

FULLY = 0.077  # m between the fingers: as open as they go
CLEAR = 0.10  # m above what was let go of: here a hand rests
OVER = 0.015  # m between what is carried and whatever it is carried over
AROUND = 0.025  # m above the centre of what was let go of: the fingers are still round it
CENTRED = 0.004  # m from it, sideways
ROUND_HANDLE = 0.03  # m from the tool to a handle: the fingers are round it
HANDLES = (DRAWER, DOOR, LEVER)
SET = (0.005, 0.014)  # m from where a handle is to be: it is there while it is held, and once it is let go of
AT_ITS_SPOT = (0.020, 0.014)  # m, sideways and in height: it was set down where it was to go


def rest(state: State) -> Array:
    """Hold still, and hold on to what is in the hand."""
    action = hold_still(state, ACTION)
    if any(in_hand(state, obj) for obj in range(state.n_objects)):
        action[6] = CLOSE
    return action


def round_handle(state: State) -> bool:
    """Whether the fingers are round a handle."""
    points = np.array([state.pos(fixture) for fixture in HANDLES])
    return bool((np.linalg.norm(points - state.ee_pos, axis=1) < ROUND_HANDLE).any())


def leave(state: State, thing: int, style: Style, opened: float = 0.0) -> Array:
    """Open the fingers so far, m, around the thing, go straight up from it and rest above it."""
    centre = state.pos(thing)
    low = float(state.ee_pos[2])
    if low >= centre[2] + CLEAR:
        return rest(state)
    if state.gripper < opened:
        return go_to(state, state.ee_pos, heading_of(state), OPEN, style)
    gap = centre[:2] - state.ee_pos[:2]
    astray = float(np.hypot(*gap))
    if opened and low < centre[2] + AROUND and CENTRED < astray < OFF_CENTRE:  # a finger still touches it
        return go_to(state, state.ee_pos + [*gap, 0], heading_of(state), OPEN, style)
    up = min(0.04, float(centre[2]) + CLEAR + 0.01 - low)
    return go_to(state, state.ee_pos + [0, 0, up], heading_of(state), OPEN, style)


def put_and_rest(where: Where) -> Skill:
    """As `put`, over whatever is high, and rest above the object once it is there."""
    carry = put(where)

    def skill(state: State, obj: int, other: int, style: Style) -> Array:
        place = where(state, obj, other)
        if place is not None and is_at(state, obj, place) and released(state, obj):
            return leave(state, obj, style)
        tallest = max((top(state, k) for k in range(state.n_objects) if k != obj), default=0.0)
        return carry(state, obj, other, replace(style, carry=max(style.carry, float(tallest) + OVER)))

    return skill


def is_at(state: State, obj: int, place: Spot) -> bool:
    """Whether the object stands where it was to go."""
    aside, height = AT_ITS_SPOT
    gap = state.pos(obj)[:2] - place.xy
    return bool(np.hypot(*gap) < aside and abs(bottom(state, obj) - place.support) < height)


def set_handle(state: State, fixture: str, way: Array, left: float, style: Style) -> Array:
    """Take a fixture's handle, move it so far along a unit vector (3,), m, let go of it and rest above it."""
    gap = float(np.linalg.norm(state.pos(fixture) - state.ee_pos))
    taken = state.gripper < OPEN_HAND / 2 and gap < ROUND_HANDLE
    if abs(left) <= SET[0 if taken else 1]:
        return leave(state, state.row(fixture), style, FULLY)
    motion = float(np.clip(left, -STEP_LENGTH, STEP_LENGTH)) * way
    return use_handle(state, fixture, motion, style)
