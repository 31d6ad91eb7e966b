"""Several folders of described play as one: their episodes one after another, their segments renumbered."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from data.reading import Dataset, open_dataset
from data.record import EpisodeRecord
from data.segments import Segment, read_segments


class Joined:
    """Datasets, read in the order given."""

    def __init__(self, datasets: Sequence[Dataset]) -> None:
        self._datasets = datasets
        self.n_episodes = sum(one.n_episodes for one in datasets)

    def episodes(self) -> Iterator[EpisodeRecord]:
        return chain.from_iterable(one.episodes() for one in self._datasets)


def open_described(folders: Sequence[Path]) -> tuple[Joined, list[Segment]]:
    """All play and all its segments; raises the errors of `data.reading` and `data.segments`."""
    datasets, segments, before = [open_dataset(folder) for folder in folders], [], 0
    for folder, dataset in zip(folders, datasets, strict=True):
        own, _ = read_segments(folder)
        segments += [segment._replace(episode=segment.episode + before) for segment in own]
        before += dataset.n_episodes
    return Joined(datasets), segments
