"""The judges of the task families: pure predicates over (before, after).

Each takes two `State`s (any leading axes, broadcast together) and the indices of the objects, and
answers for every pair of instants. No environment handle, no memory: a recording and a live rollout
are judged by the same code. Every threshold stands here, once.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.desk.contact import OPEN_HAND
from sim.desk.layouts import DRAWER_INSIDE, HANDLE_OUT, TRAY_SIZE
from sim.state import Array, State, wrap, yaw_of

Truth = NDArray[np.bool_]

DRAWER, DOOR, LED, LAMP = 0, 1, 0, 1  # places in State.joints and State.lights
DRAWER_SHUT = 0.03  # m out: at most this is closed
DRAWER_OPEN = 0.11  # m out: at least this is open
DOOR_MOVED = 0.10  # m along the rail
LIFTED = 0.05  # m higher than before, and in the hand
PUSHED = 0.06  # m along the direction asked for
SIDEWAYS = 0.6  # a push strays at most this fraction of its length to the side
SAME_HEIGHT = 0.012  # m: on the same surface as before
TURNED = 0.6  # rad
IN_PLACE = 0.05  # m: an object that was only turned strays at most this far
GRIP_REACH = 0.05  # m from the fingertips to the centre of an object in the hand
HAND_AWAY = 0.09  # m: farther than this the hand cannot be holding the object
ON_TOP = 0.012  # m: tolerance of the height of one thing on another
BESIDE_NEAR, BESIDE_FAR = 0.045, 0.17  # m between centres, along the direction asked for
BESIDE_ASTRAY = 0.045  # m, across it
FALLEN = 0.02  # m below the desk top, of the centre: more than anything sinks into it
MOVED = 0.03  # m: an object that was put somewhere moved at least this far


def open_drawer(before: State, after: State, obj: int = -1, other: int = -1) -> Truth:
    return (before.joints[..., DRAWER] <= DRAWER_SHUT + 0.02) & (after.joints[..., DRAWER] >= DRAWER_OPEN)


def close_drawer(before: State, after: State, obj: int = -1, other: int = -1) -> Truth:
    return (before.joints[..., DRAWER] >= DRAWER_OPEN - 0.02) & (after.joints[..., DRAWER] <= DRAWER_SHUT)


def slide_door_left(before: State, after: State, obj: int = -1, other: int = -1) -> Truth:
    return after.joints[..., DOOR] - before.joints[..., DOOR] >= DOOR_MOVED


def slide_door_right(before: State, after: State, obj: int = -1, other: int = -1) -> Truth:
    return before.joints[..., DOOR] - after.joints[..., DOOR] >= DOOR_MOVED


def _switched(light: int, on: bool) -> Callable[[State, State, int, int], Truth]:
    def judge(before: State, after: State, obj: int = -1, other: int = -1) -> Truth:
        was, now = before.lights[..., light] > 0.5, after.lights[..., light] > 0.5
        return (now & ~was) if on else (was & ~now)

    return judge


turn_on_led = _switched(LED, True)
turn_off_led = _switched(LED, False)
turn_on_lamp = _switched(LAMP, True)
turn_off_lamp = _switched(LAMP, False)


def lift(before: State, after: State, obj: int, other: int = -1) -> Truth:
    rise = after.object_pos[..., obj, 2] - before.object_pos[..., obj, 2]
    return (rise >= LIFTED) & _in_hand(after, obj)


def _pushed(axis: int, sign: int) -> Callable[[State, State, int, int], Truth]:
    def judge(before: State, after: State, obj: int, other: int = -1) -> Truth:
        move = after.object_pos[..., obj, :] - before.object_pos[..., obj, :]
        along, aside = sign * move[..., axis], np.abs(move[..., 1 - axis])
        return (along >= PUSHED) & (aside <= SIDEWAYS * along) & (np.abs(move[..., 2]) <= SAME_HEIGHT)

    return judge


push_forward, push_backward = _pushed(0, 1), _pushed(0, -1)
push_left, push_right = _pushed(1, 1), _pushed(1, -1)


def _rotated(sign: int) -> Callable[[State, State, int, int], Truth]:
    def judge(before: State, after: State, obj: int, other: int = -1) -> Truth:
        turn = sign * wrap(yaw_of(after.object_quat[..., obj, :]) - yaw_of(before.object_quat[..., obj, :]))
        move = after.object_pos[..., obj, :] - before.object_pos[..., obj, :]
        stayed = (np.hypot(move[..., 0], move[..., 1]) <= IN_PLACE) & (np.abs(move[..., 2]) <= SAME_HEIGHT)
        return (turn >= TURNED) & stayed

    return judge


rotate_left, rotate_right = _rotated(1), _rotated(-1)


def unstack(before: State, after: State, obj: int, other: int = -1) -> Truth:
    was = np.zeros(np.broadcast_shapes(before.gripper.shape, after.gripper.shape), bool)
    still = was.copy()
    for below in range(before.n_objects):
        if below != obj:
            was |= rests_on(before, obj, below)
            still |= rests_on(after, obj, below)
    return was & ~still & on_desk(after, obj) & released(after, obj)


def put_in_drawer(before: State, after: State, obj: int, other: int = -1) -> Truth:
    return ~in_drawer(before, obj) & in_drawer(after, obj) & released(after, obj)


def take_out_of_drawer(before: State, after: State, obj: int, other: int = -1) -> Truth:
    return in_drawer(before, obj) & on_desk(after, obj) & ~in_drawer(after, obj) & released(after, obj)


def put_in_tray(before: State, after: State, obj: int, other: int = -1) -> Truth:
    return ~in_tray(before, obj) & in_tray(after, obj) & released(after, obj)


def stack(before: State, after: State, obj: int, other: int) -> Truth:
    return ~rests_on(before, obj, other) & rests_on(after, obj, other) & released(after, obj)


def _beside(axis: int, sign: int) -> Callable[[State, State, int, int], Truth]:
    def judge(before: State, after: State, obj: int, other: int) -> Truth:
        carried = np.linalg.norm(_move(before, after, obj)[..., :2], axis=-1) >= MOVED
        steady = np.linalg.norm(_move(before, after, other)[..., :2], axis=-1) < MOVED
        was, now = beside(before, obj, other, axis, sign), beside(after, obj, other, axis, sign)
        return ~was & now & carried & steady & released(after, obj)

    return judge


put_in_front_of, put_behind = _beside(0, -1), _beside(0, 1)
put_left_of, put_right_of = _beside(1, 1), _beside(1, -1)


# -- relations that hold at one instant ---------------------------------------------------------


def fallen(state: State, obj: int) -> Truth:
    """Off the desk: below its top, where nothing that is on it can be, and not in the hand.

    Whatever is in the drawer, in the tray, on another thing or behind the furniture has its centre above
    the desk top; the floor is far below. A thing that goes over the edge has fallen once its centre is
    `FALLEN` below the top.
    """
    return (state.object_pos[..., obj, 2] < -FALLEN) & ~_in_hand(state, obj)


def _move(before: State, after: State, obj: int) -> Array:
    return after.object_pos[..., obj, :] - before.object_pos[..., obj, :]


def bottom(state: State, obj: int) -> Array:
    """Height of the underside of an upright object, m."""
    return state.object_pos[..., obj, 2] - state.object_size[..., obj, 2] / 2


def released(state: State, obj: int) -> Truth:
    """The hand does not hold the object: it is open wide, or somewhere else."""
    away = np.linalg.norm(state.ee_pos - state.object_pos[..., obj, :], axis=-1) >= HAND_AWAY
    return (state.gripper >= OPEN_HAND) | away


def _in_hand(state: State, obj: int) -> Truth:
    near = np.linalg.norm(state.ee_pos - state.object_pos[..., obj, :], axis=-1) <= GRIP_REACH
    return near & (state.gripper < OPEN_HAND)


def on_desk(state: State, obj: int) -> Truth:
    return np.abs(bottom(state, obj)) <= ON_TOP / 2


def rests_on(state: State, obj: int, below: int) -> Truth:
    """Upright on top of the other object, its centre over it."""
    gap = state.object_pos[..., obj, :] - state.object_pos[..., below, :]
    height = (state.object_size[..., obj, 2] + state.object_size[..., below, 2]) / 2
    over = np.hypot(gap[..., 0], gap[..., 1]) <= 0.5 * state.object_size[..., below, :2].max(-1)
    return over & (np.abs(gap[..., 2] - height) <= ON_TOP)


def in_drawer(state: State, obj: int) -> Truth:
    """Inside the drawer's walls, wherever the drawer is."""
    x, y, z = _in_frame(state, obj, 0)
    inside = (x >= HANDLE_OUT) & (x <= HANDLE_OUT + DRAWER_INSIDE[0]) & (np.abs(y) <= DRAWER_INSIDE[1] / 2)
    return inside & (z <= DRAWER_INSIDE[2])


def in_tray(state: State, obj: int) -> Truth:
    x, y, z = _in_frame(state, obj, 4)
    return (np.abs(x) <= TRAY_SIZE[0] / 2) & (np.abs(y) <= TRAY_SIZE[1] / 2) & (z <= 0.05)


def _in_frame(state: State, obj: int, fixture: int) -> tuple[Array, Array, Array]:
    """The object's centre in the frame of a fixture's handle; z stays the height above the desk."""
    gap = state.object_pos[..., obj, :] - state.fixture_pos[..., fixture, :]
    yaw = state.fixture_yaw[..., fixture]
    cos, sin = np.cos(yaw), np.sin(yaw)
    return (
        cos * gap[..., 0] + sin * gap[..., 1],
        cos * gap[..., 1] - sin * gap[..., 0],
        state.object_pos[..., obj, 2],
    )


def beside(state: State, obj: int, other: int, axis: int, sign: int) -> Truth:
    """Next to the other object on the given side, both standing on the same surface."""
    gap = state.object_pos[..., obj, :] - state.object_pos[..., other, :]
    along, across = sign * gap[..., axis], np.abs(gap[..., 1 - axis])
    level = np.abs(bottom(state, obj) - bottom(state, other)) <= SAME_HEIGHT
    return (along >= BESIDE_NEAR) & (along <= BESIDE_FAR) & (across <= BESIDE_ASTRAY) & level
