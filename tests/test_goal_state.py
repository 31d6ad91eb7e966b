"""The goal-state half: it learns from a few described stretches of real play what was done in others."""

import numpy as np
import pytest
import torch

from data.language.grammar import Grammar
from data.play.collection import PlayConfig, play_episode
from data.relabel.hindsight import relabel_episode
from data.samples.batches import SampleConfig
from data.samples.sampler import Samples
from robopolicy.policies.base.spec import spec_of
from robopolicy.policies.networks.goal_encoder import (
    COURSE_DIM,
    GoalEncoder,
    course_of,
    fit_goal_encoder,
    read_goals,
)
from robopolicy.policies.networks.reading import Choice, CodeBook
from robopolicy.training.candidate_windows import Candidates, done_in, examples_of, find_windows, joined
from sim.desk.simulator import World
from sim.kinds.desk import DESK

HOLD = len(DESK.tasks)


def goal_encoder() -> GoalEncoder:
    spec = spec_of(DESK)
    return GoalEncoder(CodeBook(spec, len(spec.families)), spec.world)


class Play:
    """A few episodes, in memory."""

    kind = DESK

    def __init__(self, n: int) -> None:
        world = World()
        seeds = np.random.SeedSequence(5).spawn(n)
        self.records = [play_episode(world, PlayConfig(episode_steps=300), seed) for seed in seeds]
        self.n_episodes = n
        world.close()

    def episodes(self):
        return iter(self.records)


@pytest.fixture(scope="module")
def play() -> Play:
    return Play(8)


def described(play: Play, some: int) -> Samples:
    rng, grammar = np.random.default_rng(0), Grammar("train")
    segments = [s for i, r in enumerate(play.records) for s in relabel_episode(i, r, grammar, rng, 1, DESK)]
    return Samples(play, [s for s in segments if s.episode < some], 8, SampleConfig())


def kinds_in(samples: Samples) -> torch.Tensor:
    return torch.tensor([spec_of(DESK).kind_of(name) for name in samples.names])


def everything(play: Play, samples: Samples, episodes: range) -> tuple[Candidates, Choice, np.ndarray]:
    found, done, known = [], [], []
    for i in episodes:
        states = play.records[i].states
        found.append(find_windows(samples, i, states))
        what, sure = done_in(found[-1], samples.labels_of(i), states, DESK)
        done.append(what)
        known.append(sure)
    return joined(found), Choice(*(torch.cat(c) for c in zip(*done, strict=True))), np.concatenate(known)


@pytest.mark.long
def test_a_window_ends_with_what_its_segment_says_was_done(play):
    samples = described(play, len(play.records))
    found, done, known = everything(play, samples, range(len(play.records)))
    for i in range(len(play.records)):
        for one in samples.labels_of(i):
            rows = np.flatnonzero((found.episode == i) & (found.start == one.start))
            rows = rows[(found.stop[rows] == one.stop) & (found.thing[rows] == one.target)]
            assert len(rows) >= 1
            told = {tuple(int(part[row]) for part in done) for row in rows if known[row]}
            at_once = {(o.family, o.target, o.other) for o in samples.labels_of(i) if o.stop == one.stop}
            assert told <= at_once


@pytest.mark.long
def test_before_anything_was_done_the_answer_is_to_hold_still(play):
    samples = described(play, len(play.records))
    found, done, _ = everything(play, samples, range(len(play.records)))
    firsts = np.r_[0, np.flatnonzero(np.diff(found.motion)) + 1]
    assert (done.code[firsts] == HOLD).float().mean() > 0.9
    assert 0.2 < (done.code == HOLD).float().mean() < 0.9


@pytest.mark.long
def test_what_nobody_speaks_of_teaches_nothing(play):
    all_told, some = described(play, len(play.records)), described(play, len(play.records) - 4)
    for i in range(len(play.records) - 4, len(play.records)):
        states = play.records[i].states
        found = find_windows(some, i, states)
        done, known = done_in(found, [], states, DESK)
        assert (done.code == HOLD).all()
        assert not known.all() or not all_told.labels_of(i)


@pytest.mark.long
def test_the_course_tells_a_lift_from_a_push():
    proprio = np.zeros((5, 8), np.float32)
    proprio[:, 7] = 0.04
    entities = np.zeros((5, 2, 12), np.float32)
    entities[:, 0, 2] = [0, 0.1, 0.2, 0.1, 0]  # in the hand, up and down again
    proprio[:, 2] = entities[:, 0, 2]
    entities[:, 1, 0] = 0.1 * np.arange(5)  # pushed along
    course = course_of(proprio, entities, DESK.spec.open_hand)
    assert course.shape == (5, 2, COURSE_DIM)
    assert course[-1, 0, 0] > 0.99
    assert course[-1, 1, 0] == 0
    assert course[-1, 0, 2] > course[-1, 1, 2]
    assert (np.diff(course[:, :, 3], axis=0) > 0).all()
    assert (course[..., -1] == 1).all()


def read_in_others(play: Play, steps: int) -> tuple[torch.Tensor, ...]:
    """Taught on three quarters of the play, what was done in the rest: right, read, true; how surely."""
    first_of_rest = 3 * len(play.records) // 4
    samples = described(play, len(play.records))
    taught, truth, known = everything(play, samples, range(first_of_rest))
    taught = taught.where(known)
    torch.manual_seed(0)
    net, kinds = goal_encoder(), kinds_in(samples)
    what = Choice(*(column[known] for column in truth))
    fit_goal_encoder(net, examples_of(samples, kinds, taught), what, seed=0, steps=steps)
    rest, truth, known = everything(play, samples, range(first_of_rest, len(play.records)))
    look = examples_of(samples, kinds, rest)
    found, sure = read_goals(net, look, len(rest.motion))
    right = torch.stack([a == b for a, b in zip(found, truth, strict=True)]).all(0) | (
        (found.code == HOLD) & (truth.code == HOLD)
    )
    return right[known], found.code[known], truth.code[known], sure[known]


@pytest.mark.long
def test_taught_on_some_episodes_it_tells_what_was_done_in_others_better_than_by_naming_the_commonest(play):
    right, _, true, _ = read_in_others(play, 100)
    told, done = right[true != HOLD], true[true != HOLD]
    assert len(done) > 200
    assert told.float().mean() > 1.25 * done.bincount().max() / len(done)


@pytest.mark.slow
def test_taught_on_eighteen_episodes_it_reads_most_of_what_was_done_in_others():
    right, found, _, sure = read_in_others(Play(24), 500)
    assert len(right) > 300
    assert right.float().mean() > 0.6
    assert right[sure > 0.9].float().mean() > right.float().mean()
    assert (found != HOLD).float().mean() > 0.1


@pytest.mark.long
def test_without_the_course_it_still_answers(play):
    samples = described(play, 4)
    found, _, _ = everything(play, samples, range(2))
    seen = examples_of(samples, kinds_in(samples), found)(np.arange(5))
    net = goal_encoder()
    hidden = net(seen.before, seen.after, seen.kinds, torch.zeros_like(seen.course))
    assert torch.equal(net(seen.before, seen.after, seen.kinds).code, hidden.code)
    assert not torch.equal(net(*seen).code, hidden.code)
