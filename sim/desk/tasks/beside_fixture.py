"""To the left of a fixture, to the right, in front and behind: beside the edge of its footprint on that side.

Relations are vectorised over leading axes; spots are of states without any.
"""

import numpy as np

from sim.desk.tasks.footprints import edges
from sim.desk.tasks.geometry import on_desk
from sim.desk.tasks.places import is_uncrowded
from sim.desk.tasks.room import Box, Direction, Spot, axis_and_sign, inside, over_furniture
from sim.state import State
from sim.task import Truth

EDGE_FAR = 0.13  # m from the edge to the centre of an object, along the direction asked for
ASTRAY = 0.03  # m beyond the ends of that edge
ROOMS = (0.060, 0.050, 0.075, 0.090)  # m from the edge: where an object may be put
PUT_DOWN: Box = ((0.31, 0.62), (-0.36, 0.36))  # m: x and y where the hand can put something down
FURNITURE_ROOM = 0.045  # m from any furniture


def is_beside_fixture(state: State, obj: int, fixture: int, side: Direction) -> Truth:
    """On the desk, beside the fixture's edge on the given side: (...,)."""
    axis, sign = axis_and_sign(side)
    low, high = edges(state, fixture)
    at = state.pos(obj)[..., :2]
    beyond = at - high if sign > 0 else low - at
    along = beyond[..., axis]
    astray = np.maximum(low - at, at - high)[..., 1 - axis]
    return (along > 0) & (along <= EDGE_FAR) & (astray <= ASTRAY) & on_desk(state, obj)


def spot_beside_fixture(state: State, obj: int, fixture: int, side: Direction) -> Spot | None:
    """The first free place beside the edge on that side, its middle first; None if there is none."""
    axis, sign = axis_and_sign(side)
    low, high = edges(state, fixture)
    for room in ROOMS:
        for share in (0.5, 0.35, 0.65, 0.2, 0.8, 0.05, 0.95):
            xy = low + share * (high - low)
            xy[axis] = (high if sign > 0 else low)[axis] + sign * room
            free = inside(xy, PUT_DOWN) and not over_furniture(state, xy, FURNITURE_ROOM)
            if free and is_uncrowded(state, xy, obj):
                return Spot(xy, 0.0)
    return None
