"""The drawer: opening and closing it."""

import numpy as np

from sim.bullet.kinematics import STEP_LENGTH
from sim.desk.constants import DRAWER
from sim.desk.layouts import DRAWER_TRAVEL
from sim.desk.tasks.geometry import DRAWER_OPEN, DRAWER_SHUT, in_drawer, top
from sim.desk.tasks.hindrances import covered
from sim.desk.tasks.motions import Style, outward, use_handle
from sim.desk.tasks.resting import set_handle
from sim.desk.tasks.symbols import Rng, Symbols, near_drawer, slid
from sim.desk.tasks.task import Begin, Task
from sim.rotations import ahead
from sim.state import Array, State
from sim.task import DONE, IMPOSSIBLE, Amount, Goal, Hindrance, Truth

ROOF = 0.064  # m: what is taller keeps the drawer from shutting
DRAWER_OUT = (0.14, DRAWER_TRAVEL)  # m out: how a desk begins on which it is to be shut or used


# -- done, possible, hindered ---------------------------------------------------------------------


def drawer_opened(before: State, after: State, obj: int = -1, other: int = -1) -> Truth:
    """It was shut and is open: a little ajar counts as shut before."""
    return (before.joint(DRAWER) <= DRAWER_SHUT + 0.02) & (after.joint(DRAWER) >= DRAWER_OPEN)


def drawer_closed(before: State, after: State, obj: int = -1, other: int = -1) -> Truth:
    """It was open and is shut."""
    return (before.joint(DRAWER) >= DRAWER_OPEN - 0.02) & (after.joint(DRAWER) <= DRAWER_SHUT)


def is_shut(state: State, obj: int = -1, other: int = -1) -> bool:
    """So that it can be opened."""
    return bool(state.joint(DRAWER) <= DRAWER_SHUT + 0.01)


def is_open(state: State, obj: int = -1, other: int = -1) -> bool:
    """And can be shut: nothing in it is too tall for its roof."""
    return bool(state.joint(DRAWER) >= DRAWER_OPEN) and not _sticks_out(state)


def _sticks_out(state: State) -> bool:
    """Whether something in the drawer is too tall for its roof."""
    return any(in_drawer(state, i) and top(state, i) > ROOF for i in range(state.n_objects))


def open_already(state: State, obj: int = -1, other: int = -1) -> Hindrance | None:
    """Against opening it: it is open."""
    return Hindrance(DONE, "the drawer is open already") if state.joint(DRAWER) >= DRAWER_OPEN else None


def shut_or_blocked(state: State, obj: int = -1, other: int = -1) -> Hindrance | None:
    """Against closing it: it is shut, or a stack of things in it is too tall."""
    if state.joint(DRAWER) <= DRAWER_SHUT:
        return Hindrance(DONE, "the drawer is shut already")
    inside = [i for i in range(state.n_objects) if in_drawer(state, i)]
    above = next((found for i in inside if (found := covered(state, i))), None)
    if above and top(state, above.things[0]) > ROOF:
        return Hindrance(IMPOSSIBLE, "{0} sticks out of the drawer, so it does not shut", above.things[:1])
    return None


# -- doing it -------------------------------------------------------------------------------------


def pull(state: State, obj: int, other: int, style: Style) -> Array:
    """Take the handle and pull."""
    return use_handle(state, DRAWER, STEP_LENGTH * outward(state, DRAWER), style)


def push_shut(state: State, obj: int, other: int, style: Style) -> Array:
    """Take the handle and push."""
    return use_handle(state, DRAWER, -STEP_LENGTH * outward(state, DRAWER), style)


# -- how far --------------------------------------------------------------------------------------

SHARE = 0.15  # of its travel: how far from the opening asked for it may end
WORTH = 0.20  # of its travel: how far it must have to go
FULL = 0.05  # of its travel: how far from its end a drawer may be that counts as fully open


def opening(before: State, after: State, obj: int = -1, other: int = -1) -> Array:
    """How far the drawer is open: 0 shut, 1 all the way."""
    return after.joint(DRAWER) / DRAWER_TRAVEL


def drawer_to(sign: int) -> Amount:
    """Open, or for -1 shut, to a share of its travel."""

    def kept(before: State, after: State, obj: int = -1, other: int = -1) -> Truth:
        return sign * (after.joint(DRAWER) - before.joint(DRAWER)) > 0

    def possible(state: State, obj: int, other: int, amount: float) -> bool:
        far = sign * (amount - float(opening(state, state))) >= WORTH
        inside = [i for i in range(state.n_objects) if in_drawer(state, i)]
        loaded = _sticks_out(state) or any(covered(state, i) for i in inside)
        return far and (sign > 0 or not loaded)

    def skill(before: State, state: State, obj: int, other: int, style: Style, amount: float) -> Array:
        left = amount * DRAWER_TRAVEL - float(state.joint(DRAWER))
        return set_handle(state, DRAWER, outward(state, DRAWER), left, style)

    least, most = (WORTH, 1.0) if sign > 0 else (0.0, 1.0 - WORTH - FULL)
    return Amount(
        "to",
        "of its travel",
        1.0,
        least,
        most,
        opening,
        lambda _: SHARE,
        kept,
        possible=possible,
        skill=skill,
    )


def _set_to(state: State, goal: Goal, rng: Rng) -> State:
    assert goal.amount is not None, f"{goal.task} was asked for without an amount"
    return _drawer_at(state, goal.amount * DRAWER_TRAVEL)


# -- in a chain of commands -----------------------------------------------------------------------


def _drawer_at(state: State, opening: float) -> State:
    """The drawer so far out, m, with what is in it."""
    inside = tuple(i for i in range(state.n_objects) if in_drawer(state, i))
    value = float(np.clip(opening, 0.0, DRAWER_TRAVEL))
    return slid(state, DRAWER, value, -ahead(float(state.yaw(DRAWER))), inside)


def _opened(state: State, obj: int, other: int, rng: Rng) -> State:
    return _drawer_at(state, rng.uniform(DRAWER_OPEN, DRAWER_TRAVEL))


def _closed(state: State, obj: int, other: int, rng: Rng) -> State:
    return _drawer_at(state, rng.uniform(0.0, DRAWER_SHUT))


def _nothing_before_it(state: State, obj: int = -1, other: int = -1) -> bool:
    """Nothing stands where the drawer comes out."""
    return not any(near_drawer(state, i, DRAWER_TRAVEL) for i in range(state.n_objects))


# -- the families ---------------------------------------------------------------------------------

DRAWER_TASKS = (
    Task(
        "open_drawer",
        drawer_opened,
        (
            "open|open_up {fixture}",
            "open {fixture} up",
            "pull|slide|draw|yank|tug {fixture} open|out",
            "pull|slide|draw|yank|tug open|out {fixture}",
            "pull|slide|draw|yank|tug {fixture} towards you",
            "pull|tug on|at the handle of {fixture}",
            "pull|yank {fixture} by its|the handle",
            "use the handle to pull|slide {fixture} open",
            "take|grab|grasp the handle of {fixture} and pull |it",
            "get {fixture} open|opened",
            "make {fixture} come|slide out|open",
            "bring {fixture} out",
            "grab {fixture} and open it",
            "open {fixture} wide|fully|all_the_way",
            "pop|throw {fixture} open",
            "drag|move|bring {fixture} out |of_the_desk|of_the_table",
            "draw {fixture} out of the desk|table",
            "give {fixture} a pull|tug",
            "have {fixture} opened|pulled_out|open",
            "let {fixture} come|slide out|open",
            "expose|reveal|show the inside|contents of {fixture}",
            "let me see what is inside|in {fixture}",
            "give me access to {fixture}",
            "out with {fixture}",
            "unclose|unseal {fixture}",
            "unlock|unfasten|unlatch|unbolt|uncover|undo|unstop {fixture}",
            "extend|extrude|unfold|spread|widen|withdraw|jerk|wrench|pry|prise {fixture} out|open",
            "jerk|wrench|wrest|pry|prise|force|swing|crack {fixture} open",
            "lead|drive|roll|edge|work|coax {fixture} out",
            "i need|want to see into|inside {fixture}",
            "i need something out of {fixture}",
            "uncover|disclose|display the inside|contents|interior of {fixture}",
            "lay {fixture} open|bare",
            "reopen {fixture}",
            "allow a look inside|into {fixture}",
            "pull|drag|draw|slide the front|knob|handle of {fixture} towards_you|out",
            "make {fixture} stick|stand|reach out|open",
            "leave|keep {fixture} open",
            "cause|force {fixture} to come_out|slide_out|open",
            "see that {fixture} opens|comes_out|slides_out",
        ),
        ("{fixture} is open|opened|pulled_out|pulled_open|out|wide_open|not_closed|not_shut",),
        held_out=(
            "slide open {fixture}",
            "take|grab|grasp the handle of {fixture} and pull |it",
            "get {fixture} open|opened",
            "open {fixture} wide|fully|all_the_way",
            "have {fixture} opened|pulled_out|open",
            "show the inside|contents of {fixture}",
            "{fixture} is pulled_out",
        ),
        possible=is_shut,
        hindered=open_already,
        skill=pull,
        fixture="drawer",
        rides=in_drawer,
        begins=Begin(drawer=(0.0, 0.0)),
        told="opened {fixture}",
        contrasts=(("state", "close_drawer"),),
        symbols=Symbols(_opened, clear=_nothing_before_it, fingers="handle"),
        amount=drawer_to(1),
        after=_set_to,
    ),
    Task(
        "close_drawer",
        drawer_closed,
        (
            "close|shut {fixture} |again|up",
            "close up {fixture}",
            "push|slide|press|shove|ram {fixture} shut|closed|in|back_in",
            "push|slide|shove shut|in {fixture}",
            "push|slide|shove {fixture} away_from_you|back_into_the_desk|back_into_its_place",
            "push |against the handle of {fixture} to close it",
            "use your|the hand to push|slide {fixture} shut",
            "get {fixture} closed|shut",
            "bring|put {fixture} back in",
            "make {fixture} go|slide back_in|shut",
            "go to {fixture} and close|shut it",
            "close|shut {fixture} fully|completely|all_the_way",
            "slam|bang {fixture} shut|closed",
            "push|move|slide {fixture} all_the_way|completely in|shut",
            "give {fixture} a push|shove |to_close_it",
            "have {fixture} closed|shut|pushed_in",
            "let {fixture} go|slide in|shut|back_in",
            "hide the inside|contents of {fixture}",
            "put {fixture} back where it belongs",
            "in with {fixture}",
            "seal {fixture} |up",
            "lock|fasten|latch|bolt|secure|block|plug|stop_up {fixture}",
            "retract|return|restore|drive|thrust|force|nudge|edge|work|ease {fixture} in|back_in",
            "ease|nudge|thrust|force|drive|kick|bump|knock {fixture} shut|closed",
            "reclose {fixture}",
            "cover|conceal|hide the inside|interior|contents of {fixture}",
            "return|restore {fixture} to its place|closed_state",
            "push|press|slide the front|knob|handle of {fixture} in|back_in|home",
            "push|slide|drive {fixture} home",
            "leave|keep {fixture} closed|shut",
            "cause|force {fixture} to close|shut|go_in|slide_in",
            "see that {fixture} closes|shuts|goes_in|slides_in",
            "make {fixture} disappear into the desk|table",
            "tidy|fold away {fixture}",
        ),
        ("{fixture} is closed|shut|pushed_in|pushed_shut|in|sealed|fully_closed|not_open",),
        held_out=(
            "slide shut {fixture}",
            "get {fixture} closed|shut",
            "go to {fixture} and close|shut it",
            "let {fixture} go|slide in|shut|back_in",
            "{fixture} is pushed_in|fully_closed|not_open",
        ),
        possible=is_open,
        hindered=shut_or_blocked,
        skill=push_shut,
        fixture="drawer",
        rides=in_drawer,
        begins=Begin(drawer=DRAWER_OUT),
        told="closed {fixture}",
        symbols=Symbols(_closed, fingers="handle"),
        amount=drawer_to(-1),
        after=_set_to,
    ),
)
