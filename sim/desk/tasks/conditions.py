"""When something can be done, and where things are to be put for it.

A condition says whether a family can be reached from a state in one act and is not reached already; a
place says where its object is to go. Both read nothing but the state, so they serve the drawing of
scenes, the scripted expert and symbolic planning. `sim.desk.tasks.families` says which belong to which
family.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.desk.layouts import DOOR_TRAVEL, DRAWER_FLOOR, TRAY_FLOOR
from sim.desk.tasks.predicates import (
    BESIDE_FAR,
    DOOR,
    DOOR_MOVED,
    DRAWER,
    DRAWER_OPEN,
    DRAWER_SHUT,
    beside,
    bottom,
    in_drawer,
    in_tray,
    on_desk,
    rests_on,
)
from sim.state import Array, State, yaw_of

Direction = tuple[float, float]
LEFT, RIGHT, FORWARD, BACKWARD = (0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0)
REACH = ((0.30, 0.68), (-0.44, 0.44))  # m: x and y where the hand can grasp from above
DESK = ((0.32, 0.60), (-0.26, 0.26))  # m: where something may be put down or pushed to
GAP = 0.030  # m, left between things put beside each other: a finger fits in
ROOF = 0.064  # m: what is taller keeps the drawer from shutting
ELBOW_ROOM = 0.085  # m around an object that is to be turned


class Spot(NamedTuple):
    """Where an object is to stand: xy of its centre and height of what carries it, m."""

    xy: Array
    support: float


def half_extent(state: State, obj: int, direction: Direction) -> float:
    """Half the object's extent along a horizontal unit vector, m."""
    sx, sy, _ = state.object_size[obj]
    yaw = float(yaw_of(state.object_quat[obj]))
    dx, dy = direction
    along = dx * np.cos(yaw) + dy * np.sin(yaw), dy * np.cos(yaw) - dx * np.sin(yaw)
    if abs(sx - sy) < 1e-6:
        return float(sx) / 2 * (1 + 0.2 * abs(2 * along[0] * along[1]))
    return float(abs(along[0]) * sx + abs(along[1]) * sy) / 2


Condition = Callable[[State, int, int], bool]
"""(state, object index, other index) -> whether it can be done."""

Where = Callable[[State, int, int], Spot | None]
"""(state, object index, other index) -> where the object goes; None if there is no room."""


# -- furniture ----------------------------------------------------------------------------------


def drawer_is_shut(state: State, obj: int = -1, other: int = -1) -> bool:
    return bool(state.joints[DRAWER] <= DRAWER_SHUT + 0.01)


def drawer_is_open(state: State, obj: int = -1, other: int = -1) -> bool:
    """And can be shut: nothing in it is too tall for its roof."""
    tops = state.object_pos[:, 2] + state.object_size[:, 2] / 2
    sticks_out = any(in_drawer(state, i) and tops[i] > ROOF for i in range(state.n_objects))
    return bool(state.joints[DRAWER] >= DRAWER_OPEN) and not sticks_out


def door_can_go_left(state: State, obj: int = -1, other: int = -1) -> bool:
    return bool(state.joints[DOOR] <= DOOR_TRAVEL - DOOR_MOVED - 0.01)


def door_can_go_right(state: State, obj: int = -1, other: int = -1) -> bool:
    return bool(state.joints[DOOR] >= DOOR_MOVED + 0.01 - DOOR_TRAVEL)


def light_is(light: int, on: bool) -> Condition:
    """The light (its place in `State.lights`) is on, or off."""

    def condition(state: State, obj: int = -1, other: int = -1) -> bool:
        return bool(state.lights[light] > 0.5) is on

    return condition


# -- objects ------------------------------------------------------------------------------------


def can_lift(state: State, obj: int, other: int = -1) -> bool:
    return graspable(obj, state) and not in_drawer(state, obj)


def can_push(direction: Direction) -> Condition:
    """There is room behind the object for the hand, and before it to slide."""
    return lambda state, obj, other=-1: graspable(obj, state) and _can_push(state, obj, direction)


def can_turn(state: State, obj: int, other: int = -1) -> bool:
    alone = _free(state, state.object_pos[obj, :2], (obj,), ELBOW_ROOM)
    return graspable(obj, state) and bool(on_desk(state, obj)) and alone


def can_unstack(state: State, obj: int, other: int = -1) -> bool:
    stacked = any(rests_on(state, obj, k) for k in range(state.n_objects) if k != obj)
    return stacked and graspable(obj, state) and on_free_desk(state, obj) is not None


def can_take_out(state: State, obj: int, other: int = -1) -> bool:
    return bool(in_drawer(state, obj)) and graspable(obj, state) and on_free_desk(state, obj) is not None


def can_put_in_drawer(state: State, obj: int, other: int = -1) -> bool:
    return graspable(obj, state) and not in_drawer(state, obj) and inside_drawer(state, obj) is not None


def can_put_in_tray(state: State, obj: int, other: int = -1) -> bool:
    return graspable(obj, state) and not in_tray(state, obj) and inside_tray(state, obj) is not None


def can_stack(state: State, obj: int, other: int) -> bool:
    if not (graspable(obj, state) and graspable(other, state)) or _any_in_drawer(state, obj, other):
        return False
    low = float(bottom(state, other)) < 0.01 and bool(state.object_size[other, :2].min() > 0.025)
    return low and not rests_on(state, obj, other)


def can_put_beside(side: Direction) -> Condition:
    """The place on that side of the other object is free, and the object is not there already."""

    def condition(state: State, obj: int, other: int) -> bool:
        if not graspable(obj, state) or _any_in_drawer(state, obj, other):
            return False
        if not on_desk(state, other) or rests_on(state, obj, other):
            return False
        if beside(state, obj, other, 0 if side[0] else 1, int(side[0] or side[1])):
            return False
        place = beside_on(side)(state, obj, other)
        return (
            place is not None
            and _on_free_desk(state, place.xy)
            and _free(state, place.xy, (obj, other), 0.08)
        )

    return condition


# -- places -------------------------------------------------------------------------------------


def on_free_desk(state: State, obj: int, other: int = -1) -> Spot | None:
    """The first free place of a fixed list: it must not depend on where the object is carried by now."""
    for xy in _DESK_SPOTS:
        if _on_free_desk(state, xy) and _free(state, xy, (obj,), 0.085):
            return Spot(xy, 0.0)
    return None


def inside_drawer(state: State, obj: int, other: int = -1) -> Spot | None:
    """The middle of what is open of the drawer, if nothing is in it."""
    if state.joints[DRAWER] < DRAWER_OPEN + 0.015 or any(in_drawer(state, i) for i in range(state.n_objects)):
        return None
    return Spot(drawer_middle(state), DRAWER_FLOOR)


def inside_tray(state: State, obj: int, other: int = -1) -> Spot | None:
    """The middle of the tray, or else a place beside it."""
    yaw = float(state.fixture_yaw[4])
    for shift in (0.0, 0.055, -0.055):
        xy = state.fixture_pos[4, :2] + shift * np.array([-np.sin(yaw), np.cos(yaw)])
        if _free(state, xy, (obj,), 0.075):
            return Spot(xy, TRAY_FLOOR)
    return None


def on_top(state: State, obj: int, other: int) -> Spot | None:
    """On the other object."""
    top = float(state.object_pos[other, 2] + state.object_size[other, 2] / 2)
    return Spot(state.object_pos[other, :2], top)


def beside_on(side: Direction) -> Where:
    """On that side of the other object, with room for a finger between them."""

    def where(state: State, obj: int, other: int) -> Spot | None:
        apart = max(0.095, half_extent(state, obj, side) + half_extent(state, other, side) + GAP)
        xy = state.object_pos[other, :2] + min(apart, BESIDE_FAR - 0.03) * np.array(side)
        return Spot(xy, float(bottom(state, other)))

    return where


# -- what these are made of ---------------------------------------------------------------------


def _any_in_drawer(state: State, *objects: int) -> bool:
    return any(bool(in_drawer(state, i)) for i in objects)


def graspable(obj: int, state: State) -> bool:
    """In reach, upright, with nothing on top and no roof above."""
    x, y, _ = state.object_pos[obj]
    (x_low, x_high), (y_low, y_high) = REACH
    if not (x_low <= x <= x_high and y_low <= y <= y_high):
        return False
    qx, qy = state.object_quat[obj, :2]
    if 2 * (qx * qx + qy * qy) > 0.02:  # 1 - cos(tilt): more than 11 degrees
        return False
    if in_drawer(state, obj) and not _within_hands_reach_in_drawer(state, obj):
        return False
    return not any(rests_on(state, k, obj) for k in range(state.n_objects) if k != obj)


def _within_hands_reach_in_drawer(state: State, obj: int) -> bool:
    """The drawer is open and there is room for the fingers between the object and the walls."""
    gap = state.object_pos[obj, :2] - drawer_middle(state)
    yaw = float(state.fixture_yaw[0])
    deep, aside = np.cos(yaw) * gap[0] + np.sin(yaw) * gap[1], np.cos(yaw) * gap[1] - np.sin(yaw) * gap[0]
    return bool(state.joints[DRAWER] >= DRAWER_OPEN + 0.01 and abs(aside) <= 0.028 and -0.045 <= deep <= 0.02)


def _can_push(state: State, obj: int, direction: Direction) -> bool:
    if not on_desk(state, obj):
        return False
    d = np.array(direction)
    start = state.object_pos[obj, :2]
    here = half_extent(state, obj, direction)
    behind, end = start - (here + 0.035) * d, start + 0.10 * d
    if not (_on_free_desk(state, end) and _inside(behind, REACH)):
        return False
    for k in range(state.n_objects):
        if k == obj:
            continue
        gap = state.object_pos[k, :2] - start
        along, across = float(gap @ d), abs(float(gap[0] * d[1] - gap[1] * d[0]))
        if -here - 0.075 < along < 0.16 and across < 0.075:
            return False
    return not _over_furniture(state, behind, 0.03)


_DESK_SPOTS = np.array([(0.45, 0.0), (0.45, -0.12), (0.45, 0.12), (0.38, -0.06), (0.38, 0.06)])


def drawer_middle(state: State) -> Array:
    """xy of the place in the drawer where things are put: 11.5 cm behind the handle."""
    yaw = float(state.fixture_yaw[0])
    return state.fixture_pos[0, :2] + 0.115 * np.array([np.cos(yaw), np.sin(yaw)])


def _free(state: State, xy: Array, besides: tuple[int, ...], room: float) -> bool:
    gaps = np.hypot(*(state.object_pos[:, :2] - xy).T)
    return all(gaps[k] >= room for k in range(state.n_objects) if k not in besides)


def _inside(xy: Array, box: tuple[tuple[float, float], tuple[float, float]]) -> bool:
    (x_low, x_high), (y_low, y_high) = box
    return bool(x_low <= xy[0] <= x_high and y_low <= xy[1] <= y_high)


def _on_free_desk(state: State, xy: Array) -> bool:
    return _inside(xy, DESK) and not _over_furniture(state, xy, 0.045)


# What each fixture covers of the desk, in its own frame around the point of `fixture_pos`:
# (x low, x high, |y|) in metres. The drawer's grows with its opening.
_COVER = (
    (-0.03, 0.22, 0.125),
    (-0.05, 0.09, 0.19),
    (-0.04, 0.08, 0.04),
    (-0.05, 0.14, 0.05),
    (-0.08, 0.08, 0.10),
)


def _over_furniture(state: State, xy: Array, margin: float) -> bool:
    for i, (low, high, width) in enumerate(_COVER):
        yaw = float(state.fixture_yaw[i])
        dx, dy = xy - state.fixture_pos[i, :2]
        x, y = np.cos(yaw) * dx + np.sin(yaw) * dy, np.cos(yaw) * dy - np.sin(yaw) * dx
        if i == DOOR:
            y += float(state.joints[DOOR])  # the rail stands still, the knob moves
        if low - margin <= x <= high + margin and abs(y) <= width + margin:
            return True
    return False
