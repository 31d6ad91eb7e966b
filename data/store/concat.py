"""Several folders of described play as one: their episodes one after another, their segments renumbered.

Here, and nowhere else, it is decided whose sentences are learned from: the grammar's, people's, or both.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from data.store.annotations import BOTH, GRAMMAR, HUMAN, NoAnnotations, check_in, segments_by_people
from data.store.episode import EpisodeRecord
from data.store.reader import Dataset, open_dataset
from data.store.segments import OtherSegments, Segment, read_segments, segments_path
from sim.world import WorldKind


class SameDataset(ValueError):
    """A dataset was given twice."""

    def __init__(self, one: Path, other: Path) -> None:
        super().__init__(
            f"{one} and {other} are the same dataset, which would count twice; give each folder once"
        )


class ConcatDataset:
    """The described episodes of datasets, in the order given.

    `undescribed` says of which folders how many episodes are left out, as they came after the relabelling.
    """

    def __init__(self, datasets: Sequence[Dataset], described: Sequence[int]) -> None:
        self.kind = datasets[0].kind  # of world; the same of all
        self._parts = list(zip(datasets, described, strict=True))
        self.n_episodes = sum(described)
        self.undescribed = {one.folder: one.n_episodes - n for one, n in self._parts if n < one.n_episodes}

    def episodes(self) -> Iterator[EpisodeRecord]:
        """All episodes, dataset after dataset."""
        return chain.from_iterable(islice(one.episodes(), n) for one, n in self._parts)


def open_described(
    folders: Sequence[Path], kind: WorldKind, describer: str = GRAMMAR
) -> tuple[ConcatDataset, list[Segment]]:
    """All play, and its segments in the words of a describer of `data.store.annotations.DESCRIBERS`.

    Raises the errors of `data.store.reader` and `data.store.segments`, `SameDataset`, and `NoAnnotations`
    where people are to be learned from, and said nothing.
    """
    _refuse_twice(folders)
    datasets, segments, described = [open_dataset(folder, kind) for folder in folders], [], []
    people: list[Segment] = []
    left_out: list[str] = []
    for dataset in datasets:
        own: list[Segment] = []
        n = dataset.n_episodes
        if describer in (GRAMMAR, BOTH):
            own, n = _by_grammar(dataset)
        if describer in (HUMAN, BOTH):
            said, held_out = segments_by_people(dataset)
            own, people, left_out = own + said, people + said, left_out + held_out
            n = max([n, *(segment.episode + 1 for segment in said)])
        before = sum(described)
        segments += [segment._replace(episode=segment.episode + before) for segment in own]
        described.append(n)
    if describer in (HUMAN, BOTH) and not people:
        raise NoAnnotations(folders, left_out)
    return ConcatDataset(datasets, described), segments


def _by_grammar(dataset: Dataset) -> tuple[list[Segment], int]:
    """The grammar's segments, and how many episodes were there to be relabelled."""
    segments, meta = read_segments(dataset.folder, dataset.kind)
    n = meta.get("episodes", dataset.n_episodes)
    known = meta.get("play")
    if type(n) is not int or n > dataset.n_episodes or (known and known != dataset.fingerprint(n)):
        raise OtherSegments(dataset.folder)
    check_in(dataset, segments, segments_path(dataset.folder))
    if any(segment.episode >= n for segment in segments):
        raise OtherSegments(dataset.folder)
    return [segment for segment in segments if segment.describer == GRAMMAR], n


def _refuse_twice(folders: Sequence[Path]) -> None:
    seen: dict[Path, Path] = {}
    for folder in folders:
        real = folder.resolve()
        if real in seen:
            raise SameDataset(seen[real], folder)
        seen[real] = folder
