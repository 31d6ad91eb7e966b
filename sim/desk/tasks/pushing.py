"""Pushing an object along the desk: when it counts, where it can be done, how, and by how much.

The families are in `sim.desk.tasks.push`.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from sim.bullet.arm import MAX_OPENING
from sim.bullet.kinematics import STEP_LENGTH
from sim.desk.tasks.aftermath import Aftermath
from sim.desk.tasks.geometry import SAME_HEIGHT, displacement, on_desk
from sim.desk.tasks.motions import Skill, Style, approach, go_to, heading_of
from sim.desk.tasks.resting import leave
from sim.desk.tasks.room import (
    REACH,
    Direction,
    axis_and_sign,
    graspable,
    half_extent,
    inside,
    is_free_desk,
    over_furniture,
)
from sim.desk.tasks.symbols import Rng, object_at
from sim.desk.tasks.task import Condition, Judge
from sim.rotations import wrap
from sim.state import Array, State
from sim.task import Amount, Goal, Truth

PUSHED = 0.06  # m along the direction asked for
SIDEWAYS = 0.6  # a push strays at most this fraction of its length to the side
FINGER = 0.009  # m from the tool to the side of a finger that pushes
FENCE = 0.030  # m between the fingers when they push: two points of contact keep the object straight


# -- done, possible -------------------------------------------------------------------------------


def pushed(direction: Direction) -> Judge:
    """It went far enough that way, not far to the side, and stayed on its surface."""
    axis, sign = axis_and_sign(direction)

    def judge(before: State, after: State, obj: int, other: int = -1) -> Truth:
        move = displacement(before, after, obj)
        along, aside = sign * move[..., axis], np.abs(move[..., 1 - axis])
        return (along >= PUSHED) & (aside <= SIDEWAYS * along) & (np.abs(move[..., 2]) <= SAME_HEIGHT)

    return judge


def can_push(direction: Direction) -> Condition:
    """There is room behind the object for the hand, and before it to slide."""
    return lambda state, obj, other=-1: _has_room(state, obj, direction, (0.10,), 0.16)


def _has_room(state: State, obj: int, direction: Direction, ways: Iterable[float], ahead: float) -> bool:
    """Room for the hand behind the object, for the object so far along, m, and for what it might run into."""
    if not graspable(obj, state) or not on_desk(state, obj):
        return False
    d = np.array(direction)
    start = state.pos(obj)[:2]
    here = half_extent(state, obj, direction)
    behind = start - (here + 0.035) * d
    if not (all(is_free_desk(state, start + way * d) for way in ways) and inside(behind, REACH)):
        return False
    for k in range(state.n_objects):
        if k == obj:
            continue
        gap = state.pos(k)[:2] - start
        along, across = float(gap @ d), abs(float(gap[0] * d[1] - gap[1] * d[0]))
        if -here - 0.075 < along < ahead and across < 0.075:
            return False
    return not over_furniture(state, behind, 0.03)


# -- doing it -------------------------------------------------------------------------------------


def push(direction: Direction) -> Skill:
    """Come down behind the object with the fingers as a fence, and sweep."""

    def skill(state: State, obj: int, other: int, style: Style) -> Array:
        return _sweep(state, obj, direction, style, STEP_LENGTH, 0.0, 0.0)

    return skill


def _sweep(
    state: State, obj: int, direction: Direction, style: Style, pace: float, slack: float, lean: float
) -> Array:
    """The next action (7,) of a push: the hand comes to the object, and then moves it so far, m, in a step.

    `slack` is how far, m, a hand that is low may seem to be in the object, whose extent is an estimate;
    `lean` how far beside the object's centre it pushes, m to the left of the direction.
    """
    d = np.array(direction)
    across = np.array([-d[1], d[0]])
    centre = state.pos(obj)
    reach = half_extent(state, obj, direction)
    gap = centre[:2] - state.ee_pos[:2]
    along, aside = float(gap @ d), float(gap @ across)
    heading = 0.0 if d[0] else np.pi / 2
    if d[1] and heading_of(state) < -0.8:
        heading = -np.pi / 2
    low = float(np.clip(centre[2], 0.016, 0.030))
    grip = 2 * FENCE / MAX_OPENING - 1
    high = float(state.ee_pos[2])
    touching = along > reach + 0.006 - slack and high < low + 0.010
    behind = (along > reach + 0.006 or touching) and abs(aside) < 0.022
    if behind and high < low + 0.022 and abs(wrap(heading - heading_of(state))) < 0.4:
        length = min(STEP_LENGTH, pace + max(along - reach - FINGER, 0.0))
        step = state.ee_pos[:2] + length * d + (aside + lean) * across
        slower = replace(style, speed=0.9 * style.speed)
        return go_to(state, np.array([step[0], step[1], low]), heading, grip, slower)
    start = centre[:2] - (reach + 0.030) * d
    rise = style.hover + float(state.size(obj)[2])
    return approach(state, np.array([start[0], start[1], low]), heading, rise, grip, style)


# -- by how much ----------------------------------------------------------------------------------

LEAST = 0.03  # m: how far a push can be asked to go; no push at all is 2 cm off
MOST = (0.20, 0.30)  # m: the farthest along x and along y, by the room that desks have
STRAYS = 0.02  # m to the side: never too far for a push by a given amount
SLOWEST, FASTEST = 0.004, 0.020  # m in a control step: of a push that is to stop somewhere
SLACK = 0.014  # m
LEANING, LEAN = 0.5, 0.012  # of how far an object has strayed, and at most, m: the hand draws it back
ARRIVED = 0.004  # m from where it is to be pushed: it is there
BEFORE_IT = 0.10  # m: how near to the end of a push another thing may stand


def push_tolerance(amount: float) -> float:
    """How far off a push by so much may end, m."""
    return max(0.3 * amount, 0.02)


def push_by(direction: Direction) -> Amount:
    """By so many metres along the direction, on its surface, and not too far to the side."""
    axis, sign = axis_and_sign(direction)

    def went(before: State, after: State, obj: int, other: int = -1) -> Array:
        return sign * displacement(before, after, obj)[..., axis]

    def kept(before: State, after: State, obj: int, other: int = -1) -> Truth:
        move = displacement(before, after, obj)
        aside = np.abs(move[..., 1 - axis])
        near = aside <= np.maximum(SIDEWAYS * sign * move[..., axis], STRAYS)
        return near & (np.abs(move[..., 2]) <= SAME_HEIGHT)

    def possible(state: State, obj: int, other: int, amount: float) -> bool:
        ways = (*np.arange(0.05, amount, 0.05), amount)
        return _has_room(state, obj, direction, ways, amount + BEFORE_IT)

    def skill(before: State, state: State, obj: int, other: int, style: Style, amount: float) -> Array:
        left = amount - float(went(before, state, obj))
        if left <= ARRIVED:
            return leave(state, obj, style)
        pace = min(FASTEST, SLOWEST + 0.5 * left)  # else it slides on when the hand stops
        strayed = float(displacement(before, state, obj)[:2] @ (-direction[1], direction[0]))
        lean = -float(np.clip(LEANING * strayed, -LEAN, LEAN))
        return _sweep(state, obj, direction, style, pace, SLACK, lean)

    return Amount(
        "by", "metres", 1.0, LEAST, MOST[axis], went, push_tolerance, kept, possible=possible, skill=skill
    )  # fmt: skip


def pushed_by(direction: Direction) -> Aftermath:
    """The object so much farther along."""
    shift = np.array([*direction, 0.0])

    def after(state: State, goal: Goal, rng: Rng) -> State:
        assert goal.amount is not None, f"{goal.task} was asked for without an amount"
        return object_at(state, goal.object, state.pos(goal.object) + goal.amount * shift)

    return after
