"""Batches for behaviour cloning, drawn from segments of play.

A step has two: stretches of play with several instants each, and sentences with what they ask for. Only
some stretches may be described (`label_fraction`); of the others `learn_from` is told what seems to have
been done. Families are balanced. What a step draws is a pure function of (seed, step), so a training that
resumes sees what it would have seen.
"""

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from data.common.bounds import TINY, Bounds, check_bounds
from data.samples.object_tracker import follow_all
from data.store.episode import EpisodeRecord
from data.store.segments import Segment, check_segments
from sim.bullet.actuation import arrived
from sim.common.seeds import rng_of
from sim.desk.sensors import is_clear, sense
from sim.desk.tasks.families import TASKS, Goal
from sim.observation import Observation, entity_names
from sim.state import MAX_OBJECTS

FAMILIES = tuple(task.name for task in TASKS)
HOLD = len(FAMILIES)
"""In the place of a family: the sentence asks for nothing to be done."""


class TooFewSegments(ValueError):
    """There is nothing to learn from."""


class Episodes(Protocol):
    """As `data.store.reader.Dataset`."""

    @property
    def n_episodes(self) -> int: ...
    def episodes(self) -> Iterable[EpisodeRecord]: ...


MOST_OF_A_BATCH = 100_000
BOUNDS: Bounds = {
    "segments": (1, MOST_OF_A_BATCH), "instants": (1, MOST_OF_A_BATCH), "sentences": (1, MOST_OF_A_BATCH),
    "forbidding": (0, 1), "balance": (0, 10), "play_fraction": (TINY, 1), "label_fraction": (TINY, 1),
}  # fmt: skip


@dataclass(frozen=True)
class SampleConfig:
    """How batches are drawn."""

    segments: int = 64  # stretches of play in a batch
    instants: int = 8  # instants of each
    sentences: int = 96  # sentences in a batch
    forbidding: float = 0.08  # of them that ask for nothing to be done
    balance: float = 0.5  # a family is drawn in proportion to (its segments) ** balance
    play_fraction: float = 1.0  # of the episodes that are used at all
    label_fraction: float = 1.0  # of these that are described; of the others there is only the play
    undescribed: bool = True  # learn from those too, by what their end states tell

    def __post_init__(self) -> None:
        check_bounds(self, BOUNDS)


class SegmentBatch(NamedTuple):
    """S stretches with R instants each, K actions from each instant, E things."""

    observation: Observation  # (S, R, ...) at the instants
    actions: NDArray[np.float32]  # (S, R, K, 7)
    valid: NDArray[np.float32]  # (S, R, K) 1 for actions within the stretch
    sentence: NDArray[np.int64]  # (S,) index into `Samples.sentences`, -1 where nobody described it
    names: NDArray[np.int64]  # (S, E) index into `Samples.names`
    family: NDArray[np.int64]  # (S,) index into `FAMILIES`
    target: NDArray[np.int64]  # (S,) row of the thing acted on
    other: NDArray[np.int64]  # (S,) row of the thing it is related to, -1 for none


class SentenceBatch(NamedTuple):
    """L sentences and what they ask for."""

    sentence: NDArray[np.int64]  # (L,) index into `Samples.sentences`
    names: NDArray[np.int64]  # (L, E) index into `Samples.names`
    family: NDArray[np.int64]  # (L,) index into `FAMILIES`, or HOLD
    target: NDArray[np.int64]  # (L,) row of the thing acted on
    other: NDArray[np.int64]  # (L,) row of the thing it is related to, -1 for none


class Ends(NamedTuple):
    """How N stretches of play began and ended."""

    before: Observation  # (N, ...)
    after: Observation  # (N, ...)
    names: NDArray[np.int64]  # (N, E) index into `Samples.names`


class Done(NamedTuple):
    """What was done between two states of an episode."""

    start: int
    stop: int
    family: int  # index into `FAMILIES`
    target: int  # row of the thing acted on
    other: int  # row of the thing it is related to, -1 for none


class Table(NamedTuple):
    """Stretches of play by columns (N,), each with sentences said_from to said_from + said_count."""

    episode: NDArray[np.int64]
    first: NDArray[np.int64]  # frame
    length: NDArray[np.int64]  # frames
    family: NDArray[np.int64]
    target: NDArray[np.int64]
    other: NDArray[np.int64]
    said_from: NDArray[np.int64]
    said_count: NDArray[np.int64]
    no_from: NDArray[np.int64]  # likewise of sentences that forbid
    no_count: NDArray[np.int64]


class Samples:
    """All frames in contiguous arrays, and tables of stretches.

    `with_memory` they are as a policy that remembers has them. Actions are then not those that were sent but
    what came of them at the arm: in a world that delays, turns or scales actions that is the motion that was
    made, whatever it took to command it. And things are where a `Tracker` says, by all that was seen so far.
    """

    def __init__(
        self,
        dataset: Episodes,
        segments: Sequence[Segment],
        chunk: int,
        config: SampleConfig | None = None,
        with_memory: bool = False,
    ) -> None:
        self.config = config or SampleConfig()
        self.chunk, self._with_memory = chunk, with_memory
        if not segments:
            raise TooFewSegments("there are no segments to learn from; collect more play, then relabel")
        last, n = max(segment.episode for segment in segments), dataset.n_episodes
        if last >= n:
            raise TooFewSegments(
                f"the segments are of another dataset: they speak of episode {last}, and there are {n}"
            )
        self.n_episodes = math.ceil(self.config.play_fraction * n)
        self._load(islice(dataset.episodes(), self.n_episodes))
        self.described = _described(self.n_episodes, self.config.label_fraction)
        kept = [s for s in segments if s.episode < self.n_episodes and self.described[s.episode]]
        objects = self._masks[:, :MAX_OBJECTS].sum(1).astype(int)
        check_segments(kept, np.diff(self._starts).tolist(), objects.tolist())
        if not kept:
            raise TooFewSegments(
                f"label_fraction={self.config.label_fraction:g} leaves {int(self.described.sum())} of "
                f"{self.n_episodes} episodes described, and none of them has a segment; collect more play"
            )
        self._index(kept)

    def _load(self, records: Iterable[EpisodeRecord]) -> None:
        views: list[Observation] = []
        noisy, actions, names = [], [], []
        for record in records:
            seen, n = sense(record.states, record.scene), len(record.actions)
            views.append(Observation(*(field[:n] for field in seen)))
            noisy.append(not is_clear(record.scene.dynamics))
            sent = record.actions
            acts = arrived(sent, record.scene.dynamics) if self._with_memory else sent
            actions.append(np.asarray(acts, np.float32))
            names.append(entity_names(record.scene.names))
        if self._with_memory:
            follow_all(views, np.flatnonzero(noisy))
        self._starts = np.cumsum([0, *(len(a) for a in actions)]).astype(np.int64)
        tail = np.zeros((self.chunk, 7), np.float32)  # so that a chunk may be read from the last frame
        self._proprio = np.concatenate([view.proprio for view in views])
        self._entities = np.concatenate([view.entities for view in views])
        self._masks = np.stack([view.mask[0] for view in views])
        self._actions = np.concatenate([*actions, tail])
        self.names = tuple(sorted({name for row in names for name in row}))
        name_ids = {name: i for i, name in enumerate(self.names)}
        self._named = np.array([[name_ids[name] for name in row] for row in names], np.int64)

    def _index(self, segments: Sequence[Segment]) -> None:
        texts = {text for s in segments for text in (*s.sentences, *s.forbidding)}
        self.sentences = tuple(sorted(texts))
        ids = {sentence: i for i, sentence in enumerate(self.sentences)}
        self._said, said_from, said_count = _ragged([[ids[t] for t in s.sentences] for s in segments])
        self._no, no_from, no_count = _ragged([[ids[t] for t in s.forbidding] for s in segments])
        rows = [Goal(s.task, s.object, s.other).entities() for s in segments]
        target, other = (np.array(column, np.int64) for column in zip(*rows, strict=True))
        episode = np.array([s.episode for s in segments], np.int64)
        first = self._starts[episode] + [s.start for s in segments]
        length = np.array([s.stop - s.start for s in segments], np.int64)
        family = np.array([FAMILIES.index(s.task) for s in segments], np.int64)
        told = (said_from, said_count, no_from, no_count)
        self._told = Table(episode, first, length, family, target, other, *told)
        self._all = self._told
        self._told_families = self._families = _Families(family, self.config.balance)

    def learn_from(
        self,
        episode: NDArray[np.int64],
        start: NDArray[np.int64],
        stop: NDArray[np.int64],
        family: NDArray[np.int64],
        target: NDArray[np.int64],
        other: NDArray[np.int64],
    ) -> None:
        """Add stretches of play that nobody described, with what seems to have been done in each."""
        none = np.zeros_like(episode)
        first = self._starts[episode] + start
        added = Table(episode, first, stop - start, family, target, other, none, none, none, none)
        self._all = Table(*(np.concatenate(pair) for pair in zip(self._told, added, strict=True)))
        self._families = _Families(self._all.family, self.config.balance)

    @property
    def n_frames(self) -> int:
        return len(self._proprio)

    @property
    def fingerprint(self) -> str:
        """Tells sets of samples apart: a hash of what is seen and done, and of segments and sentences."""
        digest = hashlib.sha256(self._actions.tobytes())
        if self._with_memory:  # what is seen then is made by a tracker, not by the play alone
            digest.update(self._entities.tobytes())
        for column in (*self._told, self._said, self._no):
            digest.update(column.tobytes())
        digest.update("\n".join(self.sentences).encode())
        return digest.hexdigest()[:16]

    @property
    def counts(self) -> dict[str, int]:
        """Described segments of each family."""
        return dict(zip(FAMILIES, self._told_families.sizes.tolist(), strict=True))

    def __len__(self) -> int:
        """How many segments are described."""
        return len(self._told.family)

    @property
    def n_stretches(self) -> int:
        """How many stretches of play there are to learn from, described or not."""
        return len(self._all.family)

    def done_in(self, episode: int) -> list[Done]:
        """What an episode's descriptions say was done."""
        told = self._told
        rows = np.flatnonzero(told.episode == episode)
        start = told.first[rows] - self._starts[episode]
        columns = (start, start + told.length[rows], told.family[rows], told.target[rows], told.other[rows])
        return [Done(*row) for row in np.stack(columns, 1).tolist()]

    def views(self, episode: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Proprio (T, 8) and entities (T, E, 12) of all frames of an episode."""
        frames = slice(int(self._starts[episode]), int(self._starts[episode + 1]))
        return self._proprio[frames], self._entities[frames]

    def motions(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Of all steps with a view after them: proprio (N, 8), the action (N, 7), proprio (N, 8) then."""
        at = np.delete(np.arange(self.n_frames), self._starts[1:] - 1)
        return self._proprio[at], self._actions[at], self._proprio[at + 1]

    def ends(self, episode: NDArray[np.int64], start: NDArray[np.int64], stop: NDArray[np.int64]) -> Ends:
        """How stretches between two states of an episode began and ended."""
        first = self._starts[episode] + start
        last = np.minimum(self._starts[episode] + stop, self._starts[episode + 1] - 1)
        mask = self._masks[episode]  # the very last state has no frame: the one before stands for it
        before, after = (Observation(self._proprio[at], self._entities[at], mask) for at in (first, last))
        return Ends(before, after, self._named[episode])

    def batch(self, seed: int, step: int) -> SegmentBatch:
        """The stretches of a step."""
        rng = rng_of("batch", seed, step)
        n, r = self.config.segments, self.config.instants
        row = self._families.draw(rng, n)
        table = Table(*(column[row] for column in self._all))
        said = table.said_from + _below(rng, table.said_count)
        sentence = np.where(table.said_count > 0, self._said[np.minimum(said, len(self._said) - 1)], -1)
        # Instants: one out of each r-th part of the stretch, so that its end is always among them.
        place = (np.arange(r) + rng.random((n, r))) / r
        offset = (place * table.length[:, None]).astype(np.int64)  # (S, R)
        frame = table.first[:, None] + offset
        ahead = np.arange(self.chunk)
        valid = offset[..., None] + ahead < table.length[:, None, None]
        mask = np.broadcast_to(self._masks[table.episode][:, None], (n, r, self._masks.shape[1]))
        return SegmentBatch(
            Observation(self._proprio[frame], self._entities[frame], mask),
            self._actions[frame[..., None] + ahead],
            valid.astype(np.float32),
            sentence,
            self._named[table.episode],
            table.family,
            table.target,
            table.other,
        )

    def sentence_batch(self, seed: int, step: int) -> SentenceBatch:
        """The sentences of a step."""
        rng = rng_of("batch", seed, step, 1)
        row = self._told_families.draw(rng, self.config.sentences)
        table = Table(*(column[row] for column in self._told))
        said = self._said[table.said_from + _below(rng, table.said_count)]
        no = (rng.random(len(row)) < self.config.forbidding) & (table.no_count > 0)
        if len(self._no):
            forbidden = table.no_from + _below(rng, table.no_count)
            said = np.where(no, self._no[np.minimum(forbidden, len(self._no) - 1)], said)
        family = np.where(no, HOLD, table.family)
        return SentenceBatch(said, self._named[table.episode], family, table.target, table.other)


class _Families:
    """Draws rows of a table so that rare families are not forgotten."""

    def __init__(self, family: NDArray[np.int64], balance: float) -> None:
        self.sizes = np.bincount(family, minlength=len(FAMILIES))
        self._rows = np.argsort(family, kind="stable")
        self._from = np.cumsum(self.sizes) - self.sizes
        weights = np.where(self.sizes > 0, self.sizes.astype(float) ** balance, 0.0)
        self._weights = weights / weights.sum()

    def draw(self, rng: np.random.Generator, n: int) -> NDArray[np.int64]:
        family = rng.choice(len(self.sizes), n, p=self._weights)
        return self._rows[self._from[family] + _below(rng, self.sizes[family])]


def _described(n_episodes: int, fraction: float) -> NDArray[np.bool_]:
    """Which episodes are described: a smaller fraction is part of every larger one."""
    rank = rng_of("described", 0).permutation(n_episodes)
    return rank < np.ceil(fraction * n_episodes)


def _ragged(
    rows: Sequence[Sequence[int]],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Rows of different lengths -> all values, and per row where it begins and how many it has."""
    counts = np.array([len(row) for row in rows], np.int64)
    values = np.array([value for row in rows for value in row], np.int64)
    return values, np.cumsum(counts) - counts, counts


def _below(rng: np.random.Generator, limits: NDArray[np.int64]) -> NDArray[np.int64]:
    """A whole number from 0 to below each limit."""
    return (rng.random(len(limits)) * limits).astype(np.int64)
