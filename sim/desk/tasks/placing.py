"""The families that put an object near something, far from it, between two things, or in a region."""

import numpy as np

from sim.desk.contact import in_hand
from sim.desk.tasks.aftermath import Aftermath
from sim.desk.tasks.footprints import is_fixture
from sim.desk.tasks.geometry import on_desk
from sim.desk.tasks.hindrances import away, take
from sim.desk.tasks.motions import Style
from sim.desk.tasks.phrases import said
from sim.desk.tasks.places import (
    can_take,
    carried,
    in_the_open,
    is_between,
    is_far,
    is_in,
    is_near,
    is_worth_it,
    spot_between,
    spot_far,
    spot_in,
    spot_near,
)
from sim.desk.tasks.resting import put_and_rest
from sim.desk.tasks.room import Spot, Where
from sim.desk.tasks.symbols import Rng, object_at
from sim.desk.tasks.task import Task
from sim.state import Array, State
from sim.task import Goal, Hindrance, Region, Truth

SPREAD = 0.006  # m: how far from its spot a thing may end up, in what is foreseen


def put_near(before: State, after: State, obj: int, other: int) -> Truth:
    """It was not near and is, let go of."""
    return ~is_near(before, obj, other) & is_near(after, obj, other) & carried(before, after, obj)


def put_far(before: State, after: State, obj: int, other: int) -> Truth:
    """It was not far and is, let go of."""
    return ~is_far(before, obj, other) & is_far(after, obj, other) & carried(before, after, obj)


def put_between(before: State, after: State, obj: int, other: int, third: int) -> Truth:
    """It was not between the two and is, let go of."""
    was, now = is_between(before, obj, other, third), is_between(after, obj, other, third)
    return ~was & now & carried(before, after, obj)


def put_in_region(before: State, after: State, obj: int, other: int, region: Region) -> Truth:
    """It was not in the region and is, let go of."""
    return ~is_in(before, obj, region) & is_in(after, obj, region) & carried(before, after, obj)


def from_midpoint(before: State, after: State, obj: int, other: int, third: int) -> Array:
    """How far the object is from half-way between the two, m: (...,)."""
    middle = (after.pos(other) + after.pos(third)) / 2
    return np.linalg.norm((after.pos(obj) - middle)[..., :2], axis=-1)


def from_centre(before: State, after: State, obj: int, other: int, region: Region) -> Array:
    """How far the object is from the centre of the region, m: (...,)."""
    return np.linalg.norm(after.pos(obj)[..., :2] - region.centre, axis=-1)


# -- possible -------------------------------------------------------------------------------------


def can_put_near(state: State, obj: int, other: int) -> bool:
    """There is room near the other, and it is not near."""
    if not can_take(state, obj) or not in_the_open(state, other) or is_near(state, obj, other):
        return False
    return is_worth_it(state, obj, spot_near(state, obj, other))


def can_put_far(state: State, obj: int, other: int) -> bool:
    """There is room far from the other, and it is not far."""
    return (
        can_take(state, obj)
        and not is_far(state, obj, other)
        and is_worth_it(state, obj, spot_far(state, obj, other))
    )


def can_put_between(state: State, obj: int, other: int, third: int) -> bool:
    """There is room between the two, and it is not there."""
    if not can_take(state, obj) or not (on_desk(state, other) and on_desk(state, third)):
        return False
    if is_between(state, obj, other, third) or any(in_hand(state, i) for i in (other, third)):
        return False
    return is_worth_it(state, obj, spot_between(state, obj, other, third))


def can_put_in_region(state: State, obj: int, other: int, region: Region) -> bool:
    """There is room in the region, and it is not there."""
    return (
        can_take(state, obj)
        and not is_in(state, obj, region)
        and is_worth_it(state, obj, spot_in(state, obj, region))
    )


def hindered(state: State, obj: int, other: int = -1) -> Hindrance | None:
    """The hand cannot take it, or not get at what it is put beside."""
    of_other = None if other < 0 or is_fixture(state, other) else away(state, other)
    return take(state, obj) or of_other


# -- doing it, and foreseeing it ------------------------------------------------------------------


def carry_between(state: State, obj: int, other: int, third: int, style: Style) -> Array:
    """Carry the object half-way between the two, and rest above it."""
    where = put_and_rest(lambda state, obj, other: spot_between(state, obj, other, third))
    return where(state, obj, other, style)


def carry_into(state: State, obj: int, other: int, region: Region, style: Style) -> Array:
    """Carry the object into the region, and rest above it."""
    return put_and_rest(lambda state, obj, other: spot_in(state, obj, region))(state, obj, other, style)


def _put_to(where: Where) -> Aftermath:
    return lambda state, goal, rng: _put(state, goal, where(state, goal.object, goal.other), rng)


def _between(state: State, goal: Goal, rng: Rng) -> State:
    return _put(state, goal, spot_between(state, goal.object, goal.other, goal.third), rng)


def _in_region(state: State, goal: Goal, rng: Rng) -> State:
    assert goal.region is not None, f"{goal.task} was asked for without a region"
    return _put(state, goal, spot_in(state, goal.object, goal.region), rng)


def _put(state: State, goal: Goal, spot: Spot | None, rng: Rng) -> State:
    assert spot is not None, f"{goal.task} was asked for where there is no room for it"
    xy = spot.xy + rng.uniform(-SPREAD, SPREAD, 2)
    z = spot.support + float(state.size(goal.object)[2]) / 2
    return object_at(state, goal.object, np.array([*xy, z]))


# -- in words -------------------------------------------------------------------------------------

_NEAR = "near|close_to|next_to|beside|by|near_to"
_FAR = "far_from|away_from|far_away_from|at_a_distance_from|a_long_way_from"
_BETWEEN = "between|in_between|half_way_between|in_the_middle_of|midway_between"
_PUT = (
    "put|place|set|lay|move|bring|drop|leave|position {object} <place>",
    "put|place|set|lay {object} down <place>",
    "pick_up|take|grab|lift {object} and put|place|set|leave it <place>",
    "carry|take|bring|move {object} over <place>",
    "<place> put|place|set|leave {object}",
    "let {object} stand|rest|be <place>",
    "make {object} stand|rest <place>",
    "have {object} stand|placed <place>",
    "get {object} <place>",
    "find a place|spot <place> for {object}",
    "{object} goes|belongs <place>",
    "see that {object} stands|is <place>",
)
_IS = (
    "{object} is <place>",
    "{object} is standing|placed|put|resting|lying <place>",
    "{object} is found|located|set_down <place>",
)
_HELD_OUT = (
    "<place> put|place|set|leave {object}",
    "get {object} <place>",
    "{object} is standing|placed <place>",
)


_NEAR_OTHER, _FAR_OTHER = f"{_NEAR} {{other}}", f"{_FAR} {{other}}"
_BETWEEN_TWO = f"{_BETWEEN} {{other}} and {{third}}"
_AT = "in|into|to|at|on {region}"

# -- the families ---------------------------------------------------------------------------------

PLACING_TASKS = (
    Task(
        "put_near",
        put_near,
        (
            *said(_PUT, place=_NEAR_OTHER),
            "bring|move|put {object} closer|nearer|close|near to {other}",
            "bring|put|move {object} and {other} together|close_together|near_each_other",
            "put|bring|move {object} in_the_vicinity_of|within_a_hand's_breadth_of|around {other}",
            "join|accompany {other} with {object}",
            "let {object} keep {other} company",
        ),
        (
            *said(_IS, place=_NEAR_OTHER),
            "{object} is not far from {other}",
            "{object} is in_the_vicinity_of|around {other}",
        ),
        held_out=(*said(_HELD_OUT, place=_NEAR_OTHER), "let {object} keep {other} company"),
        possible=can_put_near,
        hindered=hindered,
        skill=put_and_rest(spot_near),
        arguments=2,
        about_fixtures=True,
        settles=True,
        manner="carried",
        told="put {object} near {other}",
        contrasts=(("direction", "put_far"),),
        after=_put_to(spot_near),
    ),
    Task(
        "put_far",
        put_far,
        (
            *said(_PUT, place=_FAR_OTHER),
            "keep|hold {object} away_from|far_from|at_a_distance_from {other}",
            "separate|distance|part|remove {object} from {other}",
            "put|bring|leave some|a_lot_of distance between {object} and {other}",
            "put|move|take {object} and {other} far_apart|apart",
            "move|take|bring {object} off|farther|further away|far from {other}",
            "increase the distance between {object} and {other}",
        ),
        (
            *said(_IS, place=_FAR_OTHER),
            "{object} is not near|close_to|anywhere_near {other}",
            "{object} is separate|separated|distant|well_away from {other}",
        ),
        held_out=(*said(_HELD_OUT, place=_FAR_OTHER), "distance|remove {object} from {other}"),
        possible=can_put_far,
        hindered=hindered,
        skill=put_and_rest(spot_far),
        arguments=2,
        about_fixtures=True,
        settles=True,
        manner="carried",
        told="put {object} far from {other}",
        after=_put_to(spot_far),
    ),
    Task(
        "put_between",
        put_between,
        (
            *said(_PUT, place=_BETWEEN_TWO),
            "separate|part {other} and {third} with|by {object}",
            "put|place|set {object} in the gap|space between {other} and {third}",
            "put|have {other} and {third} on_both_sides_of|on_either_side_of {object}",
            "insert|stick|slot {object} between {other} and {third}",
            "fill the gap|space between {other} and {third} with {object}",
            "let {other} and {third} have {object} between_them|in_between|in_the_middle",
        ),
        (
            *said(_IS, place=_BETWEEN_TWO),
            "{object} is in the gap|space between {other} and {third}",
        ),
        held_out=(
            *said(_HELD_OUT, place=_BETWEEN_TWO),
            "fill the gap|space between {other} and {third} with {object}",
        ),
        possible=can_put_between,
        hindered=hindered,
        skill=carry_between,
        arguments=3,
        settles=True,
        error=from_midpoint,
        manner="carried",
        told="put {object} between {other} and {third}",
        after=_between,
    ),
    Task(
        "put_at",
        put_in_region,
        (
            *said(_PUT, place=_AT),
            "put|place|set|move {object} somewhere|anywhere|a_place in|at|on {region}",
            "move|bring|take|carry|shift {object} over to {region}",
            "move|bring|take|transfer|relocate {object} to|into {region}",
            "{region} is where {object} should go|be|stand",
            "use {region} for {object}",
            "store|park|keep {object} in|at|on {region}",
        ),
        (*said(_IS, place=_AT.replace("|into|to", "")), "{object} is somewhere in|on {region}"),
        held_out=(
            *said(_HELD_OUT, place=_AT.replace("|into|to", "")),
            "{region} is where {object} should go|be|stand",
        ),
        possible=can_put_in_region,
        hindered=hindered,
        skill=carry_into,
        arguments=1,
        in_region=True,
        settles=True,
        error=from_centre,
        manner="carried",
        told="put {object} in {region}",
        after=_in_region,
    ),
)
