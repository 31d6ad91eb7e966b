"""The statistics behind every printed figure: intervals for rates and means, and paired tests.

wilson(143, 200)            -> Interval(low=0.648, high=0.773)
mcnemar(gained=18, lost=5)  -> p-value of two policies on the same trials
"""

from collections.abc import Sequence
from math import comb, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np


class Interval(NamedTuple):
    """A confidence interval."""

    low: float
    high: float


def wilson(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """Interval of a rate (Wilson 1927, without continuity correction); with n = 0 it is [0, 1].

    Unlike Wald's it keeps its coverage at rates near 0 and 1 and never leaves [0, 1].
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n} is impossible")
    if n == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    rate = successes / n
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Interval(low, high)


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided exact p-value of a paired comparison (McNemar 1947; binomial form).

    gained: trials that only the second succeeded at; lost: trials that only the first succeeded at.
    Trials on which both agree carry no information about the difference.
    """
    if gained < 0 or lost < 0:
        raise ValueError(f"counts of trials cannot be negative: {gained}, {lost}")
    discordant = gained + lost
    tail = sum(comb(discordant, k) for k in range(min(gained, lost) + 1))
    return min(1.0, 2 * tail / 2**discordant)


def paired(first: Sequence[bool], second: Sequence[bool]) -> tuple[int, int]:
    """(gained, lost) of the second over the first, on the same trials in the same order."""
    if len(first) != len(second):
        raise ValueError(f"paired outcomes must be of the same trials, not of {len(first)} and {len(second)}")
    a, b = np.asarray(first, bool), np.asarray(second, bool)
    return int((b & ~a).sum()), int((a & ~b).sum())


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> Interval:
    """Interval of a mean by the bootstrap's percentiles: 2000 resamples, always the same ones."""
    sample = np.asarray(values, float)
    if sample.size == 0:
        raise ValueError("the mean of no values has no interval")
    rng = np.random.default_rng(0)
    means = sample[rng.integers(sample.size, size=(2000, sample.size))].mean(axis=1)
    low, high = np.quantile(means, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return Interval(float(low), float(high))


def percent(successes: int, n: int) -> str:
    """A rate as tables print it: "71.5 % [64.8, 77.3]"."""
    if n == 0:
        return "-"
    low, high = wilson(successes, n)
    return f"{100 * successes / n:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"
