"""How well does a policy infer its world? A linear probe of its inferred context, factor by factor.

Fitted on the rollouts in one kind of world, tested on those in another (Alain and Bengio, "Understanding
intermediate layers using linear classifier probes", 2016, arXiv:1610.01644). A factor that the
context does not hold has an R2 of about zero, or below where the fit does not carry over.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from robopolicy.evaluation.trials.results import Result
from sim.randomize.factors import PHYSICS, SENSING, Factor

RIDGE = 1e-2  # L2 penalty per rollout: keeps the probe from fitting noise
DRAWS = 1000  # of the bootstrap

Floats = NDArray[np.float64]


class Known(NamedTuple):
    """How well the probe predicts a factor."""

    factor: str
    r2: float  # 1: exactly; 0: no better than the mean
    low: float  # of its 95 % interval
    high: float
    n: int  # rollouts that it was tested on


def probe(fit: Sequence[Result], test: Sequence[Result]) -> list[Known]:
    """Fit on some rollouts, test on others; factors that do not vary in both are left out.

    Empty if the policy has no memory, so that there is no context.
    """
    if not fit or not test or not fit[0].context.size:
        return []
    fitted, tested = (np.stack([result.context for result in some]).astype(float) for some in (fit, test))
    known = []
    for factor in (*PHYSICS, *SENSING):
        truth = [np.array([_value(factor, result) for result in some]) for some in (fit, test)]
        if min(column.std() for column in truth) > 1e-9:
            known.append(_known(factor.name, truth[1], _read(fitted, truth[0], tested)))
    return known


def _value(factor: Factor, result: Result) -> float:
    value = float(getattr(result.scene.dynamics, factor.name))
    return float(np.log(value)) if factor.scale == "log" else value


def _read(fitted: Floats, truth: Floats, tested: Floats) -> Floats:
    """A ridge regression from contexts (N, C) to a factor (N,), for other contexts (M, C): (M,)."""
    model = make_pipeline(StandardScaler(), Ridge(alpha=RIDGE * len(fitted), solver="cholesky"))
    return np.asarray(model.fit(fitted, truth).predict(tested))


def _known(name: str, truth: Floats, read: Floats) -> Known:
    rows = np.random.default_rng(0).integers(len(truth), size=(DRAWS, len(truth)))
    drawn = np.array([_r2(truth[some], read[some]) for some in rows])
    low, high = (round(float(edge), 3) for edge in np.quantile(drawn, [0.025, 0.975]))
    return Known(name, round(_r2(truth, read), 3), low, high, len(truth))


def _r2(truth: Floats, read: Floats) -> float:
    return 1 - float(((truth - read) ** 2).sum() / max(((truth - truth.mean()) ** 2).sum(), 1e-12))
