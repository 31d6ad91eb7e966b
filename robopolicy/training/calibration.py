"""Fits the measure of confidence for a policy, at the end of its training (a quarter of a minute).

It is kept as confidence.json beside the checkpoint; `robopolicy command` and the page refuse by it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from data.common.locks import held
from data.language.out_of_domain import FITTED
from robopolicy.common.console import warn
from robopolicy.policies.agent import Agent
from robopolicy.policies.checkpoint import (
    CheckpointError,
    confidence_of,
    folder_of,
    load_checkpoint,
    read_config,
    save_confidence,
    vouches_for_confidence,
)
from robopolicy.policies.confidence import Confidence
from robopolicy.policies.slots.policy import Policy
from robopolicy.training.confidence_data import Said, nonsense, sound, sound_of_all_levels

N = 400  # sentences of each level for the threshold; four times as many of training are fitted on
FALSE_REFUSALS = 0.01  # of held-out sound sentences: what the threshold is set for
FIT, SET = 11, 12  # seeds of the draws
BATCH = 64
RIDGE = 10.0  # inverse of the logistic model's C: the strength of its L2 penalty


def calibrate(checkpoint: Path | str) -> Iterator[tuple[int, int]]:
    """Fit the measure and keep it, unless it is there or the policy has none; yields (done, of)."""
    policy = load_checkpoint(checkpoint)
    if not has_reading(policy) or _is_kept(checkpoint):
        return
    with held(folder_of(checkpoint)):
        yield 0, 1
        save_confidence(checkpoint, fit(Agent(policy), read_config(checkpoint)["weights_sha256"], N))
        yield 1, 1


def _is_kept(checkpoint: Path | str) -> bool:
    """Whether there is a measure that config.json vouches for; that one is damaged, is said."""
    try:
        return confidence_of(checkpoint) is not None and vouches_for_confidence(checkpoint)
    except CheckpointError as error:
        warn(str(error).rpartition(";")[0] + "; it is fitted anew")
        return False


def has_reading(policy: Policy) -> bool:
    """Whether it reads a sentence as something that it can be unsure of; what is told freely is not read."""
    return policy.config.conditioning == "slots"


def fit(agent: Agent, weights_sha256: str, n: int = N) -> Confidence:
    """The measure for a policy, its threshold set."""
    said = sound("seen", 2 * n, FIT) + sound("seen", 2 * n, FIT + 100, brief=True)
    bare, framed = nonsense(FITTED, FIT, held_out=False)
    model = fitted(signs_in(agent, said), signs_in(agent, bare + framed))
    held_out = [one for level in sound_of_all_levels(n, SET).values() for one in level]
    least = float(np.quantile(model.sound(signs_in(agent, held_out)), FALSE_REFUSALS))
    return replace(model, least=least, weights_sha256=weights_sha256)


def fitted(sound: NDArray[np.float64], nonsense: NDArray[np.float64]) -> Confidence:
    """A logistic model of signs (N, 8) of sound sentences and (M, 8) of nonsense; it refuses nothing yet.

    Both kinds weigh the same, however many there are of each.
    """
    x, y = np.concatenate([sound, nonsense]), np.r_[np.ones(len(sound)), np.zeros(len(nonsense))]
    mean, scale = x.mean(0), x.std(0) + 1e-6
    model = LogisticRegression(C=1 / RIDGE, class_weight="balanced", solver="newton-cholesky", tol=1e-8)
    model.fit((x - mean) / scale, y)
    weights, bias = model.coef_[0], float(model.intercept_[0])
    means, scales, weights = (tuple(column.tolist()) for column in (mean, scale, weights))
    return Confidence(means, scales, weights, bias, least=0.0)


def signs_in(agent: Agent, said: Sequence[Said]) -> NDArray[np.float64]:
    """The signs (N, 8) of sentences, in the order of `robopolicy.policies.confidence.SIGNS`."""
    parts = [said[at : at + BATCH] for at in range(0, len(said), BATCH)]
    return np.concatenate([agent.signs([s.sentence for s in p], [s.names for s in p]) for p in parts])
