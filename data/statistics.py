"""Statistics of features: exact per episode, combined over episodes as LeRobot combines them.

The dataset's statistics are a pure function of those of its episodes, in order, so a collection that
was interrupted ends with the same ones. Minimum, maximum, mean and standard deviation combine exactly
(Chan et al. 1979); quantiles are the mean of the episodes' weighted by frames, as in LeRobot.
"""

import numpy as np
from numpy.typing import NDArray

QUANTILES = {"q01": 0.01, "q10": 0.10, "q50": 0.50, "q90": 0.90, "q99": 0.99}
STATS = ("min", "max", "mean", "std", "count", *QUANTILES)

Stats = dict[str, NDArray[np.float64]]
"""A value per dimension, and `count` (1,) frames."""


def stats_of(values: NDArray[np.generic]) -> Stats:
    """(T, D) of one episode -> its statistics. A dimension that holds NaN (absent) has NaN for all."""
    wide = values.astype(np.float64)
    absent = np.isnan(wide).any(0)
    wide[:, absent] = 0
    found = {
        "min": wide.min(0),
        "max": wide.max(0),
        "mean": wide.mean(0),
        "std": wide.std(0),
        **dict(zip(QUANTILES, np.quantile(wide, list(QUANTILES.values()), axis=0), strict=True)),
    }
    for value in found.values():
        value[absent] = np.nan
    return {"count": np.array([len(wide)], np.float64), **found}


def combine(episodes: Stats) -> Stats:
    """Statistics of E episodes, stacked (E, D), `count` (E, 1) -> of all their frames, (D,).

    A dimension that is absent in an episode counts only where it is present; one that is absent in all is 0.
    """
    present = ~np.isnan(episodes["mean"])  # (E, D)
    some = present.any(0)
    weight = np.where(present, episodes["count"], 0)
    weight = weight / np.maximum(weight.sum(0), 1)
    filled = {name: np.where(present, episodes[name], 0) for name in STATS if name != "count"}
    mean = (weight * filled["mean"]).sum(0)
    spread = (weight * (filled["std"] ** 2 + (filled["mean"] - mean) ** 2)).sum(0)
    return {
        "min": np.where(some, np.where(present, filled["min"], np.inf).min(0), 0),
        "max": np.where(some, np.where(present, filled["max"], -np.inf).max(0), 0),
        "mean": mean,
        "std": np.sqrt(spread),
        "count": episodes["count"].sum(0),
        **{name: (weight * filled[name]).sum(0) for name in QUANTILES},
    }
