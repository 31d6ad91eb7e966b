"""Statistics of results: confidence intervals of rates and means, and paired comparisons.

wilson(143, 200)            -> Interval(low=0.648, high=0.773)
mcnemar(gained=18, lost=5)  -> p-value of two policies on the same trials
"""

from collections.abc import Sequence
from math import comb, inf, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np


class Interval(NamedTuple):
    """A confidence interval."""

    low: float
    high: float


def wilson(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """Confidence interval of a success rate (Wilson 1927, without continuity correction); n = 0 gives [0, 1].

    Unlike Wald's it keeps its coverage at rates near 0 and 1 and never leaves [0, 1].
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n} is impossible")
    if n == 0:
        return Interval(0.0, 1.0)
    return _score(successes, n, _quantile(confidence))


def _quantile(confidence: float) -> float:
    """Quantile z of the normal distribution for a two-sided interval."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def _score(successes: int, n: int, z: float) -> Interval:
    """Wilson's interval for a quantile z of the normal distribution; n > 0."""
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


def difference_interval(gained: int, lost: int, n: int, confidence: float = 0.95) -> Interval:
    """Confidence interval of the second's rate minus the first's on the same n trials.

    gained, lost: as for `mcnemar`. Wald's interval with one trial added to each count (Bonett and Price
    2012, J. Educ. Behav. Stat. 37, 479-488).
    """
    if min(gained, lost) < 0 or gained + lost > n:
        raise ValueError(f"{gained} and {lost} of {n} trials is impossible")
    up, down = (gained + 1) / (n + 2), (lost + 1) / (n + 2)
    half = _quantile(confidence) * sqrt((up + down - (up - down) ** 2) / (n + 2))
    return Interval(max(-1.0, up - down - half), min(1.0, up - down + half))


def ratio_interval(both: int, gained: int, lost: int, confidence: float = 0.95) -> Interval:
    """Confidence interval of the second's rate over the first's on the same trials.

    It has no upper bound if the first never succeeds.

    both: trials that both succeeded at; gained and lost as for `mcnemar`. Wilson's intervals of the two
    rates, narrowed as far as the pairing allows (Bonett and Price 2006, Biometrics 62, 633-637).
    """
    n, first, second = both + gained + lost, both + lost, both + gained
    if min(both, gained, lost) < 0:
        raise ValueError(f"counts of trials cannot be negative: {both}, {gained}, {lost}")
    if n == 0:
        return Interval(0.0, inf)
    apart = sqrt((gained + lost + 2) / ((first + 1) * (second + 1)))
    alone = sum(sqrt((1 - (k + 1) / (n + 2)) / (k + 1)) for k in (first, second))
    z = apart / alone * _quantile(confidence)
    (low, high), (low_first, high_first) = _score(second, n, z), _score(first, n, z)
    return Interval(low / high_first, high / low_first if low_first > 0 else inf)


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> Interval:
    """Confidence interval of a mean by the percentile bootstrap: 2000 resamples with a fixed seed."""
    sample = np.asarray(values, float)
    if sample.size == 0:
        raise ValueError("the mean of no values has no interval")
    rng = np.random.default_rng(0)
    means = sample[rng.integers(sample.size, size=(2000, sample.size))].mean(axis=1)
    low, high = np.quantile(means, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return Interval(float(low), float(high))


def percent(successes: int, n: int) -> str:
    """A rate with its 95 % Wilson interval as tables print it: "71.5 % [64.8, 77.3]"; "-" if n = 0."""
    if n == 0:
        return "-"
    low, high = wilson(successes, n)
    return f"{100 * successes / n:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"
