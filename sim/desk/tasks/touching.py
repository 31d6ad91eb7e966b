"""Touching something and going above it: the hand comes near, and nothing else changes.

The thing is an object or a fixture; of a fixture, where a hand acts on it counts: its handle, its knob, the
top of the button, the tip of the lever, the middle of the tray's floor.
"""

from collections.abc import Callable

import numpy as np

from sim.desk.constants import DOOR, DRAWER, LEVER, TRAY
from sim.desk.contact import in_hand
from sim.desk.tasks.aftermath import hand_to
from sim.desk.tasks.footprints import is_fixture
from sim.desk.tasks.geometry import rests_on, top
from sim.desk.tasks.hand import carry_hand
from sim.desk.tasks.hindrances import take
from sim.desk.tasks.motions import CLOSE, OPEN, Style, approach, usual_heading
from sim.desk.tasks.room import REACH, graspable, inside, is_clear
from sim.desk.tasks.symbols import Rng
from sim.desk.tasks.task import Judge, Task
from sim.desk.tasks.unchanged import only_the_hand_moved, stayed
from sim.rotations import into_frame
from sim.state import Array, State
from sim.task import Goal, Hindrance, Truth

TOUCHED = 0.015  # m from the tool to the surface of an object, or to where a hand acts on a fixture
TIPS = 0.007  # m: how far the fingertips reach below the tool
HOVER_ASIDE = 0.05  # m, sideways from the tool to the middle of what it hovers above
HOVER_LOW, HOVER_HIGH = 0.03, 0.15  # m from its top up to the tool
HOVER = 0.09  # m, likewise: where the expert hovers
TRAY_ROOM = 0.06  # m around the middle of the tray, for a fist to come down
STRADDLED = (DRAWER, DOOR, LEVER)  # what a hand touches with its fingers on either side

Holds = Callable[[State, int], Truth]


# -- done -----------------------------------------------------------------------------------------


def surface_gap(state: State, thing: int) -> Array:
    """How far the tool is from an upright object's surface, m, 0 inside it; of a fixture, from its handle."""
    gap = state.ee_pos - state.pos(thing)
    x, y = into_frame(gap[..., 0], gap[..., 1], state.yaw(thing))
    beyond = np.abs(np.stack([x, y, gap[..., 2]], -1)) - state.size(thing) / 2
    return np.linalg.norm(np.maximum(beyond, 0), axis=-1)


def is_touching(state: State, thing: int) -> Truth:
    """Whether the tool is at the thing: (...,)."""
    return surface_gap(state, thing) <= TOUCHED


def is_above(state: State, thing: int) -> Truth:
    """Whether the tool is above the thing, near it but not at it: (...,)."""
    gap = state.ee_pos - state.pos(thing)
    high = state.ee_pos[..., 2] - top(state, thing)
    aside = np.hypot(gap[..., 0], gap[..., 1])
    return (aside <= HOVER_ASIDE) & (high >= HOVER_LOW) & (high <= HOVER_HIGH)


def reached(holds: Holds) -> Judge:
    """The hand was not there and is; the thing stayed where it was, and so did everything else."""

    def judge(before: State, after: State, obj: int, other: int = -1) -> Truth:
        there = ~holds(before, obj) & holds(after, obj)
        return there & stayed(before, after, obj) & only_the_hand_moved(before, after)

    return judge


# -- possible -------------------------------------------------------------------------------------


def can_touch(state: State, obj: int, other: int = -1) -> bool:
    """The hand is empty, not there yet, and can come down on the thing."""
    busy = any(in_hand(state, i) for i in range(state.n_objects))
    if busy or is_touching(state, obj):
        return False
    if not is_fixture(state, obj):
        return graspable(obj, state)
    xy = state.pos(obj)[:2]
    return inside(xy, REACH) and is_clear(state, xy, (), TRAY_ROOM if state.names[obj] == TRAY else 0.05)


def can_hover(state: State, obj: int, other: int = -1) -> bool:
    """It is in reach, with nothing on top, and the hand is not above it yet, nor holds it."""
    if is_above(state, obj) or not inside(state.pos(obj), REACH):
        return False
    if is_fixture(state, obj):
        return True
    carries = any(rests_on(state, k, obj) for k in range(state.n_objects) if k != obj)
    return not carries and not in_hand(state, obj)


def hindered(state: State, obj: int, other: int = -1) -> Hindrance | None:
    """The hand must get at it."""
    return None if is_fixture(state, obj) else take(state, obj)


# -- doing it -------------------------------------------------------------------------------------


def touching_point(state: State, thing: int) -> Array:
    """Where the tool touches the thing, (3,) m."""
    x, y, z = state.pos(thing)
    if is_fixture(state, thing) and state.names[thing] in STRADDLED:
        return np.array([x, y, z])
    return np.array([x, y, float(top(state, thing)) + TIPS + 0.003])


def touch(state: State, obj: int, other: int, style: Style) -> Array:
    """Come down on the thing with a closed hand, or around its handle with an open one; stay there."""
    round_it = is_fixture(state, obj) and state.names[obj] in STRADDLED
    heading = float(state.yaw(obj)) if round_it else usual_heading(state)
    return approach(
        state, touching_point(state, obj), heading, style.hover + 0.02, OPEN if round_it else CLOSE, style
    )


def hovering_point(state: State, thing: int) -> Array:
    """Where the tool hovers above the thing, (3,) m."""
    x, y, _ = state.pos(thing)
    return np.array([x, y, float(top(state, thing)) + HOVER])


def hover(state: State, obj: int, other: int, style: Style) -> Array:
    """Go above the thing, with what is in the hand, and stay there."""
    return carry_hand(state, hovering_point(state, obj), style)


# -- foreseen -------------------------------------------------------------------------------------


def _touched(state: State, goal: Goal, rng: Rng) -> State:
    round_it = is_fixture(state, goal.object) and state.names[goal.object] in STRADDLED
    return hand_to(state, touching_point(state, goal.object), 0.08 if round_it else 0.0)


def _above(state: State, goal: Goal, rng: Rng) -> State:
    return hand_to(state, hovering_point(state, goal.object))


# -- the families ---------------------------------------------------------------------------------

TOUCHING_TASKS = (
    Task(
        "touch",
        reached(is_touching),
        (
            "touch {object} |gently|lightly|softly",
            "touch {object} with your|the hand|fingers|gripper|fingertips",
            "put|place|lay|rest your|the hand|finger|fingers|gripper on|onto|upon {object}",
            "feel {object} |with_your_hand|with_your_fingers",
            "make contact with {object}",
            "bring|move|get your|the hand|fingers|gripper into contact with {object}",
            "let your|the hand|fingers|gripper touch|meet {object}",
            "make your|the hand|fingers|gripper touch|meet {object}",
            "go|move|reach down to {object} and touch it",
            "go to {object} and touch it |gently|lightly",
            "reach for {object} |and_touch_it",
            "give {object} a touch|tap|pat",
            "pat|tap|stroke|brush {object} |gently|lightly|softly",
            "lower your|the hand|fingers|gripper onto|until_it_touches {object}",
            "touch but do not move {object}",
        ),
        (
            "{object} is touched |by_the_hand|by_the_gripper",
            "your|the hand|gripper is on|touching|at {object}",
            "your|the hand|gripper is in contact with {object}",
        ),
        held_out=(
            "feel {object} |with_your_hand|with_your_fingers",
            "let your|the hand|fingers|gripper touch|meet {object}",
            "give {object} a touch|tap|pat",
            "the hand|gripper is at {object}",
        ),
        possible=can_touch,
        hindered=hindered,
        skill=touch,
        arguments=1,
        about_fixtures=True,
        settles=True,
        told="touched {object}",
        contrasts=(("state", "hover"),),
        after=_touched,
    ),
    Task(
        "hover",
        reached(is_above),
        (
            "hover|wait|stay|pause above|over {object}",
            "hold|keep|position|place|put your|the hand|arm|gripper above|over {object}",
            "move|bring|take|get your|the hand|arm|gripper above|over {object}",
            "move|bring|take your|the hand|arm|gripper to a spot|place|point above|over {object}",
            "go|move above|over {object} |and_wait_there|and_stay_there",
            "go|move to a spot|place|point above|over {object}",
            "let your|the hand|arm|gripper hover|hang|stay above|over {object}",
            "make your|the hand|arm|gripper hover|hang above|over {object}",
            "have your|the hand|arm|gripper above|over {object}",
            "above|over {object} hold|keep|put your|the hand|arm|gripper",
            "above|over {object} with your|the hand|arm|gripper",
            "stop|hang|float above|over {object}",
            "point|aim down at {object} from above",
        ),
        (
            "your|the hand|arm|gripper is above|over {object}",
            "your|the hand|gripper is hovering|waiting|hanging|held above|over {object}",
            "{object} is below|under|underneath your|the hand|gripper",
        ),
        held_out=(
            "wait above|over {object}",
            "go|move to a spot|place|point above|over {object}",
            "let your|the hand|arm|gripper hover|hang|stay above|over {object}",
            "{object} is below your|the hand|gripper",
        ),
        possible=can_hover,
        hindered=hindered,
        skill=hover,
        arguments=1,
        about_fixtures=True,
        settles=True,
        told="moved the hand above {object}",
        after=_above,
    ),
)
