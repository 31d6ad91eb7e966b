"""What training is given: batches of segments of play, and batches of sentences with what they ask for."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.common.bounds import TINY, Bounds, check_bounds
from sim.observation import Observation

MOST_OF_A_BATCH = 100_000
BOUNDS: Bounds = {
    "segments": (1, MOST_OF_A_BATCH), "instants": (1, MOST_OF_A_BATCH), "sentences": (1, MOST_OF_A_BATCH),
    "forbidding": (0, 1), "balance": (0, 10), "play_fraction": (TINY, 1), "label_fraction": (TINY, 1),
}  # fmt: skip


@dataclass(frozen=True)
class SampleConfig:
    """How batches are drawn."""

    segments: int = 64  # segments of play in a batch
    instants: int = 8  # timesteps of each
    sentences: int = 96  # sentences in a batch
    forbidding: float = 0.08  # of them that ask for nothing to be done
    balance: float = 0.5  # a family is drawn in proportion to (its segments) ** balance
    play_fraction: float = 1.0  # of the episodes that are used at all
    label_fraction: float = 1.0  # of these that are described; of the others there is only the play
    undescribed: bool = True  # learn from those too, by what their end states tell

    def __post_init__(self) -> None:
        check_bounds(self, BOUNDS)


class SegmentBatch(NamedTuple):
    """S segments with R timesteps each, K actions from each timestep, E things."""

    observation: Observation  # (S, R, ...) at the timesteps
    actions: NDArray[np.float32]  # (S, R, K, 7)
    valid: NDArray[np.float32]  # (S, R, K) 1 for actions within the segment
    sentence: NDArray[np.int64]  # (S,) index into `Samples.sentences`, -1 where nobody described it
    names: NDArray[np.int64]  # (S, E) index into `Samples.names`
    family: NDArray[np.int64]  # (S,) index into `Samples.families`
    target: NDArray[np.int64]  # (S,) row of the thing acted on
    other: NDArray[np.int64]  # (S,) row of the thing it is related to, -1 for none


class SentenceBatch(NamedTuple):
    """L sentences and what they ask for."""

    sentence: NDArray[np.int64]  # (L,) index into `Samples.sentences`
    names: NDArray[np.int64]  # (L, E) index into `Samples.names`
    family: NDArray[np.int64]  # (L,) index into `Samples.families`, or `Samples.hold`
    target: NDArray[np.int64]  # (L,) row of the thing acted on
    other: NDArray[np.int64]  # (L,) row of the thing it is related to, -1 for none


class EndStates(NamedTuple):
    """How N segments began and ended."""

    before: Observation  # (N, ...)
    after: Observation  # (N, ...)
    names: NDArray[np.int64]  # (N, E) index into `Frames.names`


class SegmentLabel(NamedTuple):
    """What was done between two states of an episode."""

    start: int
    stop: int
    family: int  # index into `Samples.families`
    target: int  # row of the thing acted on
    other: int  # row of the thing it is related to, -1 for none
