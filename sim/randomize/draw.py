"""Drawing a world's dynamics and looks: pure, from a seed and the world's name.

Every factor has a stream of its own, so that two worlds of one seed differ in nothing but what their
names say, and a new factor leaves the draws of the others alone.
"""

from typing import Any

import numpy as np

from sim.common.seeds import rng_of
from sim.randomize.dynamics import Dynamics, Looks
from sim.randomize.factors import LOOKS, MOST_TINTS, PHYSICS, SENSING, Factor, factor_named
from sim.randomize.presets import parse_world


def stream(seed: int, name: str) -> np.random.Generator:
    """The random numbers of one factor of one world."""
    return rng_of(name, seed)


def draw_dynamics(seed: int, world: str) -> Dynamics:
    """Physics, actuation and sensing of the world; raises `UnknownWorld`."""
    return Dynamics(**_drawn(seed, world, (*PHYSICS, *SENSING)))


def draw_looks(seed: int, world: str) -> Looks:
    """What the world looks like; raises `UnknownWorld`."""
    drawn = _drawn(seed, world, tuple(factor for factor in LOOKS if factor.name != "object_tint"))
    how = parse_world(world).get("object_tint")
    if not how:
        return Looks(**drawn)
    tint, rng = factor_named("object_tint"), stream(seed, "object_tint")
    tints = [[tint.draw(rng, how) for _ in range(3)] for _ in range(MOST_TINTS)]
    return Looks(**drawn, object_tint=tuple((red, green, blue) for red, green, blue in tints))


def _drawn(seed: int, world: str, factors: tuple[Factor, ...]) -> dict[str, Any]:
    """The factors that are not nominal in the world; the others keep their defaults."""
    hows = parse_world(world)
    return {
        factor.name: factor.draw(stream(seed, factor.name), hows[factor.name])
        for factor in factors
        if factor.name in hows
    }
