"""The goal-state half: it learns from a few described stretches of real play what was done in others."""

import numpy as np
import pytest
import torch

from data.grammar import Grammar
from data.play import PlayConfig, play_episode
from data.relabel import acts, nameless, relabel_episode, stretches
from data.samples import SampleConfig, Samples
from robopolicy.goal_state import GoalNet, fit_goal_net, read_goals
from robopolicy.policy import Choice
from robopolicy.reading import HOLD, kind_of
from sim.world import World


class Play:
    """A few episodes, in memory."""

    def __init__(self, n: int) -> None:
        world = World()
        seeds = np.random.SeedSequence(5).spawn(n)
        self.records = [play_episode(world, PlayConfig(episode_steps=300), seed) for seed in seeds]
        world.close()

    def episodes(self):
        return iter(self.records)


@pytest.fixture(scope="module")
def play() -> Play:
    return Play(24)


def test_stretches_hold_whatever_was_done(play):
    missed = named = 0
    for record in play.records:
        found = stretches(record.states)
        for start, stop, _ in acts(record.states):
            named += 1
            missed += not any(a <= start and stop <= b + 8 for a, b in found)
    assert named > 100
    assert missed == 0


def test_where_nothing_has_a_name_nothing_was_done(play):
    for record in play.records:
        done = [(start, stop) for start, stop, _ in acts(record.states)]
        for a, b in nameless(record.states):
            assert (a, b) in stretches(record.states)
            assert not any(min(b, stop) > max(a, start) for start, stop in done)


def test_taught_on_some_episodes_it_reads_what_was_done_in_others(play):
    rng, grammar = np.random.default_rng(0), Grammar("train")
    segments = [s for i, r in enumerate(play.records) for s in relabel_episode(i, r, grammar, rng, 1)]
    samples = Samples(play, segments, 8, SampleConfig())
    kinds = torch.tensor([kind_of(name) for name in samples.names])
    ends, truth = samples.described_ends(), Choice(*(torch.from_numpy(x) for x in samples.truth))
    taught = torch.tensor([segment.episode < 18 for segment in segments])
    rows, rest = taught.nonzero()[:, 0].numpy(), (~taught).nonzero()[:, 0].numpy()

    def part(seen, which):
        return type(seen)(*(column[which] for column in seen))

    torch.manual_seed(0)
    net = GoalNet()
    fit_goal_net(
        net, part(ends.before, rows), part(ends.after, rows), kinds[ends.names[rows]],
        part(truth, taught), seed=0, steps=400,
    )  # fmt: skip
    found, sure = read_goals(net, part(ends.before, rest), part(ends.after, rest), kinds[ends.names[rest]])
    right = torch.stack([a == b for a, b in zip(found, part(truth, ~taught), strict=True)]).all(0)
    assert len(right) > 30
    assert right.float().mean() > 0.7
    assert right[sure > 0.9].float().mean() > right.float().mean()
    assert (found.code != HOLD).all()
