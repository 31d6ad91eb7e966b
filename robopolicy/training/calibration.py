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
from robopolicy.policies.networks.network import PolicyNetwork
from robopolicy.policies.registry import kind_named
from robopolicy.training.confidence_data import Utterance, nonsense, sound, sound_of_all_splits
from sim.world import WorldKind

N = 400  # sentences of each level for the threshold; four times as many of training are fitted on
FALSE_REFUSALS = 0.01  # of held-out sound sentences: what the threshold is set for
FIT, SET = 11, 12  # seeds of the draws
BATCH = 64
RIDGE = 10.0  # inverse of the logistic model's C: the strength of its L2 penalty


def calibrate(checkpoint: Path | str, kind: WorldKind) -> Iterator[tuple[int, int]]:
    """Fit the measure and keep it, unless it is there or the policy has none; yields (done, of)."""
    policy = load_checkpoint(checkpoint, kind)
    if not has_reading(policy) or _is_kept(checkpoint):
        return
    with held(folder_of(checkpoint)):
        yield 0, 1
        weights_sha256 = read_config(checkpoint)["weights_sha256"]
        save_confidence(checkpoint, fit(Agent(policy, kind=kind), weights_sha256, kind))
        yield 1, 1


def _is_kept(checkpoint: Path | str) -> bool:
    """Whether there is a measure that config.json vouches for; warns of one that is damaged."""
    try:
        return confidence_of(checkpoint) is not None and vouches_for_confidence(checkpoint)
    except CheckpointError as error:
        warn(str(error).rpartition(";")[0] + "; it is fitted anew")
        return False


def has_reading(policy: PolicyNetwork) -> bool:
    """Whether its kind reads a sentence with a probability, so that there is something to be unsure of."""
    return kind_named(policy.config.conditioning).has_reading


def fit(agent: Agent, weights_sha256: str, kind: WorldKind, n: int = N) -> Confidence:
    """The measure for a policy, its threshold set."""
    said = sound("train", 2 * n, FIT, kind=kind)
    said += sound("train", 2 * n, FIT + 100, brief=True, kind=kind)
    bare, framed = nonsense(FITTED, FIT, held_out=False, kind=kind)
    model = fitted(features_of(agent, said), features_of(agent, bare + framed))
    held_out = [one for said in sound_of_all_splits(n, SET, kind).values() for one in said]
    least = float(np.quantile(model.sound(features_of(agent, held_out)), FALSE_REFUSALS))
    return replace(model, least=least, weights_sha256=weights_sha256)


def fitted(sound: NDArray[np.float64], nonsense: NDArray[np.float64]) -> Confidence:
    """A logistic model of features (N, 8) of sound sentences and (M, 8) of nonsense; it refuses nothing yet.

    Both kinds weigh the same, however many there are of each.
    """
    x, y = np.concatenate([sound, nonsense]), np.r_[np.ones(len(sound)), np.zeros(len(nonsense))]
    mean, scale = x.mean(0), x.std(0) + 1e-6
    model = LogisticRegression(C=1 / RIDGE, class_weight="balanced", solver="newton-cholesky", tol=1e-8)
    model.fit((x - mean) / scale, y)
    means, scales, weights = (tuple(column.tolist()) for column in (mean, scale, model.coef_[0]))
    return Confidence(means, scales, weights, float(np.ravel(model.intercept_)[0]), least=0.0)


def features_of(agent: Agent, said: Sequence[Utterance]) -> NDArray[np.float64]:
    """The features (N, 8) of sentences, in the order of `robopolicy.policies.confidence.OOD_FEATURES`."""
    parts = [said[at : at + BATCH] for at in range(0, len(said), BATCH)]
    return np.concatenate([agent.ood_features([s.sentence for s in p], [s.names for s in p]) for p in parts])
