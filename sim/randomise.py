"""Drawing a world's dynamics and looks: pure, from a seed and the world's name.

Every factor has a stream of its own, so that two worlds of one seed differ in nothing but what their
names say, and a new factor leaves the draws of the others alone.
"""

import zlib
from typing import Any

import numpy as np

from sim.dynamics import Dynamics, Looks
from sim.factors import LOOKS, PHYSICS, SENSING, Factor, factor_named, regime_of
from sim.state import MAX_OBJECTS


def stream(seed: int, name: str) -> np.random.Generator:
    """The random numbers of one factor of one world."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def draw_dynamics(seed: int, world: str) -> Dynamics:
    """How the world moves, obeys and is observed; raises `UnknownWorld`."""
    return Dynamics(**_drawn(seed, world, (*PHYSICS, *SENSING)))


def draw_looks(seed: int, world: str) -> Looks:
    """What the world looks like; raises `UnknownWorld`."""
    drawn = _drawn(seed, world, tuple(factor for factor in LOOKS if factor.name != "object_tint"))
    regime = regime_of(world, "object_tint")
    if regime is None:
        return Looks(**drawn)
    tint, rng = factor_named("object_tint"), stream(seed, "object_tint")
    tints = [[tint.draw(rng, regime) for _ in range(3)] for _ in range(MAX_OBJECTS)]
    return Looks(**drawn, object_tint=tuple((red, green, blue) for red, green, blue in tints))


def _drawn(seed: int, world: str, factors: tuple[Factor, ...]) -> dict[str, Any]:
    """The factors that the world draws; the others keep their defaults."""
    return {
        factor.name: factor.draw(stream(seed, factor.name), regime)
        for factor in factors
        if (regime := regime_of(world, factor.name))
    }
