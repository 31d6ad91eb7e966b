"""Draws batches for behaviour cloning from segments of play.

A training step has two: segments of play with several timesteps each, and sentences with what they ask for.
Only some of the play may be described (`label_fraction`); what was done in the rest may be inferred and added
(`Samples.add_inferred`). Families are balanced. What a step draws is a pure function of (seed, step), so a
training that resumes sees what it would have seen.
"""

import hashlib
import math
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from data.samples.batches import SampleConfig, SegmentBatch, SegmentLabel, SentenceBatch
from data.samples.frames import Frames
from data.store.episode import EpisodeRecord
from data.store.segments import Segment, check_segments
from sim.common.seeds import rng_of
from sim.observation import Observation
from sim.task import Goal
from sim.world import WorldKind


class TooFewSegments(ValueError):
    """There is nothing to learn from."""


class Episodes(Protocol):
    """As `data.store.reader.Dataset`."""

    @property
    def kind(self) -> WorldKind: ...
    @property
    def n_episodes(self) -> int: ...
    def episodes(self) -> Iterable[EpisodeRecord]: ...


class SegmentTable(NamedTuple):
    """N segments by columns (N,); each has the sentences said_from to said_from + said_count."""

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
    """The frames of a dataset and the segments in it, to draw batches from.

    `chunk` and `with_memory` as in `Frames`. Raises `TooFewSegments`, and `BadSegment` for segments that are
    not in the episodes.

    Attributes: `kind` of world; `families`, by name; `frames`; `names`, of things, and `sentences`, into
    which batches hold indices; `n_episodes` that are used; `described`, (n_episodes,) bool.
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
        self.kind = dataset.kind
        self.families = tuple(task.name for task in self.kind.tasks)
        self.frames = Frames(islice(dataset.episodes(), self.n_episodes), chunk, with_memory, self.kind)
        self.names = self.frames.names
        self.described = _described(self.n_episodes, self.config.label_fraction)
        kept = [s for s in segments if s.episode < self.n_episodes and self.described[s.episode]]
        objects = self.frames.masks[:, : self.kind.spec.most_objects].sum(1).astype(int)
        check_segments(kept, np.diff(self.frames.starts).tolist(), objects.tolist(), self.kind)
        if not kept:
            raise TooFewSegments(
                f"label_fraction={self.config.label_fraction:g} leaves {int(self.described.sum())} of "
                f"{self.n_episodes} episodes described, and none of them has a segment; collect more play"
            )
        self._index(kept)

    def _index(self, segments: Sequence[Segment]) -> None:
        """Build the tables of the described segments and of their sentences."""
        texts = {text for s in segments for text in (*s.sentences, *s.forbidding)}
        self.sentences = tuple(sorted(texts))
        ids = {sentence: i for i, sentence in enumerate(self.sentences)}
        self._said, said_from, said_count = _ragged([[ids[t] for t in s.sentences] for s in segments])
        self._no, no_from, no_count = _ragged([[ids[t] for t in s.forbidding] for s in segments])
        rows = [self.kind.rows(Goal(s.task, s.object, s.other)) for s in segments]
        target, other = (np.array(column, np.int64) for column in zip(*rows, strict=True))
        episode = np.array([s.episode for s in segments], np.int64)
        first = self.frames.starts[episode] + [s.start for s in segments]
        length = np.array([s.stop - s.start for s in segments], np.int64)
        family = np.array([self.families.index(s.task) for s in segments], np.int64)
        sentences = (said_from, said_count, no_from, no_count)
        self._labelled = SegmentTable(episode, first, length, family, target, other, *sentences)
        self._all = self._labelled
        self._labelled_families = self._all_families = self._by_family(family)

    def add_inferred(
        self,
        episode: NDArray[np.int64],
        start: NDArray[np.int64],
        stop: NDArray[np.int64],
        family: NDArray[np.int64],
        target: NDArray[np.int64],
        other: NDArray[np.int64],
    ) -> None:
        """Add N segments that nobody described, with what seems to have been done in each; all (N,).

        They take the place of those added before. They have no sentences, and are in segment batches only.
        """
        none = np.zeros_like(episode)
        first = self.frames.starts[episode] + start
        added = SegmentTable(episode, first, stop - start, family, target, other, none, none, none, none)
        both = zip(self._labelled, added, strict=True)
        self._all = SegmentTable(*(np.concatenate(pair) for pair in both))
        self._all_families = self._by_family(self._all.family)

    def _by_family(self, family: NDArray[np.int64]) -> "_Families":
        return _Families(family, len(self.families), self.config.balance)

    @property
    def hold(self) -> int:
        """In the place of a family: the sentence asks for nothing to be done."""
        return len(self.families)

    @property
    def fingerprint(self) -> str:
        """Tells sets of samples apart: a hash of what is seen and done, and of segments and sentences."""
        digest = hashlib.sha256(self.frames.actions.tobytes())
        if self._with_memory:  # what is seen then is made by a tracker, not by the play alone
            digest.update(self.frames.entities.tobytes())
        for column in (*self._labelled, self._said, self._no):
            digest.update(column.tobytes())
        digest.update("\n".join(self.sentences).encode())
        return digest.hexdigest()[:16]

    @property
    def counts(self) -> dict[str, int]:
        """Described segments of each family."""
        return dict(zip(self.families, self._labelled_families.sizes.tolist(), strict=True))

    def __len__(self) -> int:
        """How many segments are described."""
        return len(self._labelled.family)

    @property
    def n_segments(self) -> int:
        """How many segments there are to learn from, described or inferred."""
        return len(self._all.family)

    def labels_of(self, episode: int) -> list[SegmentLabel]:
        """What was done in an episode, by its descriptions."""
        table = self._labelled
        rows = np.flatnonzero(table.episode == episode)
        start = table.first[rows] - self.frames.starts[episode]
        stop = start + table.length[rows]
        columns = (start, stop, table.family[rows], table.target[rows], table.other[rows])
        return [SegmentLabel(*row) for row in np.stack(columns, 1).tolist()]

    def batch(self, seed: int, step: int) -> SegmentBatch:
        """The segments of a training step."""
        rng = rng_of("batch", seed, step)
        frames, n, r = self.frames, self.config.segments, self.config.instants
        row = self._all_families.draw(rng, n)
        table = SegmentTable(*(column[row] for column in self._all))
        said = table.said_from + _below(rng, table.said_count)
        sentence = np.where(table.said_count > 0, self._said[np.minimum(said, len(self._said) - 1)], -1)
        # Timesteps: one out of each r-th part of the segment, so that its end is always among them.
        place = (np.arange(r) + rng.random((n, r))) / r
        offset = (place * table.length[:, None]).astype(np.int64)  # (S, R)
        frame = table.first[:, None] + offset
        ahead = np.arange(self.chunk)
        valid = offset[..., None] + ahead < table.length[:, None, None]
        mask = np.broadcast_to(frames.masks[table.episode][:, None], (n, r, frames.masks.shape[1]))
        return SegmentBatch(
            Observation(frames.proprio[frame], frames.entities[frame], mask),
            frames.actions[frame[..., None] + ahead],
            valid.astype(np.float32),
            sentence,
            frames.name_ids[table.episode],
            table.family,
            table.target,
            table.other,
        )

    def sentence_batch(self, seed: int, step: int) -> SentenceBatch:
        """The sentences of a training step."""
        rng = rng_of("batch", seed, step, 1)
        row = self._labelled_families.draw(rng, self.config.sentences)
        table = SegmentTable(*(column[row] for column in self._labelled))
        said = self._said[table.said_from + _below(rng, table.said_count)]
        no = (rng.random(len(row)) < self.config.forbidding) & (table.no_count > 0)
        if len(self._no):
            forbidden = table.no_from + _below(rng, table.no_count)
            said = np.where(no, self._no[np.minimum(forbidden, len(self._no) - 1)], said)
        family = np.where(no, self.hold, table.family)
        return SentenceBatch(said, self.frames.name_ids[table.episode], family, table.target, table.other)


class _Families:
    """Draws rows of a table so that rare families are not forgotten."""

    def __init__(self, family: NDArray[np.int64], n_families: int, balance: float) -> None:
        self.sizes = np.bincount(family, minlength=n_families)
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
