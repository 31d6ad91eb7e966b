"""Stacks: putting one object on another, and taking it off again."""

import numpy as np

from sim.desk.contact import released
from sim.desk.tasks.geometry import bottom, in_drawer, on_desk, rests_on
from sim.desk.tasks.hindrances import LOW, take
from sim.desk.tasks.motions import put
from sim.desk.tasks.room import Spot, graspable, on_free_desk
from sim.desk.tasks.symbols import Symbols, away_from_hand, dragged, object_at, put_at
from sim.desk.tasks.task import Begin, Task
from sim.state import State
from sim.task import DONE, Hindrance, Truth

APART = 0.05  # m between the centres of things of which neither is on the other
FALL = 0.07  # m: how far a leaving hand throws what is on top


# -- taking it off --------------------------------------------------------------------------------


def unstacked(before: State, after: State, obj: int, other: int = -1) -> Truth:
    """It was on another and stands on the desk, let go of."""
    was = np.zeros(np.broadcast_shapes(before.gripper.shape, after.gripper.shape), bool)
    still = was.copy()
    for below in range(before.n_objects):
        if below != obj:
            was |= rests_on(before, obj, below)
            still |= rests_on(after, obj, below)
    return was & ~still & on_desk(after, obj) & released(after, obj)


def can_unstack(state: State, obj: int, other: int = -1) -> bool:
    """It is on another, the hand can grasp it, and there is room on the desk."""
    stacked = any(rests_on(state, obj, k) for k in range(state.n_objects) if k != obj)
    return stacked and graspable(obj, state) and on_free_desk(state, obj) is not None


def on_nothing(state: State, obj: int, other: int = -1) -> Hindrance | None:
    """Against taking it off: it stands alone, or the hand cannot take it."""
    gaps = np.hypot(*(state.objects[:, :2] - state.pos(obj)[:2]).T)
    alone = bool((np.delete(gaps, obj) > APART).all()) and bottom(state, obj) < LOW
    if alone and released(state, obj) and not in_drawer(state, obj):
        return Hindrance(DONE, "{0} is not on top of anything", (obj,))
    return take(state, obj)


UNSTACK = Task(
    "unstack",
    unstacked,
    (
        "unstack|detach|dismount {object}",
        "take|lift|get|bring|remove|pull|pick|detach|unload {object} off|from the stack|pile|tower",
        "take|lift|get|pull {object} off the_other_object|what_it_stands_on|the_object_below|the_top",
        "take|lift|get|bring {object} down |from_the_stack|from_the_top|onto_the_desk|from_up_there",
        "take|lift|bring down {object}",
        "take|lift {object} off |again",
        "remove|unload|detach {object} from what_it_stands_on|the_top_of_the_stack",
        "put|set|place|lay {object} back|down|back_down on|onto the desk|table",
        "take|grab {object} off|from the stack|pile|tower and put|place|set|lay it on the desk|table",
        "off|from the stack|pile|tower take|remove|lift {object}",
        "get {object} off what_is_below_it|there",
        "unstack {object} from what_is_below_it|the_tower|the_pile",
        "move {object} from the stack|top|tower to the desk|table",
        "lower {object} onto|to the desk|table",
        "bring|return {object} to the desk|table",
        "free|separate {object} from the stack|tower|pile",
        "down with {object}",
        "off the stack|pile|tower with {object}",
        "off|from the stack|pile|tower bring|get|pull {object}",
        "take {object} off what_is_under_it|the_thing_below_it|the_thing_it_is_on",
        "undo the stack|tower by taking {object} off",
        "{object} comes off the stack|pile|tower",
        "{object} goes back to the desk|table",
        "unpile {object}",
        "dislodge|disconnect|divide|part {object} from the stack|tower|pile",
        "split|withdraw|displace|uncouple {object} from the stack|tower|pile",
        "ground|land {object}",
        "bring|put|get {object} back to the desk|table|ground",
        "set|place|put {object} on the surface|ground again",
        "make {object} leave the stack|tower|pile|top",
        "disassemble|dismantle|break_up|take_apart the stack|tower by taking|lifting {object} off",
        "release|rescue|relieve {object} from the stack|tower|pile",
        "relieve|rid what_is_below_it|the_stack|the_tower of {object}",
        "let {object} leave the stack|tower|pile",
        "see that {object} leaves the stack|tower|pile",
        "have {object} taken|lifted|brought off|down |again",
    ),
    (
        "{object} is off|removed_from the stack|pile|tower",
        "{object} is down|back|back_down on the desk|table",
        "{object} is unstacked|taken_down|no_longer_on_top|no_longer_stacked",
        "{object} is brought|put|lifted|lowered|set down |again",
        "{object} is separated|separate|freed|disconnected|away|apart from the stack|tower|pile",
        "{object} is standing|lying|resting on the desk|table again",
        "{object} is alone on the desk|table",
    ),
    held_out=(
        "get {object} off the stack|pile|tower",
        "get {object} down |from_the_stack|from_the_top|onto_the_desk|from_up_there",
        "off|from the stack|pile|tower take|remove|lift {object}",
        "lower {object} onto|to the desk|table",
        "{object} is removed_from the stack|pile|tower",
    ),
    possible=can_unstack,
    hindered=on_nothing,
    skill=put(on_free_desk),
    arguments=1,
    manner="carried",
    begins=Begin(place="stacked"),
    told="took {object} off the stack",
    appeal=4.0,
    symbols=Symbols(put_at(on_free_desk, (0.02, 0.02)), leaving=dragged, weight=6.0),
)


# -- putting it on --------------------------------------------------------------------------------


def stacked(before: State, after: State, obj: int, other: int) -> Truth:
    """It was not on the other and is, let go of."""
    return ~rests_on(before, obj, other) & rests_on(after, obj, other) & released(after, obj)


def can_stack(state: State, obj: int, other: int) -> bool:
    """The hand can grasp it, and the other is low, broad and free."""
    if not (graspable(obj, state) and graspable(other, state)):
        return False
    if in_drawer(state, obj) or in_drawer(state, other):
        return False
    low = float(bottom(state, other)) < 0.01 and bool(state.size(other)[:2].min() > 0.025)
    return low and not rests_on(state, obj, other)


def stacked_already(state: State, obj: int, other: int) -> Hindrance | None:
    """Against putting it on: it is there, or the hand cannot get at the two."""
    if rests_on(state, obj, other) and released(state, obj):
        return Hindrance(DONE, "{0} is on top of {1} already", (obj, other))
    return take(state, obj) or take(state, other)


def on_top(state: State, obj: int, other: int) -> Spot | None:
    """On the other object."""
    top = float(state.pos(other)[2] + state.size(other)[2] / 2)
    return Spot(state.pos(other)[:2], top)


def _upset(state: State, obj: int, desk: int, fist: bool) -> State:
    """A leaving hand may throw the stack over: it does on every other desk."""
    pos = state.pos(obj).copy()
    if desk % 2:
        aside = pos[:2] + FALL * away_from_hand(desk)
        pos = np.array([*aside, float(state.size(obj)[2]) / 2])
    return object_at(state, obj, pos)


STACK = Task(
    "stack",
    stacked,
    (
        "stack|put|place|set|lay|pile|rest|mount|perch {object} on|onto|on_top_of|upon|atop {other}",
        "put|place|set {object} down on|on_top_of {other}",
        "stack|pile up {object} on|on_top_of {other}",
        "on|onto|on_top_of|upon|atop {other} stack|put|place|set|lay {object}",
        "pick_up|take|grab|grasp {object} and put|place|stack|set|perch it on|onto|on_top_of {other}",
        "pick|lift {object} up and put|place|stack|set it on|onto|on_top_of {other}",
        "build|make a stack|tower with {object} on |top_of {other}",
        "let|make {object} stand|rest|sit on|on_top_of {other}",
        "use {other} as the base for|under {object}",
        "move|bring|lift|carry {object} up|over|across onto|on_top_of {other}",
        "carry|take {object} to {other} and put|place|set it on top",
        "top|crown {other} with {object}",
        "get {object} on|onto|on_top_of {other}",
        "have {object} placed|stacked on|on_top_of {other}",
        "balance|heap|load|sit|lean {object} on|onto|on_top_of {other}",
        "cover|cap {other} with {object}",
        "add {object} to the top of {other}",
        "on|onto|on_top_of|upon|atop {other} pile|rest|balance|move|bring|leave {object}",
        "on|onto|on_top_of|upon|atop {other} goes {object}",
        "on|on_top_of|atop {other} is where {object} should go|be|stand",
        "on|on_top_of {other} there should be {object}",
        "{object} goes|belongs on|on_top_of|atop {other}",
        "transfer|relocate {object} to the top of {other}",
        "take {object} and leave|rest|balance|drop it on|on_top_of {other}",
        "with {other} under|below it put|leave|place {object}",
        "make a pile of {object} over {other}",
        "make {other} carry|support|hold {object}",
        "plant|lodge|settle|stick|plop|release|land|base|assemble|lay_down {object} on|on_top_of {other}",
        "let {other} carry|support|hold|bear {object}",
        "surmount|overlay|roof|blanket|burden|lid {other} with {object}",
        "raise {object} onto|on_top_of {other}",
        "have {object} sit|rest|stand|land|lie on|on_top_of {other}",
        "let {object} ride|lie|land|settle on|on_top_of {other}",
        "erect|construct|form|assemble|create a stack|tower of {object} on {other}",
        "put {other} underneath|under {object}",
        "see that {object} rests|stands|sits on|on_top_of {other}",
        "layer|superimpose {object} on|onto|over {other}",
        "put|place|set {object} over|above {other}",
        "tower|raise {object} over {other}",
    ),
    (
        "{object} is on|on_top_of|upon|atop {other}",
        "{object} is stacked|standing|resting|sitting|placed|balanced|perched on|on_top_of {other}",
        "{other} is under|below|underneath|beneath {object}",
        "{object} is piled|put|left|lying|set on|on_top_of {other}",
        "{other} is covered|topped by|with {object}",
        "{object} is landed|settled|layered|loaded|heaped|supported|carried|raised on {other}",
        "{other} is supporting|carrying|bearing|holding {object}",
        "{other} is the base|support|foundation of {object}",
        "{object} is over|above|at_the_top_of {other}",
    ),
    held_out=(
        "on|onto|on_top_of|upon|atop {other} stack|put|place|set|lay {object}",
        "pick|lift {object} up and put|place|stack|set it on|onto|on_top_of {other}",
        "get {object} on|onto|on_top_of {other}",
        "on|on_top_of|atop {other} is where {object} should go|be|stand",
        "on|on_top_of {other} there should be {object}",
        "{other} is below {object}",
        "{object} is put|left|lying|set on|on_top_of {other}",
    ),
    possible=can_stack,
    hindered=stacked_already,
    skill=put(on_top),
    arguments=2,
    manner="carried",
    told="put {object} on {other}",
    appeal=1.5,
    symbols=Symbols(put_at(on_top, (0.008, 0.008)), leaving=_upset, weight=0.6),
)
