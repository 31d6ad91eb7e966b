"""Why there is no use in beginning with something: it is done already, or cannot be done from here.

A family's condition accepts only what is certainly possible, for drawing scenes; its hindrance names only
what is certainly done or impossible, for whoever is given a command. What lies between is tried. Sensors
err by a centimetre and more, so a position counts only if it is farther than that from the threshold; and a
motion (push, turn, lift) is never done already, as it can be repeated.
"""

from sim.desk.constants import DRAWER
from sim.desk.contact import released
from sim.desk.tasks.geometry import DRAWER_SHUT, in_drawer, rests_on
from sim.desk.tasks.room import REACH
from sim.state import State
from sim.task import IMPOSSIBLE, UNREACHABLE, Hindrance

DRAWER_AJAR = DRAWER_SHUT + 0.02  # m out: up to here nothing goes in or out
BEYOND = 0.03  # m beyond where the hand can grasp
FLOOR = -0.10  # m: what is lower has fallen off the desk
LOW = 0.02  # m: what stands on nothing has its underside below


def take(state: State, obj: int, other: int = -1) -> Hindrance | None:
    """Whatever is done with an object: the hand must get at it, and nothing may be on it."""
    return away(state, obj) or covered(state, obj)


def away(state: State, obj: int) -> Hindrance | None:
    """The hand cannot get at the object."""
    x, y, z = state.pos(obj)
    if z < FLOOR:
        return Hindrance(UNREACHABLE, "{0} has fallen off the desk", (obj,))
    if in_drawer(state, obj) and state.joint(DRAWER) <= DRAWER_AJAR:
        return Hindrance(UNREACHABLE, "{0} is in the drawer, and the drawer is shut", (obj,))
    (x_low, x_high), (y_low, y_high) = REACH
    if not (x_low - BEYOND <= x <= x_high + BEYOND and y_low - BEYOND <= y <= y_high + BEYOND):
        return Hindrance(UNREACHABLE, "{0} is out of reach", (obj,))
    return None


def covered(state: State, obj: int) -> Hindrance | None:
    """Another lies on the object. One that the hand still holds there is about to be let go, or lifted."""
    others = (k for k in range(state.n_objects) if k != obj)
    above = next((k for k in others if rests_on(state, k, obj) and released(state, k)), None)
    return None if above is None else Hindrance(IMPOSSIBLE, "{0} is on top of {1}", (above, obj))
