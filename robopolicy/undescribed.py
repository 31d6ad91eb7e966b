"""Play that nobody described: the goal-state half says what was done in it, so that it can be cloned too.

Multicontext imitation (Lynch and Sermanet 2021, arXiv:2005.07648): the same policy is told by sentences
and shown by goal states, so all play is used, however little of it was put into words.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from data.relabel import nameless, stretches
from data.samples import FAMILIES, HOLD, Ends, Episodes, Samples, Stretch
from data.splits import is_held_out_combination
from robopolicy.goal_state import fit_goal_net, read_goals
from robopolicy.policy import Choice, Policy
from robopolicy.reading import MOVABLE, kind_of
from robopolicy.recipe import TrainConfig
from sim.observation import Observation

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
    ends, truth = samples.described_ends(), samples.truth
    nothing: list[Stretch] = []
    rest: list[Stretch] = []
    for i, record in enumerate(dataset.episodes()):  # reads the play from disk: once for both
        if samples.described[i]:
            nothing += [Stretch(i, *stretch) for stretch in nameless(record.states)]
        elif config.samples.undescribed:
            rest += [Stretch(i, *stretch) for stretch in stretches(record.states)]
    if nothing:
        more, fill = samples.ends_of(nothing), np.zeros(len(nothing), np.int64)
        names = np.concatenate([ends.names, more.names])
        ends = Ends(_joined(ends.before, more.before), _joined(ends.after, more.after), names)
        nothing_done = (fill + HOLD, fill, fill - 1)
        truth = tuple(np.concatenate(pair) for pair in zip(truth, nothing_done, strict=True))
    asked = Choice(*(torch.from_numpy(column) for column in truth))
    fit_goal_net(
        policy.goal_state, ends.before, ends.after, kinds[ends.names], asked, config.seed, config.goal_steps
    )
    policy.goal_state.requires_grad_(False)
    if rest:
        ends = samples.ends_of(rest)
        done, sure = read_goals(policy.goal_state, ends.before, ends.after, kinds[ends.names])
        good = ((sure > SURE) & (done.code != HOLD)).numpy() & _may_train(done, ends.names, samples.names)
        kept = [stretch for stretch, keep in zip(rest, good, strict=True) if keep]
        if kept:
            samples.learn_from(kept, *(part.numpy()[good] for part in done))


def _may_train(done: Choice, named: NDArray[np.int64], names: Sequence[str]) -> NDArray[np.bool_]:
    """Which readings pair nothing that is held out."""
    allowed: list[bool] = []
    for i, code in enumerate(done.code.tolist()):
        rows = [int(part[i]) for part in (done.object, done.other)]
        told = [names[int(named[i, row])] for row in rows if row >= 0]
        things = [name for name in told if kind_of(name) == MOVABLE]
        allowed.append(code == HOLD or not is_held_out_combination(FAMILIES[code], *things))
    return np.array(allowed)


def _joined(one: Observation, more: Observation) -> Observation:
    return Observation(*(np.concatenate(pair) for pair in zip(one, more, strict=True)))
