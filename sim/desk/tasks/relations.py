"""Putting an object beside another or a fixture: to the left, to the right, in front of it and behind it."""

import numpy as np

from sim.desk.contact import released
from sim.desk.tasks.beside_fixture import is_beside_fixture, spot_beside_fixture
from sim.desk.tasks.footprints import is_fixture
from sim.desk.tasks.geometry import (
    MOVED,
    SAME_HEIGHT,
    bottom,
    displacement,
    in_drawer,
    on_desk,
    rests_on,
)
from sim.desk.tasks.hindrances import away, take
from sim.desk.tasks.motions import Skill, Style, put
from sim.desk.tasks.phrases import said
from sim.desk.tasks.places import can_take
from sim.desk.tasks.resting import put_and_rest
from sim.desk.tasks.room import (
    BACKWARD,
    FORWARD,
    LEFT,
    RIGHT,
    Direction,
    Spot,
    Where,
    axis_and_sign,
    graspable,
    half_extent,
    is_clear,
    is_free_desk,
)
from sim.desk.tasks.symbols import Symbols, dragged, in_the_clear, put_at
from sim.desk.tasks.task import Condition, Judge, Task
from sim.state import Array, State
from sim.task import DONE, IMPOSSIBLE, Hindering, Hindrance, Truth

BESIDE_NEAR, BESIDE_FAR = 0.045, 0.17  # m between centres, along the direction asked for
BESIDE_ASTRAY = 0.045  # m, across it
GAP = 0.030  # m, left between things put beside each other: a finger fits in


# -- done, possible, hindered ---------------------------------------------------------------------


def is_beside(state: State, obj: int, other: int, side: Direction) -> Truth:
    """Next to the other thing on the given side, both standing on the same surface."""
    if is_fixture(state, other):
        return is_beside_fixture(state, obj, other, side)
    axis, sign = axis_and_sign(side)
    gap = state.pos(obj) - state.pos(other)
    along, across = sign * gap[..., axis], np.abs(gap[..., 1 - axis])
    level = np.abs(bottom(state, obj) - bottom(state, other)) <= SAME_HEIGHT
    return (along >= BESIDE_NEAR) & (along <= BESIDE_FAR) & (across <= BESIDE_ASTRAY) & level


def put_beside(side: Direction) -> Judge:
    """It was carried there and let go of, and the other stayed where it was."""

    def judge(before: State, after: State, obj: int, other: int) -> Truth:
        carried = np.linalg.norm(displacement(before, after, obj)[..., :2], axis=-1) >= MOVED
        steady = np.linalg.norm(displacement(before, after, other)[..., :2], axis=-1) < MOVED
        was, now = is_beside(before, obj, other, side), is_beside(after, obj, other, side)
        return ~was & now & carried & steady & released(after, obj)

    return judge


def spot_beside(side: Direction) -> Where:
    """On that side of the other thing, with room for a finger between them."""

    def where(state: State, obj: int, other: int) -> Spot | None:
        if is_fixture(state, other):
            return spot_beside_fixture(state, obj, other, side)
        apart = max(0.095, half_extent(state, obj, side) + half_extent(state, other, side) + GAP)
        xy = state.pos(other)[:2] + min(apart, BESIDE_FAR - 0.03) * np.array(side)
        return Spot(xy, float(bottom(state, other)))

    return where


def carry_beside(side: Direction) -> Skill:
    """Carry the object to that side of the other thing; beside a fixture, rest above it there."""
    beside_object, beside_fixture = put(spot_beside(side)), put_and_rest(spot_beside(side))

    def skill(state: State, obj: int, other: int, style: Style) -> Array:
        carry = beside_fixture if is_fixture(state, other) else beside_object
        return carry(state, obj, other, style)

    return skill


def can_put_beside(side: Direction) -> Condition:
    """The place on that side of the other object is free, and the object is not there already."""
    where = spot_beside(side)

    def condition(state: State, obj: int, other: int) -> bool:
        if is_fixture(state, other):
            there = is_beside(state, obj, other, side)
            return can_take(state, obj) and not there and where(state, obj, other) is not None
        if not graspable(obj, state) or in_drawer(state, obj) or in_drawer(state, other):
            return False
        if not on_desk(state, other) or rests_on(state, obj, other) or is_beside(state, obj, other, side):
            return False
        place = where(state, obj, other)
        if place is None or not is_free_desk(state, place.xy):
            return False
        return is_clear(state, place.xy, (obj, other), 0.08)

    return condition


def beside_already(side: Direction, words: str) -> Hindering:
    """Against putting it there: it is there, or cannot be, or the hand cannot take it."""
    axis, sign = axis_and_sign(side)

    def hindering(state: State, obj: int, other: int) -> Hindrance | None:
        if is_fixture(state, other):
            return take(state, obj)
        gap = state.pos(obj) - state.pos(other)
        along, across = sign * gap[axis], abs(gap[1 - axis])
        clear = BESIDE_NEAR + MOVED <= along <= BESIDE_FAR - MOVED and across <= BESIDE_ASTRAY - MOVED
        if clear and is_beside(state, obj, other, side) and released(state, obj):
            return Hindrance(DONE, f"{{0}} is {words} {{1}} already", (obj, other))
        return take(state, obj) or away(state, other) or _raised(state, other, obj)

    return hindering


def _raised(state: State, obj: int, besides: int) -> Hindrance | None:
    """The object stands on another than that one, so nothing stands level with it."""
    below = (k for k in range(state.n_objects) if k not in (obj, besides))
    under = next((k for k in below if rests_on(state, obj, k)), None)
    return None if under is None else Hindrance(IMPOSSIBLE, "{0} is on top of {1}", (obj, under))


def _symbols(side: Direction, weight: float = 1.0) -> Symbols:
    """In a chain of commands nothing stands on the other, and it is some way to go."""
    where = spot_beside(side)

    def clear(state: State, obj: int, other: int) -> bool:
        there = where(state, obj, other)
        far = there is not None and np.hypot(*(there.xy - state.pos(obj)[:2])) > 0.08
        return bool(far) and graspable(other, state) and in_the_clear(state, obj, other)

    return Symbols(put_at(where, (0.02, 0.02)), clear, leaving=dragged, weight=weight)


# -- in words -------------------------------------------------------------------------------------

_LEFT_OF = (
    "to_the_left_of|left_of|on_the_left_of|on_the_left_side_of|at_the_left_side_of|on_the_left_hand_side_of"
)
_RIGHT_OF = _LEFT_OF.replace("left", "right")
_IN_FRONT_OF = "in_front_of|before|on_the_near_side_of|on_this_side_of|at_the_front_of|on_the_front_side_of"
_BEHIND = "behind|in_back_of|on_the_far_side_of|at_the_back_of|past|on_the_back_side_of"

_PUT = (
    "put|place|set|lay|move|bring|drop|position|deposit|park {object} <place>|<rare> {other}",
    "put|place|set|lay {object} down <place> {other}",
    "set|lay|put down {object} <place> {other}",
    "<place> {other} put|place|set|lay|position {object}",
    "pick_up|take|grab|grasp|lift {object} and put|place|set|lay|deposit it <place> {other}",
    "pick|lift {object} up and put|place|set it <place> {other}",
    "carry|bring|move|take {object} over|across <place> {other}",
    "let {object} stand|rest|sit <place> {other}",
    "make {object} stand|sit|rest <place> {other}",
    "have {object} stand|placed <place> {other}",
    "get {object} <place> {other}",
    "put|place|set {object} so that it is|stands <place> {other}",
    "give {object} a place <place> {other}",
    "put|place {object} with {other} <converse>",
    "<place> {other} move|bring|leave|drop|rest|stand {object}",
    "<place> {other} goes {object}",
    "<place> {other} is where {object} should go|be|stand",
    "<place> {other} there should be {object}",
    "leave|rest|stand|sit|arrange|locate {object} <place> {other}",
    "find a place|spot <place> {other} for {object}",
    "move|bring|transfer|relocate {object} to a place|spot <place> {other}",
    "{object} goes|belongs <place> {other}",
    "take {object} and leave|rest|stand|drop it <place> {other}",
    "line {object} up <place> {other}",
    "plant|install|stick|plop|settle|station {object} <place> {other}",
    "situate|lodge|deliver|release|dump|base {object} <place> {other}",
    "reposition|shift|carry|send|steer|lead {object} until it is|stands <place> {other}",
    "let {object} be|end_up|lie|stay|go <place> {other}",
    "see that {object} is|ends_up|stands <place> {other}",
    "{object} ends|winds up <place> {other}",
    "seat|align|accommodate|establish|stand|keep|house {object} <place> {other}",
    "hold {object} <place> {other} and let it go|down",
    "join|accompany {other} with {object} <converse>",
)
_IS = (
    "{object} is <place>|<rare> {other}",
    "{object} is standing|sitting|placed|resting|put|positioned <place> {other}",
    "{object} is found|located|lying|waiting <place> {other}",
    "{object} is situated|stationed|planted|settled|set_down|set|moved|seated <place> {other}",
    "{object} is at rest <place> {other}",
)
_HELD_OUT = (
    "<place> {other} put|place|set|lay {object}",
    "pick|lift {object} up and put|place|set it <place> {other}",
    "get {object} <place> {other}",
    "{object} is standing|placed <place> {other}",
)

# -- the families ---------------------------------------------------------------------------------

RELATION_TASKS = (
    Task(
        "put_left_of",
        put_beside(LEFT),
        said(_PUT, place=_LEFT_OF, rare="leftward_of", converse="on|to its right"),
        said(_IS, place=_LEFT_OF, rare="leftward_of"),
        held_out=said((*_HELD_OUT, "find a place <place> {other} for {object}"), place=_LEFT_OF),
        possible=can_put_beside(LEFT),
        hindered=beside_already(LEFT, "to the left of"),
        skill=carry_beside(LEFT),
        arguments=2,
        about_fixtures=True,
        manner="carried",
        told="put {object} to the left of {other}",
        contrasts=(("direction", "put_right_of"),),
        symbols=_symbols(LEFT),
    ),
    Task(
        "put_right_of",
        put_beside(RIGHT),
        said(_PUT, place=_RIGHT_OF, rare="rightward_of", converse="on|to its left"),
        said(_IS, place=_RIGHT_OF, rare="rightward_of"),
        held_out=said(
            (
                *_HELD_OUT,
                "{object} goes|belongs <place> {other}",
                "{object} is found|located|lying <place> {other}",
            ),
            place=_RIGHT_OF,
        ),
        possible=can_put_beside(RIGHT),
        hindered=beside_already(RIGHT, "to the right of"),
        skill=carry_beside(RIGHT),
        arguments=2,
        about_fixtures=True,
        manner="carried",
        told="put {object} to the right of {other}",
        symbols=_symbols(RIGHT),
    ),
    Task(
        "put_in_front_of",
        put_beside(BACKWARD),
        said(_PUT, place=_IN_FRONT_OF, rare="in_the_foreground_of", converse="behind it"),
        said(_IS, place=_IN_FRONT_OF, rare="in_the_foreground_of"),
        held_out=said(
            (
                *_HELD_OUT,
                "move|bring|transfer|relocate {object} to a place <place> {other}",
                "line {object} up <place> {other}",
            ),
            place=_IN_FRONT_OF,
        ),
        possible=can_put_beside(BACKWARD),
        hindered=beside_already(BACKWARD, "in front of"),
        skill=carry_beside(BACKWARD),
        arguments=2,
        about_fixtures=True,
        manner="carried",
        told="put {object} in front of {other}",
        contrasts=(("direction", "put_behind"),),
        symbols=_symbols(BACKWARD),
    ),
    Task(
        "put_behind",
        put_beside(FORWARD),
        said(_PUT, place=_BEHIND, rare="beyond", converse="in_front_of|before it"),
        said(_IS, place=_BEHIND, rare="beyond"),
        held_out=said(
            (
                *_HELD_OUT,
                "move|bring|transfer|relocate {object} to a place <place> {other}",
                "take {object} and leave|rest|stand|drop it <place> {other}",
            ),
            place=_BEHIND,
        ),
        possible=can_put_beside(FORWARD),
        hindered=beside_already(FORWARD, "behind"),
        skill=carry_beside(FORWARD),
        arguments=2,
        about_fixtures=True,
        manner="carried",
        told="put {object} behind {other}",
        symbols=_symbols(FORWARD, weight=1.5),
    ),
)
