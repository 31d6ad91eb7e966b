"""What a family leaves behind, foreseen without physics: symbolic effects, for chains of commands.

Before each command of a chain, `data.trials.chains` imagines a handful of desks as they may be by then.
`Symbols` says how a success of a family changes each of them, and what the hand is busy with afterwards.
The spreads are those of a fair success, wider than the expert's. States have no leading axes here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.desk.constants import DRAWER
from sim.desk.tasks.geometry import in_drawer, in_tray
from sim.desk.tasks.room import Where
from sim.rotations import about_z, ahead, into_frame
from sim.state import JOINT, POS, QUAT, Array, State

DESKS = 8  # imagined at a time
DRAG = 0.045  # m: how far a hand drags what it has put down as it leaves

Vec = tuple[float, float, float]
Rng = np.random.Generator

Effect = Callable[[State, int, int, Rng], State]
"""(desk, object index, other index, generator) -> a desk on which the goal has just been reached."""

Leaving = Callable[[State, int, int, bool], State]
"""(desk, object index, number of the desk below `DESKS`, whether the hand makes a fist for what comes next)
-> the desk when the hand has gone from where it reached the goal."""

Fingers = Literal["", "fist", "handle"]
"""What the fingers do: pushing with the hand closed, around a handle on which they catch, or nothing that
matters to the next command."""


def in_the_clear(state: State, obj: int, other: int) -> bool:
    """Whether what is handled stands in the open: not in the drawer or the tray, nor next to the drawer."""
    things = [i for i in (obj, other) if i >= 0]
    return not any(in_drawer(state, i) or in_tray(state, i) or near_drawer(state, i, 0.0) for i in things)


def near_drawer(state: State, obj: int, travel: float) -> bool:
    """Where the drawer is, or comes to when it is pulled so much farther, m; but not inside it."""
    gap = state.pos(obj)[:2] - state.pos(DRAWER)[:2]
    deep, aside = into_frame(gap[0], gap[1], float(state.yaw(DRAWER)))
    return bool(deep > -travel - 0.06 and abs(aside) < 0.17 and not in_drawer(state, obj))


@dataclass(frozen=True)
class Symbols:
    """A family as a planner of chains sees it."""

    effect: Effect
    clear: Callable[[State, int, int], bool] = in_the_clear  # asked besides `Task.possible`, on every desk
    leaving: Leaving | None = None  # what the hand upsets on its way to something else; None: nothing
    fingers: Fingers = ""
    weight: float = 1.0  # how much it is preferred where it is feasible: what needs a rare situation, more


def object_at(state: State, obj: int, xyz: Array, turn: float = 0.0) -> State:
    """The object at another place, (3,) m, upright, and turned about z, rad."""
    turned = about_z(float(state.yaw(obj)) + turn)
    return state.changed(obj, POS, xyz).changed(obj, QUAT, turned)


def moved(shift: Vec, spread: Vec, turn: tuple[float, float]) -> Effect:
    """Away from where it is by the shift, give or take the spread, m; turned by between two angles, rad."""

    def effect(state: State, obj: int, other: int, rng: Rng) -> State:
        xyz = state.pos(obj) + shift + rng.uniform(-1, 1, 3) * spread
        return object_at(state, obj, xyz, rng.uniform(*turn))

    return effect


def put_at(where: Where, spread: tuple[float, float]) -> Effect:
    """At the place to which the expert takes it, give or take the spread in x and y, m."""

    def effect(state: State, obj: int, other: int, rng: Rng) -> State:
        spot = where(state, obj, other)
        assert spot is not None, f"object {obj} was asked for where there is no room for it"
        xy = spot.xy + rng.uniform(-1, 1, 2) * spread
        z = spot.support + float(state.size(obj)[2]) / 2
        return object_at(state, obj, np.array([*xy, z]), rng.uniform(-np.pi, np.pi))

    return effect


def slid(state: State, fixture: str, value: float, way: Array, inside: tuple[int, ...] = ()) -> State:
    """Drawer or door with its joint at another value, m, its handle and the objects inside moved along.

    `way` is the horizontal unit vector (2,) in which the joint grows.
    """
    shift = (value - state.joint(fixture)) * way
    things = state.things.copy()
    things[[state.row(fixture), *inside], :2] += shift
    return state._replace(things=things).changed(fixture, JOINT, value)


def away_from_hand(desk: int) -> Array:
    """The direction (2,) in which the hand takes things along on that desk: all round, desk by desk."""
    return ahead(2 * np.pi * desk / DESKS)


def dragged(state: State, obj: int, desk: int, fist: bool) -> State:
    """What has just been let go of, a little away, and every desk in another direction."""
    pos = state.pos(obj).copy()
    pos[:2] += DRAG * away_from_hand(desk)
    return object_at(state, obj, pos)
