"""Where an object is put, without a side: near something, far from it, between two things, in a region.

What holds, where there is room, and how it is done; in words these families stand in
`sim.desk.tasks.placing`. Relations are vectorised over leading axes; spots are of states without any.
"""

from collections.abc import Iterable

import numpy as np

from sim.desk.contact import released
from sim.desk.tasks.footprints import edges, from_edge, is_fixture
from sim.desk.tasks.geometry import (
    MOVED,
    SAME_HEIGHT,
    bottom,
    displacement,
    in_drawer,
    on_desk,
    rests_on,
    top,
)
from sim.desk.tasks.hindrances import LOW
from sim.desk.tasks.room import Spot, graspable, half_extent, is_clear, is_free_desk
from sim.desk.tasks.unchanged import others_stayed
from sim.rotations import ahead
from sim.state import Array, State
from sim.task import Region, Truth

NEAR = 0.12  # m between centres, or from the edge of a fixture: near
FAR = 0.20  # m, likewise: far
ALONG = 0.04  # m from the middle third of the line between two things: between them
FINGER = 0.030  # m left between things that stand near each other: a finger fits in
NEAREST = 0.095  # m between the centres of things put near each other
FIXTURE_ROOM = 0.06  # m from a fixture's edge to what is put near it
FARTHER = 0.02  # m beyond `FAR`, where the expert takes things
INSIDE = 0.022  # m from the sides of a region to where the expert takes things
WORTH = 0.045  # m: how far it must be to a spot
FREE = 0.085  # m around a free spot
TALL, BESIDE_TALL = 0.055, 0.125  # m: what is taller than the first, from the desk, the hand itself runs into
OPEN_FINGERS = 0.062  # m from the middle of an open hand to the outside of its fingers

_DESK_GRID = np.array([(x, y) for x in np.linspace(0.34, 0.58, 7) for y in np.linspace(-0.24, 0.24, 13)])
_MIDDLE_FIRST = _DESK_GRID[np.argsort(np.hypot(*(_DESK_GRID - (0.45, 0.0)).T), kind="stable")]


# -- what holds -----------------------------------------------------------------------------------


def apart(state: State, obj: int, other: int) -> Array:
    """How far an object is from a thing, m: between centres, or from a fixture's edge: (...,)."""
    if is_fixture(state, other):
        return from_edge(state, state.pos(obj)[..., :2], other)
    gap = (state.pos(obj) - state.pos(other))[..., :2]
    return np.hypot(gap[..., 0], gap[..., 1])


def is_near(state: State, obj: int, other: int) -> Truth:
    """Near the other and beside it, let go of: neither in it nor on it, nor under it."""
    near = apart(state, obj, other) <= NEAR
    if is_fixture(state, other):
        return near & (apart(state, obj, other) > 0) & stands(state, obj)
    level = np.abs(bottom(state, obj) - bottom(state, other)) <= SAME_HEIGHT
    stacked = rests_on(state, obj, other) | rests_on(state, other, obj)
    return near & level & ~stacked & released(state, obj)


def is_far(state: State, obj: int, other: int) -> Truth:
    """Far from the other, and standing on nothing that is high."""
    return (apart(state, obj, other) >= FAR) & stands(state, obj)


def is_between(state: State, obj: int, other: int, third: int) -> Truth:
    """Near the middle of the line from one thing to another, and standing on nothing that is high."""
    start, end = state.pos(other)[..., :2], state.pos(third)[..., :2]
    line, at = end - start, state.pos(obj)[..., :2]
    length = np.maximum((line**2).sum(-1), 1e-9)
    share = np.clip(((at - start) * line).sum(-1) / length, 1 / 3, 2 / 3)
    nearest = start + share[..., None] * line
    return (np.linalg.norm(at - nearest, axis=-1) <= ALONG) & stands(state, obj)


def is_in(state: State, obj: int, region: Region) -> Truth:
    """Its centre is in the region, and it stands on nothing that is high."""
    return region.holds(state.pos(obj)[..., :2]) & stands(state, obj)


def stands(state: State, obj: int) -> Truth:
    """Let go of, and on nothing that is high: on the desk, or on the floor of the tray or the drawer."""
    return (bottom(state, obj) <= LOW) & released(state, obj)


def carried(before: State, after: State, obj: int) -> Truth:
    """Whether the object went somewhere else, and the others stayed where they were."""
    went = np.linalg.norm(displacement(before, after, obj)[..., :2], axis=-1) >= MOVED
    return went & others_stayed(before, after, obj)


# -- where there is room --------------------------------------------------------------------------


def spot_near(state: State, obj: int, other: int) -> Spot | None:
    """The first free place around the other, in a fixed order of directions."""
    if is_fixture(state, other):
        return first_free(state, obj, _around(state, other))
    for turn in (1, 3, 2, 0, 1.5, 2.5, 0.5, 3.5):  # left, right, in front of it, behind it; then askew
        x, y = ahead(turn * np.pi / 2)
        needed = half_extent(state, obj, (x, y)) + half_extent(state, other, (x, y)) + FINGER
        room = max(NEAREST, needed)
        xy = state.pos(other)[:2] + room * np.array([x, y])
        if room <= NEAR - 0.006 and is_free(state, xy, obj, other):
            return Spot(xy, float(bottom(state, other)))
    return None


def _around(state: State, fixture: int) -> Iterable[Array]:
    """Places along the edges of a fixture's footprint, the middles of its sides first."""
    low, high = edges(state, fixture)
    low, high = low - FIXTURE_ROOM, high + FIXTURE_ROOM
    for share in (0.5, 0.3, 0.7, 0.1, 0.9):
        x, y = low + share * (high - low)
        yield from (np.array(xy) for xy in ((low[0], y), (x, low[1]), (x, high[1]), (high[0], y)))


def spot_far(state: State, obj: int, other: int) -> Spot | None:
    """The free place nearest to the middle of the desk that is far enough."""
    if is_fixture(state, other):
        gaps = from_edge(state, _MIDDLE_FIRST, other)
    else:
        gaps = np.hypot(*(_MIDDLE_FIRST - state.pos(other)[:2]).T)
    return first_free(state, obj, _MIDDLE_FIRST[gaps >= FAR + FARTHER])


def spot_between(state: State, obj: int, other: int, third: int) -> Spot | None:
    """Half-way, if an open hand fits between the two."""
    start, end = state.pos(other)[:2], state.pos(third)[:2]
    middle, line = (start + end) / 2, end - start
    length = float(np.hypot(*line))
    x, y = line / max(length, 1e-9)
    widest = max(half_extent(state, other, (x, y)), half_extent(state, third, (x, y)))
    fits = length / 2 >= widest + max(OPEN_FINGERS, half_extent(state, obj, (x, y)) + FINGER)
    return Spot(middle, 0.0) if fits and is_free(state, middle, obj, other, third) else None


def spot_in(state: State, obj: int, region: Region) -> Spot | None:
    """The free place in the region that is nearest to its centre."""
    x, y = (np.linspace(low + INSIDE, high - INSIDE, 7) for low, high in (region.x, region.y))
    grid = np.stack(np.meshgrid(x, y, indexing="ij"), -1).reshape(-1, 2)
    order = np.argsort(np.hypot(*(grid - region.centre).T).round(6), kind="stable")
    return first_free(state, obj, grid[order])


def first_free(state: State, obj: int, places: Iterable[Array]) -> Spot | None:
    """The first of places (2,), m, on the desk where the object can be set down."""
    for xy in places:
        if is_free(state, xy, obj):
            return Spot(xy, 0.0)
    return None


def is_free(state: State, xy: Array, obj: int, *besides: int) -> bool:
    """Whether the object can be put down there; `besides` are things that it may stand close to."""
    return is_free_desk(state, xy) and is_uncrowded(state, xy, obj, *besides)


def is_uncrowded(state: State, xy: Array, obj: int, *besides: int) -> bool:
    """Whether an open hand that puts the object down there touches no other."""
    low = low_things(state, 0.0)
    return is_clear(state, xy, (obj, *besides), FREE) and is_clear(state, xy, (obj, *low), BESIDE_TALL)


def can_take(state: State, obj: int) -> bool:
    """Whether the hand can take the object, carry it over the desk and leave everything else as it is."""
    if not graspable(obj, state) or in_drawer(state, obj):
        return False
    low = low_things(state, float(bottom(state, obj)))
    return is_clear(state, state.pos(obj)[:2], (obj, *low), BESIDE_TALL)


def low_things(state: State, ground: float) -> tuple[int, ...]:
    """The objects that a hand passes over which takes something or puts it down at a height, m."""
    return tuple(k for k in range(state.n_objects) if top(state, k) <= ground + TALL)


def is_worth_it(state: State, obj: int, spot: Spot | None) -> bool:
    """Whether there is a spot, and some way to go."""
    return spot is not None and bool(np.hypot(*(spot.xy - state.pos(obj)[:2])) >= WORTH)


def in_the_open(state: State, other: int) -> bool:
    """Whether what an object is put beside stands on the desk itself, not in something."""
    return is_fixture(state, other) or bool(on_desk(state, other) & ~in_drawer(state, other))
