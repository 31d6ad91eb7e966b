"""Batches for behaviour cloning, drawn from segments of play.

A batch is S sentences with R instants each: reading a sentence costs more than looking at the desk, so
several instants of a segment share one. Families are balanced, sentences drawn anew every time. The
batch of a step is a pure function of (seed, step), so a training that resumes sees what it would have.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from data.record import EpisodeRecord
from data.segments import Segment
from sim.observation import Observation, entity_names, observe
from sim.tasks import TASKS, Goal

FAMILIES = tuple(task.name for task in TASKS)


class TooFewSegments(ValueError):
    """There is nothing to learn from."""


class Episodes(Protocol):
    """As `data.reading.Dataset`."""

    def episodes(self) -> Iterable[EpisodeRecord]: ...


@dataclass(frozen=True)
class SampleConfig:
    """How batches are drawn."""

    sentences: int = 64  # sentences in a batch
    instants: int = 8  # instants of the segment for each sentence
    balance: float = 0.5  # a family is drawn in proportion to (its segments) ** balance


class SegmentBatch(NamedTuple):
    """S segments with R instants each, K actions from each instant, E things."""

    observation: Observation  # (S, R, ...) at the instants
    actions: NDArray[np.float32]  # (S, R, K, 7)
    valid: NDArray[np.float32]  # (S, R, K) 1 for actions within the segment
    sentence: NDArray[np.int64]  # (S,) index into `Samples.sentences`
    names: NDArray[np.int64]  # (S, E) index into `Samples.names`
    family: NDArray[np.int64]  # (S,) index into `FAMILIES`
    target: NDArray[np.int64]  # (S,) row of the thing acted on
    other: NDArray[np.int64]  # (S,) row of the thing it is related to, -1 for none


class Samples:
    """All frames in contiguous arrays, and an index of the segments."""

    def __init__(
        self, dataset: Episodes, segments: Sequence[Segment], chunk: int, config: SampleConfig | None = None
    ) -> None:
        self.config = config or SampleConfig()
        self.chunk = chunk
        if not segments:
            raise TooFewSegments("there are no segments to learn from; collect more play, then relabel")
        starts, names = self._load(dataset)
        last = max(segment.episode for segment in segments)
        if last >= len(names):
            raise TooFewSegments(
                f"the segments are of another dataset: they speak of episode {last}, "
                f"and there are {len(names)}"
            )
        self._index(segments, starts, names)

    def _load(self, dataset: Episodes) -> tuple[NDArray[np.int64], list[tuple[str, ...]]]:
        proprio, entities, masks, actions, names = [], [], [], [], []
        for record in dataset.episodes():
            seen = observe(record.states.at(slice(0, len(record.actions))))
            proprio.append(seen.proprio)
            entities.append(seen.entities)
            masks.append(seen.mask[:1])
            actions.append(np.asarray(record.actions, np.float32))
            names.append(entity_names(record.scene.names))
        starts = np.cumsum([0, *(len(a) for a in actions)]).astype(np.int64)
        tail = np.zeros((self.chunk, 7), np.float32)  # so that a chunk may be read from the last frame
        self._proprio, self._entities = np.concatenate(proprio), np.concatenate(entities)
        self._masks, self._actions = np.concatenate(masks), np.concatenate([*actions, tail])
        return starts, names

    def _index(
        self, segments: Sequence[Segment], starts: NDArray[np.int64], names: list[tuple[str, ...]]
    ) -> None:
        self.names = tuple(sorted({name for row in names for name in row}))
        self.sentences = tuple(sorted({s for segment in segments for s in segment.sentences}))
        name_ids = {name: i for i, name in enumerate(self.names)}
        sentence_ids = {sentence: i for i, sentence in enumerate(self.sentences)}
        rows = [Goal(s.task, s.object, s.other).entities() for s in segments]
        self._target, self._other = (np.array(column, np.int64) for column in zip(*rows, strict=True))
        self._episode = np.array([s.episode for s in segments], np.int64)
        self._first = starts[self._episode] + [s.start for s in segments]
        self._length = np.array([s.stop - s.start for s in segments], np.int64)
        self._family = np.array([FAMILIES.index(s.task) for s in segments], np.int64)
        self._named = np.array([[name_ids[name] for name in row] for row in names], np.int64)
        said = [[sentence_ids[sentence] for sentence in s.sentences] for s in segments]
        self._said = np.concatenate([np.array(ids, np.int64) for ids in said])
        counts = np.array([len(ids) for ids in said], np.int64)
        self._said_from, self._said_count = np.cumsum(counts) - counts, counts
        order = np.argsort(self._family, kind="stable")
        sizes = np.bincount(self._family, minlength=len(FAMILIES))
        self._by_family, self._sizes = order, sizes
        self._family_from = np.cumsum(sizes) - sizes
        weights = np.where(sizes > 0, sizes.astype(float) ** self.config.balance, 0.0)
        self._weights = weights / weights.sum()

    @property
    def n_frames(self) -> int:
        return len(self._proprio)

    @property
    def fingerprint(self) -> str:
        """Tells sets of samples apart: a hash of frames' actions, segments and sentences."""
        digest = hashlib.sha256(self._actions.tobytes())
        for part in (self._first, self._length, self._family, self._target, self._other, self._said):
            digest.update(part.tobytes())
        digest.update("\n".join(self.sentences).encode())
        return digest.hexdigest()[:16]

    @property
    def counts(self) -> dict[str, int]:
        """Segments of each family."""
        return dict(zip(FAMILIES, self._sizes.tolist(), strict=True))

    def __len__(self) -> int:
        return len(self._family)

    def batch(self, seed: int, step: int) -> SegmentBatch:
        """The batch of a step."""
        rng = np.random.default_rng([seed, step])
        n, r = self.config.sentences, self.config.instants
        family = rng.choice(len(FAMILIES), n, p=self._weights)
        segment = self._by_family[self._family_from[family] + _below(rng, self._sizes[family])]
        sentence = self._said[self._said_from[segment] + _below(rng, self._said_count[segment])]
        # Instants: one out of each r-th part of the segment, so that its end is always among them.
        place = (np.arange(r) + rng.random((n, r))) / r
        offset = (place * self._length[segment][:, None]).astype(np.int64)  # (S, R)
        frame = self._first[segment][:, None] + offset
        ahead = np.arange(self.chunk)
        valid = offset[..., None] + ahead < self._length[segment][:, None, None]
        episode = self._episode[segment]
        mask = np.broadcast_to(self._masks[episode][:, None], (n, r, self._masks.shape[1]))
        return SegmentBatch(
            Observation(self._proprio[frame], self._entities[frame], mask),
            self._actions[frame[..., None] + ahead],
            valid.astype(np.float32),
            sentence,
            self._named[episode],
            family,
            self._target[segment],
            self._other[segment],
        )


def _below(rng: np.random.Generator, limits: NDArray[np.int64]) -> NDArray[np.int64]:
    """A whole number from 0 to below each limit."""
    return (rng.random(len(limits)) * limits).astype(np.int64)
