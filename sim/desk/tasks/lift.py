"""Lifting an object."""

import numpy as np

from sim.bullet.kinematics import STEP_LENGTH
from sim.desk.contact import holds, in_hand
from sim.desk.tasks.geometry import bottom, displacement, in_drawer, support
from sim.desk.tasks.hindrances import take
from sim.desk.tasks.motions import CLOSE, Style, go_to, grasp_heading, heading_of, pick, usual_heading
from sim.desk.tasks.room import graspable
from sim.desk.tasks.symbols import Rng, Symbols, moved, object_at
from sim.desk.tasks.task import Task
from sim.state import Array, State
from sim.task import Amount, Goal, Truth

LIFTED = 0.05  # m higher than before, and in the hand


def lifted(before: State, after: State, obj: int, other: int = -1) -> Truth:
    """It is higher than it was, in the hand."""
    return (displacement(before, after, obj)[..., 2] >= LIFTED) & in_hand(after, obj)


def can_lift(state: State, obj: int, other: int = -1) -> bool:
    """The hand can grasp it, and it is not in the drawer."""
    return graspable(obj, state) and not in_drawer(state, obj)


def pick_up(state: State, obj: int, other: int, style: Style) -> Array:
    """Grasp the object and go up."""
    if holds(state, obj):
        return go_to(state, state.ee_pos + [0, 0, STEP_LENGTH], heading_of(state), CLOSE, style)
    return pick(state, obj, style, grasp_heading(state, obj, usual_heading(state)))


# -- to what height -------------------------------------------------------------------------------

HEIGHTS = (0.03, 0.25)  # m above its support: how high it can be asked to be
TOLERANCE = 0.02  # m


def height(before: State, after: State, obj: int, other: int = -1) -> Array:
    """How far its underside is above what it stood on, m."""
    return bottom(after, obj) - support(before, obj)


def _kept(before: State, after: State, obj: int, other: int = -1) -> Truth:
    return in_hand(after, obj)


def _can_lift_to(state: State, obj: int, other: int, amount: float) -> bool:
    there = abs(float(height(state, state, obj)) - amount) <= TOLERANCE
    return can_lift(state, obj) and not (there and in_hand(state, obj))


def _lift_to(before: State, state: State, obj: int, other: int, style: Style, amount: float) -> Array:
    """Grasp the object, bring it to that height and hold it there."""
    if not holds(state, obj):
        return pick(state, obj, style, grasp_heading(state, obj, usual_heading(state)))
    left = np.array([0, 0, amount - float(height(before, state, obj))])
    return go_to(state, state.ee_pos + left, heading_of(state), CLOSE, style)


def _lifted_to(state: State, goal: Goal, rng: Rng) -> State:
    assert goal.amount is not None, f"{goal.task} was asked for without an amount"
    up = goal.amount - float(height(state, state, goal.object))
    return object_at(state, goal.object, state.pos(goal.object) + [0, 0, up])


# -- the family -----------------------------------------------------------------------------------

LIFT_TASKS = (
    Task(
        "lift",
        lifted,
        (
            "lift|raise|hoist|heave|elevate {object} |up",
            "lift|pick|take|hoist up {object}",
            "pick|take {object} up",
            "lift|raise|bring|hoist|heave|move {object} into_the_air|up_into_the_air|up_high|up_in_the_air",
            "grab|grasp|take|seize|clutch {object} and lift|raise|pick it |up",
            "take|get hold of {object} and lift|raise it |up",
            "hold {object} up |in_the_air|high",
            "get {object} up |into_the_air",
            "make {object} go up |into_the_air",
            "up with {object}",
            "close your|the hand|gripper on {object} and lift|raise it",
            "take {object} in|into your|the hand|gripper and lift|raise it |up",
            "pluck|scoop|snatch|fetch {object} up",
            "pick|lift|pluck|raise {object} off|from the desk|table",
            "pull|carry|raise {object} up |into_the_air|high",
            "grip|clasp {object} and lift|raise it |up",
            "have {object} lifted|raised|up_in_the_air",
            "let {object} hang|float in the air",
            "up in the air with {object}",
            "into the air with {object}",
            "{object} goes up |in_the_air|into_the_air",
            "show me {object} up in the air",
            "bring {object} up",
            "keep {object} in the air",
            "hold|keep|carry {object} aloft",
            "raise|lift|bring|take {object} aloft",
            "uplift|upraise|hike|jack|boost|levitate|suspend|winch|loft {object} |up|into_the_air",
            "heighten|upheave|hook|catch {object} and lift|raise it |up",
            "capture|collect|gather|acquire|obtain {object} and lift|raise it |up",
            "take|get {object} off the desk|table|ground|surface",
            "lift|raise|pick {object} from the surface|ground",
            "make {object} rise|float|ascend|hover|levitate|fly",
            "let {object} rise|hover|ascend|dangle in the air",
            "cause {object} to rise|go_up|ascend",
            "see that {object} rises|goes_up|leaves_the_desk|leaves_the_table",
            "raise|lift {object} above|over the desk|table",
            "gain height with {object}",
            "take up|snap_up|hold_up {object}",
            "give {object} a lift |up",
            "scoop|snap|gather|snatch up {object}",
        ),
        (
            "{object} is up|lifted|raised|in_the_air|up_in_the_air|held_up|high_up|lifted_up|hoisted",
            "{object} is airborne|picked_up|off_the_desk|off_the_table",
            "{object} is held up in your|the hand|gripper",
            "{object} is aloft|suspended|hanging|hovering|floating|dangling|above_the_desk|above_the_table",
            "{object} is in your|the hand|gripper above the desk|table",
            "{object} is off the ground|surface",
            "{object} is taken|pulled|brought|hung up",
            "{object} is not|no_longer touching the desk|table",
        ),
        held_out=(
            "pick|take {object} up",
            "hold {object} up |in_the_air|high",
            "get {object} up |into_the_air",
            "take {object} in|into your|the hand|gripper and lift|raise it |up",
            "pick|lift|pluck|raise {object} off|from the desk|table",
            "{object} is up_in_the_air|held_up",
        ),
        possible=can_lift,
        hindered=take,
        skill=pick_up,
        arguments=1,
        manner="carried",
        lifts=True,
        told="lifted {object}",
        appeal=0.5,
        symbols=Symbols(moved((0, 0, 0.075), (0.01, 0.01, 0.025), (-0.2, 0.2)), weight=0.6),
        amount=Amount(
            "to",
            "metres",
            1.0,
            *HEIGHTS,
            height,
            lambda _: TOLERANCE,
            _kept,
            possible=_can_lift_to,
            skill=_lift_to,
        ),
        after=_lifted_to,
    ),
)
