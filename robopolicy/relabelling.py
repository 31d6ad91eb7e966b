"""Relabelling a whole dataset: play in, sentences out, episode by episode."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from data.bounds import MOST_SEED, check_bounds
from data.grammar import Grammar
from data.locks import held
from data.reading import open_dataset
from data.relabel import relabel_episode
from data.segments import Segment, write_segments


@dataclass(frozen=True)
class RelabelConfig:
    """How play is described."""

    sentences: int = 8  # different ones for each segment
    variety: int | None = None  # different sentences per family and way of naming its things; null: no bound
    seed: int = 0  # of the choice of words

    def __post_init__(self) -> None:
        check_bounds(self, {"sentences": (1, 1000), "variety": (1, 1_000_000), "seed": (0, MOST_SEED)})


def relabel_dataset(folder: Path, config: RelabelConfig) -> Iterator[tuple[int, int]]:
    """Describe every episode, then replace the dataset's segments at once; yields (episodes done, in all).

    Another may not describe it meanwhile (`FolderBusy`), but it may grow.
    """
    dataset = open_dataset(folder)
    with held(folder):
        grammar = Grammar("train", config.variety)
        segments: list[Segment] = []
        for index, record in enumerate(dataset.episodes()):
            yield index, dataset.n_episodes
            rng = np.random.default_rng([config.seed, index])
            segments += relabel_episode(index, record, grammar, rng, config.sentences)
        write_segments(folder, segments, {**asdict(config), "split": "train", "episodes": dataset.n_episodes})
        yield dataset.n_episodes, dataset.n_episodes
