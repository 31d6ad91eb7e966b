"""What people said of segments of play: meta/annotations.jsonl, beside the grammar's sentences.

A line is a sentence about a segment in which the relabeller found something done, with who said it and when.
Of these sentences `segments_by_people` lets into training only what `data.language.held_out` allows.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from data.common.atomic_io import write_atomic
from data.common.checksums import KEY, sealed, unsealed
from data.common.locks import in_turn
from data.language.lexicon import normalise
from data.language.sentence import LONGEST, checked
from data.language.splits import why_held_out
from data.store.episode import DatasetDamaged, unreadable
from data.store.reader import Dataset, open_dataset
from data.store.segments import BadSegment, Segment, check_segment, check_segments
from sim.task import Goal
from sim.world import WorldKind

HUMAN, GRAMMAR, BOTH = "human", "grammar", "both"
DESCRIBERS = (GRAMMAR, HUMAN, BOTH)


class BadAnnotation(ValueError):
    """A sentence that says nothing, or of nothing."""


class NoAnnotations(ValueError):
    """Nobody has said anything that training may have."""

    def __init__(self, folders: Sequence[Path], left_out: Sequence[str]) -> None:
        where = ", ".join(map(str, folders))
        said = f"all {len(left_out)} sentences of people are held out ({left_out[0]})" if left_out else ""
        super().__init__(
            f"there is nothing to learn from people in {where}: {said or 'nobody has described it yet'}; "
            f"let them do so on the page, robopolicy serve dataset={folders[0]}, or say describer=grammar"
        )


class Annotation(NamedTuple):
    """Between states `start` and `stop` of an episode something was done, and somebody said what."""

    episode: int
    start: int
    stop: int
    task: str  # what the relabeller found
    object: int  # index into the scene's objects; -1 if the task names none
    other: int
    sentence: str
    who: str
    when: str  # ISO 8601, UTC

    @property
    def goal(self) -> Goal:
        """What the stretch of play that it is about did."""
        return Goal(self.task, self.object, self.other)


def annotations_path(folder: Path | str) -> Path:
    """Where a dataset keeps its annotations."""
    return Path(folder) / "meta/annotations.jsonl"


def annotate(
    folder: Path,
    episode: int,
    start: int,
    stop: int,
    goal: Goal,
    sentence: str,
    who: str,
    kind: WorldKind,
) -> Annotation:
    """Add a sentence to a dataset of a kind of world, safe on disk once this returns.

    Others may be adding, too.

    Raises `BadAnnotation`, `BadSentence`, and `CannotWrite` if it could not be stored.
    """
    dataset = open_dataset(folder, kind)
    said, name = normalise(checked(sentence)), " ".join(who.split())
    if not said:
        raise BadAnnotation("the sentence is empty; say what was done: open the drawer")
    if not name or len(name) > LONGEST:
        raise BadAnnotation(f"say who you are, in 1 to {LONGEST} characters: the sentence is stored with it")
    if not 0 <= episode < dataset.n_episodes or not 0 <= start < stop <= int(dataset.lengths[episode]):
        raise BadAnnotation(f"there is no segment from {start} to {stop} in an episode {episode} of {folder}")
    when = datetime.now(UTC).isoformat(timespec="seconds")
    made = Annotation(episode, start, stop, *goal[:3], said, name, when)
    with in_turn(annotations_path(folder).with_name(".annotations.lock")):
        known = [*read_annotations(folder, kind), made]
        lines = [json.dumps(sealed(one._asdict()), ensure_ascii=False) for one in known]
        write_atomic(annotations_path(folder), "\n".join(lines) + "\n")
    return made


def read_annotations(folder: Path | str, kind: WorldKind) -> list[Annotation]:
    """Of a dataset of a kind of world, in the order in which they were made; none if there is no file.

    A line carries its checksum; those of earlier versions, and of people's own tools, may have none. Raises
    `DatasetDamaged`.
    """
    path = annotations_path(folder)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        found = [_annotation(number, json.loads(line), kind) for number, line in enumerate(lines, 1)]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise unreadable(path, error) from error
    return found


def segments_by_people(dataset: Dataset) -> tuple[list[Segment], list[str]]:
    """Segments with people's sentences, in order; and why those were left out that training must not see."""
    said: dict[tuple[int, int, int, Goal], list[str]] = defaultdict(list)
    left_out = []
    lengths = dataset.lengths.tolist()
    for one in read_annotations(dataset.folder, dataset.kind):
        if one.episode >= len(lengths):
            raise DatasetDamaged(annotations_path(dataset.folder), f"there is no episode {one.episode}")
        why = why_held_out(one.sentence, one.goal, dataset.scene(one.episode).names, dataset.kind.tasks)
        if why:
            left_out.append(f"“{one.sentence}”: {why}")
        elif one.sentence not in said[one.episode, one.start, one.stop, one.goal]:
            said[one.episode, one.start, one.stop, one.goal].append(one.sentence)
    found = [
        Segment(episode, start, stop, *goal[:3], tuple(sentences), HUMAN)
        for (episode, start, stop, goal), sentences in sorted(said.items())
        if sentences
    ]
    check_in(dataset, found, annotations_path(dataset.folder))
    return found, left_out


def check_in(dataset: Dataset, segments: Sequence[Segment], path: Path) -> None:
    """Refuse segments, read from a file, that are not in the dataset; raises `DatasetDamaged`."""
    used = {segment.episode for segment in segments if segment.episode < dataset.n_episodes}
    objects = [len(dataset.scene(i).names) if i in used else 0 for i in range(dataset.n_episodes)]
    try:
        check_segments(segments, dataset.lengths.tolist(), objects, dataset.kind)
    except BadSegment as error:
        raise DatasetDamaged(path, error) from error


def _annotation(number: int, row: dict[str, Any], kind: WorldKind) -> Annotation:
    """A line of the file; raises ValueError or TypeError for one that says nothing, or was changed."""
    content = unsealed(row) if KEY in row else row
    if content is None:
        raise ValueError(f"line {number} is not what its checksum says")
    one = Annotation(**content)
    check_segment(Segment(one.episode, one.start, one.stop, *one.goal[:3], (one.sentence,), HUMAN), kind)
    return one
