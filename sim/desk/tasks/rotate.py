"""Turning an object on the spot, to the left and to the right."""

import numpy as np

from sim.bullet.kinematics import STEP_ANGLE
from sim.desk.contact import holds
from sim.desk.tasks.aftermath import Aftermath
from sim.desk.tasks.geometry import SAME_HEIGHT, displacement, on_desk
from sim.desk.tasks.hindrances import take
from sim.desk.tasks.motions import CLOSE, HAND_LIMIT, Skill, Style, go_to, grasp_heading, heading_of, pick
from sim.desk.tasks.phrases import said
from sim.desk.tasks.resting import FULLY, leave
from sim.desk.tasks.room import graspable, is_clear, over_furniture
from sim.desk.tasks.symbols import Rng, Symbols, dragged, moved, object_at
from sim.desk.tasks.task import Judge, Task
from sim.rotations import wrap
from sim.state import Array, State
from sim.task import Amount, Goal, Truth

TURNED = 0.6  # rad: it was turned
IN_PLACE = 0.05  # m: an object that was only turned strays at most this far
ELBOW_ROOM = 0.085  # m around an object that is to be turned


def turned(sign: int) -> Judge:
    """It turned far enough and stayed where it was; +1 is counter-clockwise from above."""

    def judge(before: State, after: State, obj: int, other: int = -1) -> Truth:
        turn = sign * wrap(after.yaw(obj) - before.yaw(obj))
        return (turn >= TURNED) & stayed_put(before, after, obj)

    return judge


def stayed_put(before: State, after: State, obj: int) -> Truth:
    """Whether it is where it was, but for its heading."""
    move = displacement(before, after, obj)
    return (np.hypot(move[..., 0], move[..., 1]) <= IN_PLACE) & (np.abs(move[..., 2]) <= SAME_HEIGHT)


def can_turn(state: State, obj: int, other: int = -1) -> bool:
    """The hand can grasp it where it stands on the desk, and nothing is close to it."""
    alone = is_clear(state, state.pos(obj)[:2], (obj,), ELBOW_ROOM)
    return graspable(obj, state) and bool(on_desk(state, obj)) and alone


def turn(sign: int) -> Skill:
    """Grasp the object and turn the wrist; +1 is counter-clockwise from above."""

    def skill(state: State, obj: int, other: int, style: Style) -> Array:
        if holds(state, obj):
            return go_to(state, state.ee_pos, heading_of(state) + sign * STEP_ANGLE, CLOSE, style)
        return pick(state, obj, style, grasp_heading(state, obj, -0.45 * sign))

    return skill


# -- by how much ----------------------------------------------------------------------------------

TURNABLE = (np.radians(20), np.radians(120))  # rad: how far a turn can be asked to go
TOLERANCE = np.radians(15)  # rad
FURNITURE_ROOM = 0.06  # m around an object that is to be turned far
EVENLY = 0.7  # of the fastest turn: what is round slips at it
ARRIVED = (0.05, 0.13)  # rad from where it is to be turned: it is there, held and let go of


def rotate_by(sign: int) -> Amount:
    """By so many radians, on the spot; +1: to its left."""

    def went(before: State, after: State, obj: int, other: int = -1) -> Array:
        """How far it was turned, rad from half a turn the other way to one and a half this way."""
        return (sign * (after.yaw(obj) - before.yaw(obj)) + np.pi / 2) % (2 * np.pi) - np.pi / 2

    def kept(before: State, after: State, obj: int, other: int = -1) -> Truth:
        return stayed_put(before, after, obj)

    def possible(state: State, obj: int, other: int, amount: float) -> bool:
        start = _start(state, obj, sign * amount)
        if over_furniture(state, state.pos(obj)[:2], FURNITURE_ROOM):
            return False
        return can_turn(state, obj, other) and abs(start + sign * amount) <= HAND_LIMIT

    def skill(before: State, state: State, obj: int, other: int, style: Style, amount: float) -> Array:
        left = amount - float(went(before, state, obj))
        if left <= ARRIVED[0 if holds(state, obj) else 1]:
            return leave(state, obj, style, FULLY)
        if holds(state, obj):
            step = sign * min(left, EVENLY * STEP_ANGLE)
            return go_to(state, state.ee_pos, heading_of(state) + step, CLOSE, style)
        return pick(state, obj, style, _start(state, obj, sign * left))

    return Amount(
        "by", "degrees", np.pi / 180, *TURNABLE, went, lambda _: TOLERANCE, kept,
        possible=possible, skill=skill,
    )  # fmt: skip


def _start(state: State, obj: int, angle: float) -> float:
    """The heading at which to grasp what is to be turned by an angle, rad, so that the wrist turns evenly."""
    return grasp_heading(state, obj, -angle / 2)


def turned_by(sign: int) -> Aftermath:
    """The object so much farther round."""

    def after(state: State, goal: Goal, rng: Rng) -> State:
        assert goal.amount is not None, f"{goal.task} was asked for without an amount"
        return object_at(state, goal.object, state.pos(goal.object), sign * goal.amount)

    return after


# -- in words -------------------------------------------------------------------------------------

_TURN = (
    "rotate|turn|twist|spin|swivel|pivot {object} <side>|to_the_<side>|towards_the_<side>|<clock>",
    "rotate|turn|twist|spin|swivel {object} around to_the_<side>|<clock>",
    "give {object} a turn|twist|spin to_the_<side>|<clock>",
    "make {object} turn|rotate|spin|swivel to_the_<side>|<clock>",
    "rotate|turn|twist|spin {object} in|into the <clock> direction",
    "rotate|turn|twist {object} <round> the clock",
    "take|grab|grasp|take_hold_of {object} and turn|rotate|twist it to_the_<side>|<clock>",
    "use your|the hand|gripper to turn|rotate|twist {object} to_the_<side>|<clock>",
    "turn|rotate|spin {object} a_bit|a_little|some_way|further to_the_<side>|<clock>",
    "get {object} to turn|rotate|spin to_the_<side>|<clock>",
    "let {object} turn|spin to_the_<side>|<clock>",
    "<clock> turn|rotate|twist|spin {object}",
    "to the <side> turn|rotate|twist {object}",
    "round to the <side> turn|swing {object}",
    "a turn|twist to the <side> for {object}",
    "revolve|swing|crank|wheel|reorient {object} to_the_<side>|<clock>",
    "turn|rotate|twist|spin {object} on the spot to_the_<side>|<clock>",
    "have {object} turned|rotated|twisted to_the_<side>|<clock>",
    "{object} turns|rotates|spins to_the_<side>|<clock>",
    "hold {object} and turn|rotate|twist it to_the_<side>|<clock>",
    "change the heading|orientation of {object} to_the_<side>|<clock>",
    "turn|rotate|twist the top of {object} to_the_<side>|<clock>",
    "screw|gyrate|whirl|twirl|veer|circle|orient|angle|yaw|realign {object} to_the_<side>|<clock>",
    "make {object} face|point|look further to the <side>",
    "cause|force {object} to turn|rotate|spin to_the_<side>|<clock>",
    "apply a turn|twist|rotation to_the_<side>|<clock> to {object}",
    "perform|do|make a <clock> turn|rotation with|of {object}",
    "a <clock> turn|twist|rotation for {object}",
    "give {object} a rotation|whirl|twirl|swing to_the_<side>|<clock>",
    "redirect|readjust|adjust {object} to_the_<side>|<clock>",
    "see that {object} turns|rotates|spins to_the_<side>|<clock>",
)
_TURNED = (
    "{object} is turned|rotated|twisted|swivelled <side>|to_the_<side>|<clock>",
    "{object} is turned|rotated further to the <side>",
    "{object} is spun|swung|revolved to_the_<side>|<clock>",
    "{object} is facing|pointing further to the <side>",
    "{object} is twirled|whirled|reoriented|realigned|screwed|angled to_the_<side>|<clock>",
)
_HELD_OUT = (
    "give {object} a turn|twist|spin to_the_<side>|<clock>",
    "take_hold_of {object} and turn|rotate|twist it to_the_<side>|<clock>",
    "<clock> turn|rotate|twist|spin {object}",
    "to the <side> turn|rotate|twist {object}",
    "{object} is rotated <side>|to_the_<side>|<clock>",
)

# -- the families ---------------------------------------------------------------------------------

ROTATE_TASKS = (
    Task(
        "rotate_left",
        turned(1),
        said(_TURN, side="left", clock="counterclockwise|anticlockwise", round="against"),
        said(_TURNED, side="left", clock="counterclockwise|anticlockwise"),
        held_out=said(_HELD_OUT, side="left", clock="counterclockwise|anticlockwise"),
        possible=can_turn,
        hindered=take,
        skill=turn(1),
        arguments=1,
        manner="turned",
        told="turned {object} to the left",
        contrasts=(("direction", "rotate_right"),),
        symbols=Symbols(moved((0, 0, 0), (0.015, 0.015, 0), (0.6, 0.95)), leaving=dragged),
        amount=rotate_by(1),
        after=turned_by(1),
    ),
    Task(
        "rotate_right",
        turned(-1),
        said(_TURN, side="right", clock="clockwise", round="with"),
        said(_TURNED, side="right", clock="clockwise"),
        held_out=(
            *said(_HELD_OUT, side="right", clock="clockwise"),
            "round to the right turn|swing {object}",
        ),
        possible=can_turn,
        hindered=take,
        skill=turn(-1),
        arguments=1,
        manner="turned",
        told="turned {object} to the right",
        symbols=Symbols(moved((0, 0, 0), (0.015, 0.015, 0), (-0.95, -0.6)), leaving=dragged),
        amount=rotate_by(-1),
        after=turned_by(-1),
    ),
)
