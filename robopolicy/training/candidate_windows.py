"""Candidate windows of play: from when the arm set out for a thing to each timestep at which it moved.

In some of these windows something was achieved. Where the play was described it is known what; the
goal-state half learns from those to label the windows of all other play. The relabeller is not asked about
that play: it stands for the people who described some of it.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from data.relabel.hindsight import reached_goals
from data.relabel.windows import candidate_windows, find_motions
from data.samples.batches import SegmentLabel
from data.samples.sampler import Samples
from robopolicy.policies.base.columns import select
from robopolicy.policies.networks.goal_encoder import COURSE_DIM, Examples, GoalExamples, course_of
from robopolicy.policies.networks.reading import Choice
from sim.state import State
from sim.world import WorldKind


class Candidates(NamedTuple):
    """W windows, those of a motion together and in the order of their ends."""

    episode: NDArray[np.int64]  # (W,)
    start: NDArray[np.int64]  # (W,) timestep of the episode
    stop: NDArray[np.int64]  # (W,)
    motion: NDArray[np.int64]  # (W,) number of the motion, unlike that of any other
    thing: NDArray[np.int64]  # (W,) row of the thing that kept moving
    course: NDArray[np.float16]  # (W, E, COURSE_DIM)

    def where(self, rows: NDArray[np.bool_]) -> "Candidates":
        """Some of them."""
        return Candidates(
            self.episode[rows], self.start[rows], self.stop[rows],
            self.motion[rows], self.thing[rows], self.course[rows],
        )  # fmt: skip


def find_windows(samples: Samples, episode: int, states: State) -> Candidates:
    """The candidate windows of one episode."""
    motions = find_motions(states, samples.kind.spec)
    found = candidate_windows(states, motions, samples.kind.spec.control_hz)
    proprio, entities = samples.frames.views(episode)
    last = len(proprio) - 1  # the very last state has no view
    course = np.zeros((len(found.start), entities.shape[1], COURSE_DIM), np.float16)
    for motion in range(len(motions)):
        rows = np.flatnonzero(found.motion == motion)
        start, stops = int(found.start[rows[0]]), np.minimum(found.stop[rows], last)
        way = slice(start, int(stops[-1]) + 1)
        course[rows] = course_of(proprio[way], entities[way], samples.kind.spec.open_hand)[stops - start]
    moved = np.array([motion.thing for motion in motions], np.int64)
    most = samples.kind.spec.most_objects
    thing = np.where(moved < states.n_objects, moved, moved - states.n_objects + most)
    which = np.full_like(found.motion, episode)
    return Candidates(which, found.start, found.stop, found.motion, thing[found.motion], course)


def joined(parts: Iterable[Candidates]) -> Candidates:
    """Windows of several episodes."""
    several, begins, motions = list(parts), 0, []
    for part in several:
        motions.append(part.motion + begins)
        begins += int(part.motion.max(initial=-1)) + 1
    return Candidates(
        np.concatenate([part.episode for part in several]),
        np.concatenate([part.start for part in several]),
        np.concatenate([part.stop for part in several]),
        np.concatenate(motions),
        np.concatenate([part.thing for part in several]),
        np.concatenate([part.course for part in several]),
    )


def examples_of(samples: Samples, kinds: Tensor, found: Candidates) -> Examples:
    """The windows as the goal-state half sees them; kinds are those of `samples.names`."""

    def examples(rows: NDArray[np.int64]) -> GoalExamples:
        ends = samples.frames.end_states(found.episode[rows], found.start[rows], found.stop[rows])
        course = torch.from_numpy(found.course[rows]).float()
        return GoalExamples(select(ends.before), select(ends.after), kinds[ends.names], course)

    return examples


def done_in(
    found: Candidates, described: Sequence[SegmentLabel], states: State, kind: WorldKind
) -> tuple[Choice, NDArray[np.bool_]]:
    """What had been done by the end of each window of a described episode, and whether that is known.

    It is unknown where something was done that no description mentions, such as what is held out.
    """
    families = [task.name for task in kind.tasks]
    code, thing, other = (np.full(len(found.motion), fill) for fill in (len(families), 0, -1))
    known = np.ones(len(found.motion), bool)
    happened = [
        SegmentLabel(start, stop, families.index(goal.task), *kind.rows(goal))
        for start, stop, goal in reached_goals(states, kind)
    ]
    mentioned = {(one.family, one.target, one.other) for one in described}
    for one in sorted((*described, *happened), key=lambda one: one.stop):
        inside = (found.thing == one.target) & (found.stop > one.start) & (found.stop <= one.stop)
        same = inside & (found.start == one.start)
        rows = np.flatnonzero(same if same.any() else inside)
        if not len(rows):
            continue
        motion = np.flatnonzero(found.motion == found.motion[rows[-1]])
        after = motion[found.stop[motion] >= found.stop[rows[-1]]]
        if (one.family, one.target, one.other) in mentioned:
            code[after], thing[after], other[after] = one.family, one.target, one.other
        else:
            known[after] = False
    return Choice(*(torch.from_numpy(column) for column in (code, thing, other))), known
