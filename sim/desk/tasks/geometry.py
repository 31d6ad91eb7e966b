"""What holds in a state: relations between objects, furniture and the desk that judges are made of.

All of it is pure and vectorised over any leading axes of a `State`: a recording and a live rollout are
judged by the same code. Relations that only one group of families speaks of stand with that group.
"""

import numpy as np

from sim.desk.constants import DRAWER, TRAY
from sim.desk.contact import in_hand
from sim.desk.layouts import DRAWER_FLOOR, DRAWER_INSIDE, HANDLE_OUT, TRAY_FLOOR, TRAY_SIZE
from sim.rotations import into_frame
from sim.state import Array, State
from sim.task import Truth

DRAWER_SHUT = 0.03  # m out: at most this is closed
DRAWER_OPEN = 0.11  # m out: at least this is open
SAME_HEIGHT = 0.012  # m: on the same surface as before
ON_TOP = 0.012  # m: tolerance of the height of one thing on another
FALLEN = 0.02  # m below the desk top, of the centre: more than anything sinks into it
MOVED = 0.03  # m: an object that was put somewhere moved at least this far


def fallen(state: State, obj: int) -> Truth:
    """Off the desk: below its top, where nothing that is on it can be, and not in the hand.

    Whatever is in the drawer, in the tray, on another thing or behind the furniture has its centre above
    the desk top; the floor is far below. A thing that goes over the edge has fallen once its centre is
    `FALLEN` below the top.
    """
    return (state.pos(obj)[..., 2] < -FALLEN) & ~in_hand(state, obj)


def displacement(before: State, after: State, obj: int) -> Array:
    """How far the object went from one state to the other, m: (..., 3)."""
    return after.pos(obj) - before.pos(obj)


def bottom(state: State, obj: int) -> Array:
    """Height of the underside of an upright object, m: (...,)."""
    return state.pos(obj)[..., 2] - state.size(obj)[..., 2] / 2


def top(state: State, obj: int) -> Array:
    """Height of the upper side of an upright object, m: (...,)."""
    return state.pos(obj)[..., 2] + state.size(obj)[..., 2] / 2


def on_desk(state: State, obj: int) -> Truth:
    """Whether an upright object stands on the desk itself: (...,)."""
    return np.abs(bottom(state, obj)) <= ON_TOP / 2


def rests_on(state: State, obj: int, below: int) -> Truth:
    """Upright on top of the other object, its centre over it."""
    gap = state.pos(obj) - state.pos(below)
    height = (state.size(obj)[..., 2] + state.size(below)[..., 2]) / 2
    over = np.hypot(gap[..., 0], gap[..., 1]) <= 0.5 * state.size(below)[..., :2].max(-1)
    return over & (np.abs(gap[..., 2] - height) <= ON_TOP)


def support(state: State, obj: int) -> Array:
    """Height of what an object stands on, or would fall to from where it is, m: (...,)."""
    low = state.changed(obj, 2, TRAY_FLOOR + state.size(obj)[..., 2] / 2)  # as deep as it can be
    under = np.where(in_drawer(low, obj), DRAWER_FLOOR, np.where(in_tray(low, obj), TRAY_FLOOR, 0.0))
    for below in range(state.n_objects):
        gap = (state.pos(obj) - state.pos(below))[..., :2]
        over = np.hypot(gap[..., 0], gap[..., 1]) <= 0.5 * state.size(below)[..., :2].max(-1)
        carries = over & (top(state, below) <= bottom(state, obj) + ON_TOP) & (below != obj)
        under = np.where(carries, np.maximum(under, top(state, below)), under)
    return under


def in_drawer(state: State, obj: int) -> Truth:
    """Inside the drawer's walls, wherever the drawer is."""
    x, y, z = _in_frame(state, obj, DRAWER)
    inside = (x >= HANDLE_OUT) & (x <= HANDLE_OUT + DRAWER_INSIDE[0]) & (np.abs(y) <= DRAWER_INSIDE[1] / 2)
    return inside & (z <= DRAWER_INSIDE[2])


def in_tray(state: State, obj: int) -> Truth:
    """Over the tray's floor, at most 5 cm above the desk."""
    x, y, z = _in_frame(state, obj, TRAY)
    return (np.abs(x) <= TRAY_SIZE[0] / 2) & (np.abs(y) <= TRAY_SIZE[1] / 2) & (z <= 0.05)


def _in_frame(state: State, obj: int, fixture: str) -> tuple[Array, Array, Array]:
    """The object's centre in the frame of a fixture's handle; z stays the height above the desk."""
    gap = state.pos(obj) - state.pos(fixture)
    x, y = into_frame(gap[..., 0], gap[..., 1], state.yaw(fixture))
    return x, y, state.pos(obj)[..., 2]
