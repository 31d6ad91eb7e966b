"""What skills are made of: moving the hand, grasping, carrying, and using a handle.

A skill is a controller whose next action depends only on what can be seen. No phases, no counters, no
memory: each call reads the state and says what to do next, so a disturbance is answered, not derailed, and
what skills do can be cloned; players with hidden phases cannot. States have no leading axes here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sim.bullet.arm import MAX_OPENING
from sim.bullet.kinematics import STEP_ANGLE, STEP_LENGTH
from sim.desk.constants import DRAWER
from sim.desk.contact import holds
from sim.desk.tasks.geometry import bottom, in_drawer
from sim.desk.tasks.room import Spot, Where
from sim.reaching import heading_of, towards
from sim.rotations import ahead, wrap
from sim.state import Array, State
from sim.world_spec import ActionSpec

ACTION = ActionSpec(STEP_LENGTH, STEP_ANGLE, MAX_OPENING)
OPEN, CLOSE = 1.0, -1.0
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


# -- moving -------------------------------------------------------------------------------------


def go_to(state: State, target: Array, heading: float, grip: float, style: Style = DEFAULT_STYLE) -> Array:
    """As `sim.reaching.towards`, in the style of the skill."""
    return towards(state, target, heading, grip, ACTION, style.speed, style.gain)


def approach(state: State, point: Array, heading: float, rise: float, grip: float, style: Style) -> Array:
    """Come down on a point through a funnel: the farther aside, the higher, by at most `rise`, m.

    What is low and far aside rises before it travels, so nothing is swept off the desk.
    """
    gap = point[:2] - state.ee_pos[:2]
    aside = float(np.hypot(*gap))
    turn = abs(wrap(heading - heading_of(state)))
    height = point[2] + rise * _ramp(max((aside - 0.008) / 0.03, (turn - 0.12) / 0.4))
    lag = height - float(state.ee_pos[2])
    freedom = 1 - _ramp((lag - 0.015) / 0.04) if aside > 0.015 else 1.0
    xy = state.ee_pos[:2] + freedom * gap
    return go_to(state, np.array([xy[0], xy[1], height]), heading, grip, style)


def _ramp(x: float) -> float:
    return float(min(max(x, 0.0), 1.0))


# -- grasping and placing -----------------------------------------------------------------------


def grasp_heading(state: State, obj: int, prefer: float) -> float:
    """A heading at which the fingers close on the object's narrow sides, nearest to the preferred one."""
    sx, sy, _ = state.size(obj)
    yaw = float(state.yaw(obj))
    period = np.pi / 2 if abs(sx - sy) < 1e-6 else np.pi
    heading = prefer + float((yaw - prefer + period / 2) % period - period / 2)
    return heading if abs(heading) <= HAND_LIMIT else heading - np.sign(heading) * period


def usual_heading(state: State) -> float:
    """The heading that the hand has, within reason: what to prefer when any heading would do."""
    return float(np.clip(heading_of(state), -0.8, 0.8))


def pick(state: State, obj: int, style: Style, heading: float) -> Array:
    """Come down on the object with an open hand, and close it there."""
    centre = state.pos(obj) + style.grasp
    point = np.array([centre[0], centre[1], max(float(centre[2]), float(bottom(state, obj)) + 0.013)])
    rise = style.hover + float(state.size(obj)[2]) / 2
    gap = point - state.ee_pos
    turn = abs(wrap(heading - heading_of(state)))
    there = np.hypot(gap[0], gap[1]) < 0.014 and abs(gap[2]) < 0.011 and turn < 0.2
    return approach(state, point, heading, rise, CLOSE if there else OPEN, style)


def put(where: Where, over_walls: bool = False, square: bool = False) -> Skill:
    """Carry the object to a place; `square`: turned parallel to the drawer's walls."""

    def skill(state: State, obj: int, other: int, style: Style) -> Array:
        place = where(state, obj, other)
        if place is None:  # it is taken or shut by now: wait above it
            return go_to(state, state.ee_pos + [0, 0, 0.02], heading_of(state), OPEN, style)
        clear = max(style.carry, WALLS) if over_walls else style.carry
        return _place(state, obj, place, replace(style, carry=clear), square)

    return skill


def put_down(state: State, obj: int, style: Style = DEFAULT_STYLE) -> Array:
    """Lower what is in the hand where it is, and let go."""
    return _place(state, obj, Spot(state.pos(obj)[:2], 0.0), style, False)


def _place(state: State, obj: int, place: Spot, style: Style, square: bool) -> Array:
    """Pick the object up, carry it over its spot, set it down, let go, and leave upwards."""
    gap = place.xy - state.pos(obj)[:2]
    aside = float(np.hypot(gap[0], gap[1]))
    above = float(bottom(state, obj)) - place.support
    set_down = aside < 0.016 and abs(above) < 0.010
    if set_down and not (state.gripper < 0.07 and _near(state, obj)):
        return go_to(state, state.ee_pos + [0, 0, 0.04], heading_of(state), OPEN, style)
    if set_down:
        return go_to(state, state.ee_pos, heading_of(state), OPEN, style)
    if not holds(state, obj):
        inside = bool(in_drawer(state, obj))
        heading = grasp_heading(state, obj, 0.0 if inside or square else usual_heading(state))
        return pick(state, obj, style, heading)
    funnel = _ramp((aside - 0.010) / 0.035)
    height = place.support + 0.004 + style.carry * funnel
    lag = height - float(bottom(state, obj))
    freedom = 1 - _ramp((lag - 0.02) / 0.04) if aside > 0.02 else 1.0
    shift = np.array([freedom * gap[0], freedom * gap[1], lag])
    heading = heading_of(state)
    if square:  # things in the drawer lie parallel to its walls, so that a hand can reach them
        yaw = float(state.yaw(obj) - state.yaw(DRAWER))
        heading -= float((yaw + np.pi / 4) % (np.pi / 2) - np.pi / 4)
    return go_to(state, state.ee_pos + shift, heading, CLOSE, style)


def _near(state: State, obj: int) -> bool:
    gap = state.pos(obj) - state.ee_pos
    return bool(np.hypot(gap[0], gap[1]) < 0.05 and abs(gap[2]) < 0.045)


# -- furniture ----------------------------------------------------------------------------------


def use_handle(state: State, fixture: str, motion: Array, style: Style) -> Array:
    """Take a fixture's handle and move it by so much, (3,) m."""
    point, heading = state.pos(fixture), float(state.yaw(fixture))
    gap = point - state.ee_pos
    if state.gripper < 0.026 and np.hypot(gap[0], gap[1]) < 0.025 and abs(gap[2]) < 0.025:
        along = motion / max(float(np.linalg.norm(motion)), 1e-9)
        astray = gap - float(gap @ along) * along
        return go_to(state, state.ee_pos + motion + astray, heading, CLOSE, style)
    there = np.hypot(gap[0], gap[1]) < 0.014 and abs(gap[2]) < 0.014
    return approach(state, point, heading, style.hover + 0.02, CLOSE if there else OPEN, style)


def outward(state: State, fixture: str) -> Array:
    """Unit vector (3,) from the fixture to whoever uses it."""
    return np.array([*-ahead(float(state.yaw(fixture))), 0.0])
