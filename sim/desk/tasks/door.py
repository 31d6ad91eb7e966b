"""The sliding door: moving it to the left and to the right."""

import numpy as np

from sim.bullet.kinematics import STEP_LENGTH
from sim.desk.constants import DOOR
from sim.desk.layouts import DOOR_TRAVEL
from sim.desk.tasks.motions import Skill, Style, outward, use_handle
from sim.desk.tasks.phrases import said
from sim.desk.tasks.resting import rest, set_handle
from sim.desk.tasks.symbols import Effect, Rng, Symbols, slid
from sim.desk.tasks.task import Begin, Judge, Task
from sim.rotations import leftward
from sim.state import Array, State
from sim.task import DONE, Amount, Goal, Hindering, Hindrance, Truth

DOOR_MOVED = 0.10  # m along the rail: it was slid
DOOR_END = 0.008  # m: so near its end the door goes no farther


# -- done, possible, hindered ---------------------------------------------------------------------


def door_slid(sign: int) -> Judge:
    """It went far enough; +1: to its left."""

    def judge(before: State, after: State, obj: int = -1, other: int = -1) -> Truth:
        return sign * (after.joint(DOOR) - before.joint(DOOR)) >= DOOR_MOVED

    return judge


def can_go_left(state: State, obj: int = -1, other: int = -1) -> bool:
    """There is far enough to go."""
    return bool(state.joint(DOOR) <= DOOR_TRAVEL - DOOR_MOVED - 0.01)


def can_go_right(state: State, obj: int = -1, other: int = -1) -> bool:
    """There is far enough to go."""
    return bool(state.joint(DOOR) >= DOOR_MOVED + 0.01 - DOOR_TRAVEL)


def at_its_end(sign: int) -> Hindering:
    """Against sliding it: it is as far as it goes; +1: to its left."""
    says = f"the sliding door is as far to the {'left' if sign > 0 else 'right'} as it goes already"

    def hindering(state: State, obj: int = -1, other: int = -1) -> Hindrance | None:
        return Hindrance(DONE, says) if sign * state.joint(DOOR) >= DOOR_TRAVEL - DOOR_END else None

    return hindering


# -- doing it, and what a chain of commands foresees ----------------------------------------------


def slide(sign: int) -> Skill:
    """Take the knob and slide the door; +1 is to its left."""

    def skill(state: State, obj: int, other: int, style: Style) -> Array:
        out = outward(state, DOOR)
        return use_handle(state, DOOR, sign * STEP_LENGTH * np.array([out[1], -out[0], 0.0]), style)

    return skill


def _slid(sign: int) -> Effect:
    def effect(state: State, obj: int, other: int, rng: Rng) -> State:
        value = np.clip(state.joint(DOOR) + sign * rng.uniform(0.10, 0.15), -DOOR_TRAVEL, DOOR_TRAVEL)
        return slid(state, DOOR, float(value), leftward(float(state.yaw(DOOR))))

    return effect


# -- how far --------------------------------------------------------------------------------------

SHARE = 0.15  # of its travel: how far from where it was asked to be it may end
WORTH = 0.20  # of its travel: how far it must have to go


def place(before: State, after: State, obj: int = -1, other: int = -1) -> Array:
    """Where the door is: 0 at its right end, 1 at its left end."""
    return (after.joint(DOOR) + DOOR_TRAVEL) / (2 * DOOR_TRAVEL)


def slid_either_way(before: State, after: State, obj: int = -1, other: int = -1) -> Truth:
    """It went far enough, to its left or to its right."""
    return np.abs(after.joint(DOOR) - before.joint(DOOR)) >= DOOR_MOVED


def _kept(before: State, after: State, obj: int = -1, other: int = -1) -> Truth:
    return np.ones(np.shape(after.joint(DOOR)), bool)


def _can_slide_to(state: State, obj: int, other: int, amount: float) -> bool:
    return abs(amount - float(place(state, state))) >= WORTH


def _slide_to(before: State, state: State, obj: int, other: int, style: Style, amount: float) -> Array:
    x, y, _ = outward(state, DOOR)
    left = (amount - float(place(before, state))) * 2 * DOOR_TRAVEL
    return set_handle(state, DOOR, np.array([y, -x, 0.0]), left, style)


def _set_to(state: State, goal: Goal, rng: Rng) -> State:
    assert goal.amount is not None, f"{goal.task} was asked for without an amount"
    value = (2 * goal.amount - 1) * DOOR_TRAVEL
    return slid(state, DOOR, value, leftward(float(state.yaw(DOOR))))


# -- in words -------------------------------------------------------------------------------------

_SLIDE = (
    "slide|push|move|shift|drag|pull|haul|glide {fixture} <way>|to_the_<way>|<way>wards|<way>ward",
    "slide|push|move|haul|glide {fixture} towards_the_<way>|over_to_the_<way>",
    "slide|move|push {fixture} to|towards|over_to the_<way>_side|the_<way>_hand_side|your_<way>",
    "slide|move {fixture} from_<back>_to_<way>|away_from_the_<back>",
    "bring|take {fixture} over to the <way>",
    "move|slide|push the handle|knob of {fixture} to_the_<way>|<way>",
    "take|grab|grasp the handle|knob of {fixture} and slide|pull|push|move it to_the_<way>|<way>",
    "make {fixture} go|slide|move to_the_<way>|<way>",
    "to the <way> slide|push|move {fixture}",
    "get {fixture} to slide|move to_the_<way>|<way>",
    "get {fixture} over to the <way>|<way>_side",
    "use the handle to slide|move {fixture} to the <way>",
    "let {fixture} slide to the <way>",
    "shove|guide|send|draw|tow {fixture} to_the_<way>|<way>|towards_the_<way>",
    "to the <way> shift|drag|pull|draw {fixture}",
    "to the <way> with {fixture}",
    "<way> is where {fixture} should go|be|slide",
    "have {fixture} slide|moved|pushed to_the_<way>|<way>",
    "give {fixture} a push|pull|shove to the <way>",
    "{fixture} goes|moves|slides to the <way>",
    "push|slide {fixture} all_the_way|a_bit|further to the <way>",
    "shift {fixture} over to the <way>",
    "propel|nudge|thrust|edge|inch|roll|usher|coax {fixture} to_the_<way>|<way>|towards_the_<way>",
    "press|lean|push against {fixture} until it moves|slides to the <way>",
    "run|slip|work {fixture} along|over to the <way>",
    "reposition|relocate|transfer {fixture} to the <way>",
    "see that {fixture} moves|slides|goes to the <way>",
    "carry|lead|steer|force|conduct {fixture} to_the_<way>|<way>",
    "the handle|knob of {fixture} goes|moves to the <way>",
    "<way> with {fixture}",
)
_SLID = (
    "{fixture} is on the <way>|<way>_side|<way>_hand_side",
    "{fixture} is further|more to the <way>",
    "{fixture} is moved|pushed to_the_<way>|<way>",
    "{fixture} is shifted|slid|dragged|displaced|pulled|drawn to_the_<way>|<way>",
    "{fixture} is standing|resting more to the <way>",
    "{fixture} is farther|nearer to the <way>",
)
_HELD_OUT = (
    "slide|move {fixture} from_<back>_to_<way>",
    "make {fixture} go|slide|move to_the_<way>|<way>",
    "to the <way> slide|push|move {fixture}",
    "get {fixture} over to the <way>|<way>_side",
    "{fixture} is on the <way>_side",
)

# -- the families ---------------------------------------------------------------------------------

DOOR_TASKS = (
    Task(
        "slide_door_left",
        door_slid(1),
        said(_SLIDE, way="left", back="right"),
        said(_SLID, way="left"),
        held_out=(*said(_HELD_OUT, way="left", back="right"), "to the left shift|drag|pull|draw {fixture}"),
        possible=can_go_left,
        hindered=at_its_end(1),
        skill=slide(1),
        fixture="sliding door",
        begins=Begin(door=(-0.09, -0.03)),
        told="slid {fixture} to the left",
        contrasts=(("direction", "slide_door_right"),),
        symbols=Symbols(_slid(1)),
    ),
    Task(
        "slide_door_right",
        door_slid(-1),
        said(_SLIDE, way="right", back="left"),
        said(_SLID, way="right"),
        held_out=(*said(_HELD_OUT, way="right", back="left"), "shift {fixture} over to the right"),
        possible=can_go_right,
        hindered=at_its_end(-1),
        skill=slide(-1),
        fixture="sliding door",
        begins=Begin(door=(0.03, 0.09)),
        told="slid {fixture} to the right",
        symbols=Symbols(_slid(-1)),
    ),
)

SLIDE_DOOR = Task(
    "slide_door",
    slid_either_way,
    (
        "slide|push|move|shift|pull|drag {fixture}",
        "slide|push|move|pull {fixture} along|over|aside",
        "slide|move {fixture} to another|a_new place|position",
        "move|slide the handle|knob of {fixture}",
        "take|grab the handle|knob of {fixture} and slide|move it",
        "use the handle|knob to slide|move {fixture}",
        "bring|put|set|get {fixture} into position|place",
        "make|let {fixture} slide|move",
        "have {fixture} moved|slid",
        "give {fixture} a push|pull",
    ),
    (
        "{fixture} is moved|slid|shifted|pushed",
        "{fixture} is in another|a_new place|position",
        "{fixture} is somewhere else",
    ),
    held_out=(
        "slide|move {fixture} to another|a_new place|position",
        "have {fixture} moved|slid",
        "{fixture} is shifted",
    ),
    possible=lambda state, obj=-1, other=-1: False,  # nobody says where to
    skill=lambda state, obj, other, style: rest(state),
    fixture="sliding door",
    settles=True,
    told="slid {fixture}",
    amount=Amount(
        "to",
        "of its travel",
        1.0,
        0.0,
        1.0,
        place,
        lambda _: SHARE,
        _kept,
        needed=True,
        possible=_can_slide_to,
        skill=_slide_to,
    ),
    after=_set_to,
)
