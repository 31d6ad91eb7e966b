"""Play that nobody described: the goal-state half says what was done in it, so that it can be cloned too.

Multicontext imitation (Lynch and Sermanet 2021, arXiv:2005.07648): the same policy is told by sentences
and shown by goal states, so all play is used, however little of it was put into words.
"""

from collections.abc import Sequence
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from data.language.held_out import is_held_out_combination
from data.samples.batches import FAMILIES, HOLD, Episodes, Samples
from robopolicy.policies.slots.goal_encoder import fit_goal_net, read_goals
from robopolicy.policies.slots.intent import MOVABLE, kind_of
from robopolicy.policies.slots.policy import Choice, Policy
from robopolicy.training.candidate_windows import Windows, done_in, find_windows, joined, looking
from robopolicy.training.config import TrainConfig

SURE = 0.8  # probability from which a reading of undescribed play is learned from


def learn_goal_states(
    policy: Policy, samples: Samples, dataset: Episodes, kinds: Tensor, config: TrainConfig
) -> None:
    """Teach the goal-state half on what is described, and let it say what was done in the rest.

    On one thread, so that a training goes on with the same readings on any machine.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        _learn(policy, samples, dataset, kinds, config)
    finally:
        torch.set_num_threads(threads)


def _learn(policy: Policy, samples: Samples, dataset: Episodes, kinds: Tensor, config: TrainConfig) -> None:
    told: list[Windows] = []
    rest: list[Windows] = []
    truth: list[Choice] = []
    for i, record in enumerate(islice(dataset.episodes(), samples.n_episodes)):  # from disk: once for both
        if not (samples.described[i] or config.samples.undescribed):
            continue
        found = find_windows(samples, i, record.states)
        if not samples.described[i]:
            rest.append(found)
            continue
        done, known = done_in(found, samples.done_in(i), record.states)
        told.append(found.where(known))
        truth.append(Choice(*(column[torch.from_numpy(known)] for column in done)))
    asked = Choice(*(torch.cat(column) for column in zip(*truth, strict=True)))
    look = looking(samples, kinds, joined(told))
    fit_goal_net(policy.goal_state, look, asked, config.seed, config.goal_steps)
    policy.goal_state.requires_grad_(False)
    if rest:
        found = joined(rest)
        done, sure = read_goals(policy.goal_state, looking(samples, kinds, found), len(found.run))
        first = _first_sure(found, done, sure.numpy())
        done = Choice(*(column[first] for column in done))
        names = samples.ends(found.episode[first], found.start[first], found.stop[first]).names
        may = _may_train(done, names, samples.names)
        kept = first[may]
        if len(kept):
            samples.learn_from(
                found.episode[kept],
                found.start[kept],
                found.stop[kept],
                *(column.numpy()[may] for column in done),
            )


def _first_sure(found: Windows, done: Choice, sure: NDArray[np.float32]) -> NDArray[np.int64]:
    """The first window of each run at which it is sure that something was done, for all that was done."""
    good = (sure > SURE) & (done.code.numpy() != HOLD) & (done.object.numpy() == found.thing)
    rows = np.flatnonzero(good)
    what = np.stack([found.run[rows], *(column.numpy()[rows] for column in done)], 1)
    return rows[np.sort(np.unique(what, axis=0, return_index=True)[1])]


def _may_train(done: Choice, named: NDArray[np.int64], names: Sequence[str]) -> NDArray[np.bool_]:
    """Which readings pair nothing that is held out."""
    allowed: list[bool] = []
    for i, code in enumerate(done.code.tolist()):
        rows = [int(part[i]) for part in (done.object, done.other)]
        told = [names[int(named[i, row])] for row in rows if row >= 0]
        things = [name for name in told if kind_of(name) == MOVABLE]
        allowed.append(code == HOLD or not is_held_out_combination(FAMILIES[code], *things))
    return np.array(allowed)
