"""The columns of an observation that networks read, by name, and the order in which they read them."""

from collections.abc import Sequence

import numpy as np

from sim.observation import Observation
from sim.state import HAND_COLUMNS, THING_COLUMNS, Array

HAND = ("x", "y", "z", "qx", "qy", "qz", "qw", "opening")
"""Position m, orientation xyzw, distance between the fingers m."""

THING = (
    "x", "y", "z", "qx", "qy", "qz", "qw", "size_x", "size_y", "size_z", "joint", "light",
)  # fmt: skip
"""Position m, orientation xyzw, full size m, joint m or rad, light 0 or 1."""


def select(
    seen: Observation,
    hand: Sequence[str] = HAND_COLUMNS,
    thing: Sequence[str] = THING_COLUMNS,
) -> Observation:
    """An observation whose columns are `hand` and `thing` -> the same with the columns that networks read.

    Proprio (..., 8), entities (..., E, 12). Nothing is copied where they are the same.
    """
    return Observation(_picked(seen.proprio, hand, HAND), _picked(seen.entities, thing, THING), seen.mask)


def _picked(values: Array, there: Sequence[str], wanted: Sequence[str]) -> Array:
    if tuple(there) == tuple(wanted):
        return values
    return np.asarray(values)[..., [there.index(name) for name in wanted]]
