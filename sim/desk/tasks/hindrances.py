"""Why there is no use in beginning with something: it is done already, or cannot be done from here.

`sim.desk.tasks.conditions` accepts only what is certainly possible, for drawing scenes; this module names
only what is certainly done or impossible, for whoever is given a command. What lies between is tried. Sensors
err by a centimetre and more, so a position counts only if it is farther than that from the threshold; and a
motion (push, turn, lift) is never done already, as it can be repeated.
"""

# ruff: noqa: ARG001 - all of them are called alike
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.desk.layouts import DOOR_TRAVEL
from sim.desk.tasks.conditions import REACH, ROOF, Direction, drawer_middle
from sim.desk.tasks.predicates import (
    BESIDE_ASTRAY,
    BESIDE_FAR,
    BESIDE_NEAR,
    DOOR,
    DRAWER,
    DRAWER_OPEN,
    DRAWER_SHUT,
    MOVED,
    beside,
    bottom,
    in_drawer,
    in_tray,
    released,
    rests_on,
)
from sim.state import State

DONE, UNREACHABLE, IMPOSSIBLE = "done already", "out of reach", "impossible for now"

DOOR_END = 0.008  # m: so near its end the door goes no farther
DRAWER_AJAR = DRAWER_SHUT + 0.02  # m out: up to here nothing goes in or out
BEYOND = 0.03  # m beyond where the hand can grasp
FLOOR = -0.10  # m: what is lower has fallen off the desk
LOW = 0.02  # m: what stands on nothing has its underside below
APART = 0.05  # m between the centres of things of which neither is on the other
FAR_FROM_DRAWER = 0.155  # m from its middle: 3 cm beyond its corners


class Hindrance(NamedTuple):
    """What there is to be said against beginning."""

    kind: str  # DONE, UNREACHABLE or IMPOSSIBLE
    clause: str  # {0}, {1} stand for the things
    things: tuple[int, ...] = ()  # indices of the scene's objects

    def told(self, names: tuple[str, ...]) -> str:
        """A sentence; names are those of the scene's objects."""
        says = self.clause.format(*(f"the {names[i]}" for i in self.things))
        return f"{says[0].upper()}{says[1:]}."


Hindering = Callable[[State, int, int], Hindrance | None]
"""(state, object index, other index) -> what there is against it; None if nothing is clearly."""


def nothing(state: State, obj: int = -1, other: int = -1) -> Hindrance | None:
    """There is never anything against it."""
    return None


# -- furniture ----------------------------------------------------------------------------------


def open_drawer(state: State, obj: int = -1, other: int = -1) -> Hindrance | None:
    return Hindrance(DONE, "the drawer is open already") if state.joints[DRAWER] >= DRAWER_OPEN else None


def close_drawer(state: State, obj: int = -1, other: int = -1) -> Hindrance | None:
    if state.joints[DRAWER] <= DRAWER_SHUT:
        return Hindrance(DONE, "the drawer is shut already")
    inside = [i for i in range(state.n_objects) if in_drawer(state, i)]
    above = next((found for i in inside if (found := _covered(state, i))), None)
    if above and state.object_pos[above.things[0], 2] + state.object_size[above.things[0], 2] / 2 > ROOF:
        return Hindrance(IMPOSSIBLE, "{0} sticks out of the drawer, so it does not shut", above.things[:1])
    return None


def slide_door(sign: int) -> Hindering:
    """+1: to its left."""
    says = f"the sliding door is as far to the {'left' if sign > 0 else 'right'} as it goes already"

    def hindering(state: State, obj: int = -1, other: int = -1) -> Hindrance | None:
        return Hindrance(DONE, says) if sign * state.joints[DOOR] >= DOOR_TRAVEL - DOOR_END else None

    return hindering


def switch(light: int, name: str, on: bool) -> Hindering:
    """The light (its place in `State.lights`) is to be on, or off."""
    says = f"the {name} is {'on' if on else 'off'} already"

    def hindering(state: State, obj: int = -1, other: int = -1) -> Hindrance | None:
        lit = state.lights[light]
        return Hindrance(DONE, says) if (lit > 0.5 if on else lit <= 0.5) else None

    return hindering


# -- objects ------------------------------------------------------------------------------------


def take(state: State, obj: int, other: int = -1) -> Hindrance | None:
    """Whatever is done with an object: the hand must get at it, and nothing may be on it."""
    return _away(state, obj) or _covered(state, obj)


def unstack(state: State, obj: int, other: int = -1) -> Hindrance | None:
    gaps = np.hypot(*(state.object_pos[:, :2] - state.object_pos[obj, :2]).T)
    alone = bool((np.delete(gaps, obj) > APART).all()) and bottom(state, obj) < LOW
    if alone and released(state, obj) and not in_drawer(state, obj):
        return Hindrance(DONE, "{0} is not on top of anything", (obj,))
    return take(state, obj)


def put_in_drawer(state: State, obj: int, other: int = -1) -> Hindrance | None:
    if in_drawer(state, obj) and released(state, obj):
        return Hindrance(DONE, "{0} is in the drawer already", (obj,))
    shut = Hindrance(IMPOSSIBLE, "the drawer is shut") if state.joints[DRAWER] <= DRAWER_AJAR else None
    return take(state, obj) or shut


def take_out_of_drawer(state: State, obj: int, other: int = -1) -> Hindrance | None:
    far = np.hypot(*(state.object_pos[obj, :2] - drawer_middle(state))) > FAR_FROM_DRAWER
    if far and bottom(state, obj) < LOW and released(state, obj):
        return Hindrance(DONE, "{0} is not in the drawer", (obj,))
    return take(state, obj)


def put_in_tray(state: State, obj: int, other: int = -1) -> Hindrance | None:
    if in_tray(state, obj) and released(state, obj):
        return Hindrance(DONE, "{0} is in the tray already", (obj,))
    return take(state, obj)


def stack(state: State, obj: int, other: int) -> Hindrance | None:
    if rests_on(state, obj, other) and released(state, obj):
        return Hindrance(DONE, "{0} is on top of {1} already", (obj, other))
    return take(state, obj) or take(state, other)


def put_beside(side: Direction, words: str) -> Hindering:
    """At that side of the other object."""
    axis, sign = (0 if side[0] else 1), int(side[0] or side[1])

    def hindering(state: State, obj: int, other: int) -> Hindrance | None:
        gap = state.object_pos[obj] - state.object_pos[other]
        along, across = sign * gap[axis], abs(gap[1 - axis])
        clear = BESIDE_NEAR + MOVED <= along <= BESIDE_FAR - MOVED and across <= BESIDE_ASTRAY - MOVED
        if clear and beside(state, obj, other, axis, sign) and released(state, obj):
            return Hindrance(DONE, f"{{0}} is {words} {{1}} already", (obj, other))
        return take(state, obj) or _away(state, other) or _raised(state, other, obj)

    return hindering


# -- what these are made of ---------------------------------------------------------------------


def _away(state: State, obj: int) -> Hindrance | None:
    """The hand cannot get at the object."""
    x, y, z = state.object_pos[obj]
    if z < FLOOR:
        return Hindrance(UNREACHABLE, "{0} has fallen off the desk", (obj,))
    if in_drawer(state, obj) and state.joints[DRAWER] <= DRAWER_AJAR:
        return Hindrance(UNREACHABLE, "{0} is in the drawer, and the drawer is shut", (obj,))
    (x_low, x_high), (y_low, y_high) = REACH
    if not (x_low - BEYOND <= x <= x_high + BEYOND and y_low - BEYOND <= y <= y_high + BEYOND):
        return Hindrance(UNREACHABLE, "{0} is out of reach", (obj,))
    return None


def _covered(state: State, obj: int) -> Hindrance | None:
    """Another lies on the object. One that the hand still holds there is about to be let go, or lifted."""
    others = (k for k in range(state.n_objects) if k != obj)
    above = next((k for k in others if rests_on(state, k, obj) and released(state, k)), None)
    return None if above is None else Hindrance(IMPOSSIBLE, "{0} is on top of {1}", (above, obj))


def _raised(state: State, obj: int, besides: int) -> Hindrance | None:
    """The object stands on another than that one, so nothing stands level with it."""
    below = (k for k in range(state.n_objects) if k not in (obj, besides))
    under = next((k for k in below if rests_on(state, obj, k)), None)
    return None if under is None else Hindrance(IMPOSSIBLE, "{0} is on top of {1}", (obj, under))
