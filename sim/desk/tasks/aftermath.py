"""Where hand and objects are after something was done, foreseen without physics: what effects are made of.

States have no leading axes here.
"""

from collections.abc import Callable

import numpy as np

from sim.bullet.arm import MAX_OPENING
from sim.bullet.kinematics import WORKSPACE
from sim.desk.contact import in_hand
from sim.desk.tasks.geometry import support
from sim.state import POS, Array, State
from sim.task import Goal

ABOVE = 0.12  # m above what it has handled: where a hand is that has left

Aftermath = Callable[[State, Goal, np.random.Generator], State]
"""(state, goal, generator) -> the state once the goal has been reached, but for where the hand leaves to."""


def held(state: State) -> int:
    """The index of the object in the hand, -1 for none."""
    near = [i for i in range(state.n_objects) if in_hand(state, i)]
    return min(near, key=lambda i: float(np.linalg.norm(state.pos(i) - state.ee_pos)), default=-1)


def hand_to(state: State, point: Array, opening: float | None = None) -> State:
    """The hand at a point, (3,) m, with what it holds; its fingers as they are, or open so far, m."""
    obj = held(state)
    hand = state.hand.copy()
    hand[POS] = point
    if opening is not None:
        hand[7] = opening
    moved = state if obj < 0 else state.changed(obj, POS, state.pos(obj) + point - state.ee_pos)
    return moved._replace(hand=hand)


def dropped(state: State) -> State:
    """The hand opened: what it held stands on what is below it."""
    obj = held(state)
    wide = state._replace(hand=np.array([*state.hand[:7], MAX_OPENING]))
    return wide if obj < 0 else lowered(wide, obj)


def lowered(state: State, obj: int) -> State:
    """The object on what is below it."""
    return state.changed(obj, 2, float(support(state, obj) + state.size(obj)[2] / 2))


def left(state: State, row: int) -> State:
    """The hand open above a thing, an object or a fixture."""
    x, y, z = state.pos(row)
    high = min(float(z) + float(state.size(row)[2]) / 2 + ABOVE, WORKSPACE[1][2])
    return hand_to(dropped(state), np.array([x, y, high]))


def taken(state: State, obj: int) -> State:
    """The hand closed on an object, wherever that is."""
    return hand_to(dropped_but(state, obj), state.pos(obj), float(state.size(obj)[:2].min()))


def dropped_but(state: State, obj: int) -> State:
    """The hand opened, unless it holds that object."""
    return state if held(state) == obj else dropped(state)
