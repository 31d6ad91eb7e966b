"""Pseudo-labels: the goal-state half says what was done in play that nobody described.

Multicontext imitation (Lynch and Sermanet 2021, arXiv:2005.07648): the same policy is conditioned on
sentences and on goal states, so all play can be cloned, however little of it was put into words.
"""

from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from data.language.held_out import is_held_out_combination
from data.samples.sampler import Episodes, Samples
from robopolicy.policies.base.spec import MOVABLE
from robopolicy.policies.networks.goal_encoder import fit_goal_encoder, read_goals
from robopolicy.policies.networks.network import PolicyNetwork
from robopolicy.policies.networks.reading import Choice
from robopolicy.training.candidate_windows import Candidates, done_in, examples_of, find_windows, joined
from robopolicy.training.config import TrainConfig

SURE = 0.8  # least probability of a pseudo-label that is learned from


def learn_goal_states(
    policy: PolicyNetwork, samples: Samples, dataset: Episodes, kinds: Tensor, config: TrainConfig
) -> None:
    """Train the goal-state half on described play, and let it label the rest; `kinds` of `samples.names`.

    On one thread, so that a training that is resumed has the same labels on any machine.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        _learn(policy, samples, dataset, kinds, config)
    finally:
        torch.set_num_threads(threads)


def _learn(
    policy: PolicyNetwork, samples: Samples, dataset: Episodes, kinds: Tensor, config: TrainConfig
) -> None:
    described: list[Candidates] = []
    rest: list[Candidates] = []
    truth: list[Choice] = []
    for i, record in enumerate(islice(dataset.episodes(), samples.n_episodes)):  # from disk: once for both
        if not (samples.described[i] or config.samples.undescribed):
            continue
        found = find_windows(samples, i, record.states)
        if not samples.described[i]:
            rest.append(found)
            continue
        done, known = done_in(found, samples.labels_of(i), record.states, samples.kind)
        described.append(found.where(known))
        truth.append(Choice(*(column[torch.from_numpy(known)] for column in done)))
    asked = Choice(*(torch.cat(column) for column in zip(*truth, strict=True)))
    examples = examples_of(samples, kinds, joined(described))
    fit_goal_encoder(policy.goal_state, examples, asked, config.seed, config.goal_steps)
    policy.goal_state.requires_grad_(False)
    if rest:
        found = joined(rest)
        examples = examples_of(samples, kinds, found)
        done, probability = read_goals(policy.goal_state, examples, len(found.motion))
        first = _first_sure(found, done, probability.numpy(), samples.hold)
        done = Choice(*(column[first] for column in done))
        names = samples.frames.end_states(found.episode[first], found.start[first], found.stop[first]).names
        may = _may_train(done, names, kinds, samples)
        kept = first[may]
        if len(kept):
            samples.add_inferred(
                found.episode[kept],
                found.start[kept],
                found.stop[kept],
                *(column.numpy()[may] for column in done),
            )


def _first_sure(
    found: Candidates, done: Choice, probability: NDArray[np.float32], hold: int
) -> NDArray[np.int64]:
    """For each motion and each thing that was surely done in it, the row of the first window that says so."""
    good = (probability > SURE) & (done.code.numpy() != hold) & (done.object.numpy() == found.thing)
    rows = np.flatnonzero(good)
    what = np.stack([found.motion[rows], *(column.numpy()[rows] for column in done)], 1)
    return rows[np.sort(np.unique(what, axis=0, return_index=True)[1])]


def _may_train(done: Choice, named: NDArray[np.int64], kinds: Tensor, samples: Samples) -> NDArray[np.bool_]:
    """Which labels (N,) pair nothing that is held out; `named` (N, E) index into `kinds`."""
    allowed: list[bool] = []
    for i, code in enumerate(done.code.tolist()):
        rows = [int(part[i]) for part in (done.object, done.other)]
        about = [int(named[i, row]) for row in rows if row >= 0]
        things = [samples.names[name] for name in about if kinds[name] == MOVABLE]
        held = code != samples.hold and is_held_out_combination(samples.families[code], *things)
        allowed.append(not held)
    return np.array(allowed, bool)
