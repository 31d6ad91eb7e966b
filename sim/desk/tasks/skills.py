"""Skills: controllers whose next action depends only on what can be seen.

No phases, no counters, no memory: each call reads the state and says what to do next, so a
disturbance is answered, not derailed, and what they do can be cloned; players with hidden phases
cannot. `sim.desk.tasks.families` says which skill belongs to which family.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sim.bullet.arm import MAX_OPENING
from sim.bullet.kinematics import STEP_ANGLE, STEP_LENGTH
from sim.desk.constants import PRESSED
from sim.desk.layouts import LEVER_LENGTH
from sim.desk.tasks.conditions import Direction, Spot, Where, half_extent
from sim.desk.tasks.predicates import LED, bottom, in_drawer
from sim.state import Array, State, wrap, yaw_of

OPEN, CLOSE = 1.0, -1.0
FENCE = 0.030  # m between the fingers when they push: two points of contact keep the object straight
WALLS = 0.10  # m: clears the drawer, its handle and the tray
HAND_LIMIT = 1.95  # rad: headings of the hand that the wrist can reach either way


@dataclass(frozen=True)
class Style:
    """How a skill is carried out; the defaults are the expert's own."""

    speed: float = 1.0  # of the longest step
    gain: float = 1.0  # of what is left to go, asked for in one step
    hover: float = 0.055  # m above what is approached
    carry: float = 0.075  # m between what is carried and what it is carried over
    grasp: tuple[float, float, float] = (0.0, 0.0, 0.0)  # m, where an object is taken, from its centre


DEFAULT_STYLE = Style()


Skill = Callable[[State, int, int, Style], Array]
"""(state, object index, other index, style) -> the next action (7,)."""


def put_down(state: State, obj: int, style: Style = DEFAULT_STYLE) -> Array:
    """Lower what is in the hand where it is, and let go."""
    return _place(state, obj, Spot(state.object_pos[obj, :2], 0.0), style, False)


def go_to(state: State, position: Array, heading: float, grip: float, style: Style = DEFAULT_STYLE) -> Array:
    """Move the hand to a pose, for no reason."""
    return _move(state, position, heading, grip, style)


# -- moving -------------------------------------------------------------------------------------


def heading_of(state: State) -> float:
    """The hand's heading: 0 when its fingers open along the world's y axis."""
    x, y, _, _ = state.ee_quat
    return wrap(float(2 * np.arctan2(y, x)))


def _move(state: State, target: Array, heading: float, grip: float, style: Style) -> Array:
    """One step towards a pose with the hand pointing down."""
    action = np.empty(7)
    shift = (np.asarray(target) - state.ee_pos) / STEP_LENGTH
    length = float(np.sqrt(shift @ shift))
    action[:3] = shift * min(style.gain, style.speed / length) if length > 1e-9 else 0.0
    x, y, z, w = state.ee_quat
    down = np.array([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)])  # the tool's z axis
    action[3:6] = style.gain * np.cross(down, [0.0, 0.0, -1.0]) / STEP_ANGLE  # upright again
    turn = style.gain * wrap(heading - heading_of(state)) / STEP_ANGLE
    action[5] += np.clip(turn, -style.speed, style.speed)
    action[6] = grip
    return np.clip(action, -1, 1)


def _approach(state: State, point: Array, heading: float, rise: float, grip: float, style: Style) -> Array:
    """Come down on a point through a funnel: the farther aside, the higher.

    What is low and far aside rises before it travels, so nothing is swept off the desk.
    """
    gap = point[:2] - state.ee_pos[:2]
    aside = float(np.hypot(*gap))
    turn = abs(wrap(heading - heading_of(state)))
    height = point[2] + rise * _ramp(max((aside - 0.008) / 0.03, (turn - 0.12) / 0.4))
    lag = height - float(state.ee_pos[2])
    freedom = 1 - _ramp((lag - 0.015) / 0.04) if aside > 0.015 else 1.0
    xy = state.ee_pos[:2] + freedom * gap
    return _move(state, np.array([xy[0], xy[1], height]), heading, grip, style)


def _ramp(x: float) -> float:
    return float(min(max(x, 0.0), 1.0))


# -- grasping and placing -----------------------------------------------------------------------


def _grasp_heading(state: State, obj: int, prefer: float) -> float:
    """A heading at which the fingers close on the object's narrow sides, nearest to the preferred one."""
    sx, sy, _ = state.object_size[obj]
    yaw = float(yaw_of(state.object_quat[obj]))
    period = np.pi / 2 if abs(sx - sy) < 1e-6 else np.pi
    heading = prefer + float((yaw - prefer + period / 2) % period - period / 2)
    return heading if abs(heading) <= HAND_LIMIT else heading - np.sign(heading) * period


def _grasp_width(state: State, obj: int) -> float:
    return float(state.object_size[obj, :2].min())


def _holds(state: State, obj: int) -> bool:
    gap = state.object_pos[obj] - state.ee_pos
    snug = state.gripper < _grasp_width(state, obj) + 0.007
    return bool(snug and np.hypot(gap[0], gap[1]) < 0.028 and abs(gap[2]) < 0.03)


def _pick(state: State, obj: int, style: Style, heading: float) -> Array:
    """Come down on the object with an open hand, and close it there."""
    centre = state.object_pos[obj] + style.grasp
    point = np.array([centre[0], centre[1], max(float(centre[2]), float(bottom(state, obj)) + 0.013)])
    rise = style.hover + float(state.object_size[obj, 2]) / 2
    gap = point - state.ee_pos
    turn = abs(wrap(heading - heading_of(state)))
    there = np.hypot(gap[0], gap[1]) < 0.014 and abs(gap[2]) < 0.011 and turn < 0.2
    return _approach(state, point, heading, rise, CLOSE if there else OPEN, style)


def lift(state: State, obj: int, other: int, style: Style) -> Array:
    """Grasp the object and go up."""
    if _holds(state, obj):
        return _move(state, state.ee_pos + [0, 0, STEP_LENGTH], heading_of(state), CLOSE, style)
    return _pick(state, obj, style, _grasp_heading(state, obj, _preferred(state)))


def _preferred(state: State) -> float:
    """Keep the heading that the hand has, within reason."""
    return float(np.clip(heading_of(state), -0.8, 0.8))


def turn(sign: int) -> Skill:
    """Grasp the object and turn the wrist; +1 is counter-clockwise from above."""
    return lambda state, obj, other, style: _rotate(state, obj, sign, style)


def _rotate(state: State, obj: int, sign: int, style: Style) -> Array:
    if _holds(state, obj):
        return _move(state, state.ee_pos, heading_of(state) + sign * STEP_ANGLE, CLOSE, style)
    return _pick(state, obj, style, _grasp_heading(state, obj, -0.45 * sign))


def _place(state: State, obj: int, place: Spot, style: Style, square: bool) -> Array:
    """Pick the object up, carry it over its spot, set it down, let go, and leave upwards."""
    gap = place.xy - state.object_pos[obj, :2]
    aside = float(np.hypot(gap[0], gap[1]))
    above = float(bottom(state, obj)) - place.support
    set_down = aside < 0.016 and abs(above) < 0.010
    if set_down and not (state.gripper < 0.07 and _near(state, obj)):
        return _move(state, state.ee_pos + [0, 0, 0.04], heading_of(state), OPEN, style)
    if set_down:
        return _move(state, state.ee_pos, heading_of(state), OPEN, style)
    if not _holds(state, obj):
        inside = bool(in_drawer(state, obj))
        heading = _grasp_heading(state, obj, 0.0 if inside or square else _preferred(state))
        return _pick(state, obj, style, heading)
    funnel = _ramp((aside - 0.010) / 0.035)
    height = place.support + 0.004 + style.carry * funnel
    lag = height - float(bottom(state, obj))
    freedom = 1 - _ramp((lag - 0.02) / 0.04) if aside > 0.02 else 1.0
    shift = np.array([freedom * gap[0], freedom * gap[1], lag])
    heading = heading_of(state)
    if square:  # things in the drawer lie parallel to its walls, so that a hand can reach them
        yaw = float(yaw_of(state.object_quat[obj]) - state.fixture_yaw[0])
        heading -= float((yaw + np.pi / 4) % (np.pi / 2) - np.pi / 4)
    return _move(state, state.ee_pos + shift, heading, CLOSE, style)


def _near(state: State, obj: int) -> bool:
    gap = state.object_pos[obj] - state.ee_pos
    return bool(np.hypot(gap[0], gap[1]) < 0.05 and abs(gap[2]) < 0.045)


def put(where: Where, over_walls: bool = False, square: bool = False) -> Skill:
    """Carry the object to a place; `square`: turned parallel to the drawer's walls."""

    def skill(state: State, obj: int, other: int, style: Style) -> Array:
        place = where(state, obj, other)
        if place is None:  # it is taken or shut by now: wait above it
            return _move(state, state.ee_pos + [0, 0, 0.02], heading_of(state), OPEN, style)
        clear = max(style.carry, WALLS) if over_walls else style.carry
        return _place(state, obj, place, replace(style, carry=clear), square)

    return skill


# -- pushing ------------------------------------------------------------------------------------


def push(direction: Direction) -> Skill:
    """Come down behind the object and sweep it along."""
    return lambda state, obj, other, style: _push(state, obj, direction, style)


def _push(state: State, obj: int, direction: Direction, style: Style) -> Array:
    """Come down behind the object with the fingers as a fence, and sweep."""
    d = np.array(direction)
    across = np.array([-d[1], d[0]])
    centre = state.object_pos[obj]
    reach = half_extent(state, obj, direction)
    gap = centre[:2] - state.ee_pos[:2]
    along, aside = float(gap @ d), float(gap @ across)
    heading = 0.0 if d[0] else np.pi / 2
    if d[1] and heading_of(state) < -0.8:
        heading = -np.pi / 2
    low = float(np.clip(centre[2], 0.016, 0.030))
    grip = 2 * FENCE / MAX_OPENING - 1
    behind = along > reach + 0.006 and abs(aside) < 0.022
    if behind and state.ee_pos[2] < low + 0.022 and abs(wrap(heading - heading_of(state))) < 0.4:
        step = state.ee_pos[:2] + STEP_LENGTH * d + aside * across
        return _move(
            state, np.array([step[0], step[1], low]), heading, grip, replace(style, speed=0.9 * style.speed)
        )
    start = centre[:2] - (reach + 0.030) * d
    rise = style.hover + float(state.object_size[obj, 2])
    return _approach(state, np.array([start[0], start[1], low]), heading, rise, grip, style)


# -- furniture ----------------------------------------------------------------------------------


def _handle(state: State, fixture: int, motion: Array, style: Style) -> Array:
    """Take a handle and move it."""
    point, heading = state.fixture_pos[fixture], float(state.fixture_yaw[fixture])
    gap = point - state.ee_pos
    if state.gripper < 0.026 and np.hypot(gap[0], gap[1]) < 0.025 and abs(gap[2]) < 0.025:
        along = motion / max(float(np.linalg.norm(motion)), 1e-9)
        astray = gap - float(gap @ along) * along
        return _move(state, state.ee_pos + motion + astray, heading, CLOSE, style)
    there = np.hypot(gap[0], gap[1]) < 0.014 and abs(gap[2]) < 0.014
    return _approach(state, point, heading, style.hover + 0.02, CLOSE if there else OPEN, style)


def _out(state: State, fixture: int) -> Array:
    """Unit vector from the fixture to whoever uses it."""
    yaw = float(state.fixture_yaw[fixture])
    return np.array([-np.cos(yaw), -np.sin(yaw), 0.0])


def open_drawer(state: State, obj: int, other: int, style: Style) -> Array:
    return _handle(state, 0, STEP_LENGTH * _out(state, 0), style)


def close_drawer(state: State, obj: int, other: int, style: Style) -> Array:
    return _handle(state, 0, -STEP_LENGTH * _out(state, 0), style)


def slide_door(sign: int) -> Skill:
    """Take the knob and slide the door; +1 is to its left."""
    return lambda state, obj, other, style: _slide(state, sign, style)


def _slide(state: State, sign: int, style: Style) -> Array:
    out = _out(state, 1)
    return _handle(state, 1, sign * STEP_LENGTH * np.array([out[1], -out[0], 0.0]), style)


def flip_lever(up: bool) -> Skill:
    """Take the lever's tip and move it up or down."""
    return lambda state, obj, other, style: _flip(state, up, style)


def _flip(state: State, up: bool, style: Style) -> Array:
    """Take the lever's tip and move it along its arc."""
    angle = float(state.joints[3])
    out = _out(state, 3)
    tangent = -np.sin(angle) * out + np.array([0.0, 0.0, np.cos(angle)])
    return _handle(state, 3, (1 if up else -1) * 0.6 * LEVER_LENGTH * tangent, style)


def press_button(on: bool) -> Skill:
    """Press the button so that its light goes on, or off."""
    return lambda state, obj, other, style: _press(state, on, style)


def _press(state: State, on: bool, style: Style) -> Array:
    """Press the button with a closed hand; come up first if it is down for the wrong reason."""
    top = state.fixture_pos[2]
    heading = float(state.fixture_yaw[2])
    wrong = (state.lights[LED] > 0.5) is not on
    gap = np.hypot(*(top[:2] - state.ee_pos[:2]))
    if not wrong or (state.joints[2] >= PRESSED and gap < 0.03):
        return _move(state, state.ee_pos + [0, 0, 0.03], heading, CLOSE, style)
    point = np.array([top[0], top[1], top[2] - 0.012])
    return _approach(
        state, point, heading, style.hover + 0.01, CLOSE, replace(style, speed=0.7 * style.speed)
    )
