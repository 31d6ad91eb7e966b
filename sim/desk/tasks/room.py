"""What the hand can grasp, and where there is room to put something or to push it.

The conditions of the families are made of these. They accept only what is certainly possible, and read
nothing but the state, so they serve the drawing of scenes, the scripted expert and symbolic planning.
States have no leading axes here.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.desk.constants import DOOR, DRAWER
from sim.desk.tasks.footprints import COVER
from sim.desk.tasks.geometry import DRAWER_OPEN, in_drawer, rests_on
from sim.rotations import ahead, into_frame
from sim.state import Array, State

Direction = tuple[float, float]
LEFT, RIGHT, FORWARD, BACKWARD = (0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0)

Box = tuple[tuple[float, float], tuple[float, float]]
REACH: Box = ((0.30, 0.68), (-0.44, 0.44))  # m: x and y where the hand can grasp from above
DESK: Box = ((0.32, 0.60), (-0.26, 0.26))  # m: where something may be put down or pushed to


class Spot(NamedTuple):
    """Where an object is to stand: xy of its centre and height of what carries it, m."""

    xy: Array
    support: float


Where = Callable[[State, int, int], Spot | None]
"""(state, object index, other index) -> where the object goes; None if there is no room."""


def axis_and_sign(direction: Direction) -> tuple[int, int]:
    """(0.0, -1.0) -> (1, -1): the coordinate along which a direction points, and which way."""
    return (0 if direction[0] else 1), int(direction[0] or direction[1])


def half_extent(state: State, obj: int, direction: Direction) -> float:
    """Half the object's extent along a horizontal unit vector, m."""
    sx, sy, _ = state.size(obj)
    along = into_frame(*direction, float(state.yaw(obj)))
    if abs(sx - sy) < 1e-6:
        return float(sx) / 2 * (1 + 0.2 * abs(2 * along[0] * along[1]))
    return float(abs(along[0]) * sx + abs(along[1]) * sy) / 2


# -- what can be grasped --------------------------------------------------------------------------


def graspable(obj: int, state: State) -> bool:
    """In reach, upright, with nothing on top and no roof above."""
    if not inside(state.pos(obj), REACH):
        return False
    qx, qy = state.quat(obj)[:2]
    if 2 * (qx * qx + qy * qy) > 0.02:  # 1 - cos(tilt): more than 11 degrees
        return False
    if in_drawer(state, obj) and not _within_hands_reach_in_drawer(state, obj):
        return False
    return not any(rests_on(state, k, obj) for k in range(state.n_objects) if k != obj)


def _within_hands_reach_in_drawer(state: State, obj: int) -> bool:
    """The drawer is open and there is room for the fingers between the object and the walls."""
    gap = state.pos(obj)[:2] - drawer_middle(state)
    deep, aside = into_frame(gap[0], gap[1], float(state.yaw(DRAWER)))
    return bool(state.joint(DRAWER) >= DRAWER_OPEN + 0.01 and abs(aside) <= 0.028 and -0.045 <= deep <= 0.02)


def drawer_middle(state: State) -> Array:
    """xy of the place in the drawer where things are put: 11.5 cm behind the handle."""
    return state.pos(DRAWER)[:2] + 0.115 * ahead(float(state.yaw(DRAWER)))


# -- where there is room --------------------------------------------------------------------------

_DESK_SPOTS = np.array([(0.45, 0.0), (0.45, -0.12), (0.45, 0.12), (0.38, -0.06), (0.38, 0.06)])


def on_free_desk(state: State, obj: int, other: int = -1) -> Spot | None:
    """The first free place of a fixed list: it must not depend on where the object is carried by now."""
    for xy in _DESK_SPOTS:
        if is_free_desk(state, xy) and is_clear(state, xy, (obj,), 0.085):
            return Spot(xy, 0.0)
    return None


def is_free_desk(state: State, xy: Array) -> bool:
    """Whether something may be put there as far as the desk's edges and the furniture matter."""
    return inside(xy, DESK) and not over_furniture(state, xy, 0.045)


def is_clear(state: State, xy: Array, besides: tuple[int, ...], room: float) -> bool:
    """Whether the centres of all objects but those are so far away from the point, m."""
    gaps = np.hypot(*(state.objects[:, :2] - xy).T)
    return all(gaps[k] >= room for k in range(state.n_objects) if k not in besides)


def inside(xy: Array, box: Box) -> bool:
    """Whether a point, m, is in a box: x from, to and y from, to."""
    (x_low, x_high), (y_low, y_high) = box
    return bool(x_low <= xy[0] <= x_high and y_low <= xy[1] <= y_high)


def over_furniture(state: State, xy: Array, margin: float) -> bool:
    """Whether a point is over a fixture, or nearer to one than the margin, m."""
    for fixture, (low, high, width) in COVER.items():
        dx, dy = xy - state.pos(fixture)[:2]
        x, y = into_frame(dx, dy, float(state.yaw(fixture)))
        if fixture == DOOR:
            y += float(state.joint(DOOR))  # the rail stands still, the knob moves
        if low - margin <= x <= high + margin and abs(y) <= width + margin:
            return True
    return False
