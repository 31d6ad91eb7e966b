"""Several folders of described play as one: their episodes one after another, their segments renumbered.

Here, and nowhere else, it is decided whose sentences are learned from: the grammar's, people's, or both.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from data.annotations import BOTH, GRAMMAR, HUMAN, NoAnnotations, segments_by_people
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


def open_described(folders: Sequence[Path], describer: str = GRAMMAR) -> tuple[Joined, list[Segment]]:
    """All play, and its segments in the words of a describer of `data.annotations.DESCRIBERS`.

    Raises the errors of `data.reading` and `data.segments`, and `NoAnnotations` where people are to be
    learned from, and said nothing.
    """
    datasets, segments, before = [open_dataset(folder) for folder in folders], [], 0
    people: list[Segment] = []
    left_out: list[str] = []
    for folder, dataset in zip(folders, datasets, strict=True):
        own: list[Segment] = []
        if describer in (GRAMMAR, BOTH):
            own += [segment for segment in read_segments(folder)[0] if segment.describer == GRAMMAR]
        if describer in (HUMAN, BOTH):
            said, held_out = segments_by_people(dataset)
            own, people, left_out = own + said, people + said, left_out + held_out
        segments += [segment._replace(episode=segment.episode + before) for segment in own]
        before += dataset.n_episodes
    if describer in (HUMAN, BOTH) and not people:
        raise NoAnnotations(folders, left_out)
    return Joined(datasets), segments
