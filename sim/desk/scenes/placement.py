"""Moving the furniture about its named layout: drawn, and kept feasible.

A fixture may stand where its footprint, with all that its joint sweeps, touches no other's and comes
no nearer to the objects' area than the named layouts have the drawer, or than half an object; and
where every point that the hand must get to is within reach.
"""

from functools import lru_cache
from itertools import product

import numpy as np

from sim.desk.layouts import (
    BUTTON_TRAVEL,
    DOOR_TRAVEL,
    DRAWER_TRAVEL,
    LAYOUTS,
    LEVER_TRAVEL,
    fixture_points,
)
from sim.desk.tasks.room import REACH
from sim.randomize.draw import stream
from sim.randomize.factors import How, Range, factor_named
from sim.randomize.presets import parse_world
from sim.state import Array

Shift = tuple[float, float, float]

FOOTPRINTS = (
    ((-0.185, 0.195), (-0.115, 0.115)),  # drawer
    ((-0.050, 0.050), (-0.180, 0.180)),  # door
    ((-0.040, 0.075), (-0.040, 0.040)),  # button
    ((-0.090, 0.040), (-0.042, 0.042)),  # lever
    ((-0.080, 0.080), (-0.100, 0.100)),  # tray
)
"""m, x and y from, to, in each fixture's frame; of the open drawer, its front without the handle."""

ROOM = 0.005  # m, left between two footprints
MARGINS = (0.009, 0.045, 0.045, 0.045, 0.045)  # m, from each fixture to the centres of objects
TRIES, TRIES_EACH = 300, 25  # for all, and for each in turn
IN_PLACE = 10  # of them in which fixtures that are all turned by a given angle stay where they are
_TRAVELS = (
    (0, DRAWER_TRAVEL),
    (-DOOR_TRAVEL, DOOR_TRAVEL),
    (0, BUTTON_TRAVEL),
    (-LEVER_TRAVEL, LEVER_TRAVEL),
)
ENDS = np.array(list(product(*_TRAVELS)), float)  # (16, 4) all joints at either end


class CannotArrange(ValueError):
    """No feasible arrangement turned up."""

    def __init__(self, world: str, seed: int) -> None:
        super().__init__(f"no arrangement of the furniture is feasible in the world {world} of seed {seed}")


@lru_cache(maxsize=8)  # drawing a scene for a goal asks again and again
def draw_shifts(seed: int, world: str, layout: str) -> tuple[Shift, ...]:
    """How far each fixture stands from its layout, (5) of m, m, rad; () if the world leaves them there.

    Fixtures that are all turned by a given angle, which there is no room for in every layout, are moved
    too where they must be, as far as in training. Raises `UnknownWorld`, `CannotArrange`.
    """
    hows = parse_world(world)
    place, turn = hows.get("fixture_shift"), hows.get("fixture_turn")
    if not place and not turn:
        return ()
    rng, nominal = stream(seed, "fixtures"), LAYOUTS[layout]
    for attempt in range(TRIES):
        if attempt == IN_PLACE and isinstance(turn, float):
            place = place or "train"
        shifts: list[Shift] = []
        for number in range(len(FOOTPRINTS)):
            for _ in range(TRIES_EACH):
                shift = _shift(rng, place, turn)
                poses = nominal.poses.copy()
                poses[: number + 1] += [*shifts, shift]
                if feasible(poses, number, nominal.area):
                    shifts.append(shift)
                    break
            else:
                break
        else:
            return tuple(shifts)
    raise CannotArrange(world, seed)


def _shift(rng: np.random.Generator, place: How | None, turn: How | None) -> Shift:
    by, angle = factor_named("fixture_shift"), factor_named("fixture_turn")
    if isinstance(place, float):
        direction = rng.uniform(0, 2 * np.pi)
        x, y = float(place * np.cos(direction)), float(place * np.sin(direction))
    else:
        x, y = (by.draw(rng, place) if place else 0.0 for _ in range(2))
    return x, y, angle.draw(rng, turn) if turn else 0.0


def feasible(poses: Array, number: int, area: tuple[Range, Range]) -> bool:
    """Whether a fixture of the (5, 3) poses can stand where it does, as far as those before it matter."""
    points = fixture_points(poses, ENDS)[:, number, :2]  # (16, 2)
    low, high = np.transpose(REACH)
    if not ((points >= low) & (points <= high)).all():
        return False
    own = _corners(FOOTPRINTS[number], poses[number])
    if _apart(own, _corners(area)) < MARGINS[number]:
        return False
    return all(_apart(own, _corners(FOOTPRINTS[i], poses[i])) >= ROOM for i in range(number))


def _corners(rectangle: tuple[Range, Range], pose: Array | Shift = (0.0, 0.0, 0.0)) -> Array:
    """(4, 2) in the world frame, m, one after another."""
    (x0, x1), (y0, y1) = rectangle
    local = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    cos, sin = np.cos(pose[2]), np.sin(pose[2])
    return np.asarray(pose[:2]) + local @ np.array([[cos, sin], [-sin, cos]])


def _apart(one: Array, other: Array) -> float:
    """How far two rectangles are apart along the best of their sides' directions; negative: they overlap."""
    sides = np.concatenate([np.diff(one[:3], axis=0), np.diff(other[:3], axis=0)])
    sides /= np.linalg.norm(sides, axis=1, keepdims=True)
    a, b = one @ sides.T, other @ sides.T  # (4 corners, 4 directions)
    return float(np.maximum(a.min(0) - b.max(0), b.min(0) - a.max(0)).max())
