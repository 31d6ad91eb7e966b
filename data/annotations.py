"""What people said of stretches of play: meta/annotations.jsonl, beside the grammar's sentences.

A line is a sentence of a stretch in which the relabeller found something done, with who said it and when.
`segments_by_people` lets them into training through the door that `data.splits` guards.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from data.checksums import KEY, sealed, unsealed
from data.files import write_atomic
from data.lexicon import normalise
from data.reading import Dataset, open_dataset
from data.record import DatasetDamaged
from data.segments import Segment
from data.splits import why_held_out
from sim.tasks import Goal

HUMAN, GRAMMAR, BOTH = "human", "grammar", "both"
DESCRIBERS = (GRAMMAR, HUMAN, BOTH)
LONGEST = 300  # characters of a sentence, and of a name


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
        return Goal(self.task, self.object, self.other)


def annotations_path(folder: Path | str) -> Path:
    return Path(folder) / "meta/annotations.jsonl"


def annotate(
    folder: Path, episode: int, start: int, stop: int, goal: Goal, sentence: str, who: str
) -> Annotation:
    """Add a sentence to a dataset, safely on disk once this returns. Raises `BadAnnotation`."""
    dataset = open_dataset(folder)
    said, name = normalise(sentence), " ".join(who.split())
    if not said or len(said) > LONGEST:
        raise BadAnnotation(f"a sentence has 1 to {LONGEST} characters; say what was done: open the drawer")
    if not name or len(name) > LONGEST:
        raise BadAnnotation("say who you are: the sentence is stored with it")
    if not 0 <= episode < dataset.n_episodes or not 0 <= start < stop <= int(dataset.lengths[episode]):
        raise BadAnnotation(f"there is no stretch {start} to {stop} in an episode {episode} of {folder}")
    when = datetime.now(UTC).isoformat(timespec="seconds")
    made = Annotation(episode, start, stop, *goal, said, name, when)
    lines = [
        json.dumps(sealed(one._asdict()), ensure_ascii=False) for one in [*read_annotations(folder), made]
    ]
    write_atomic(annotations_path(folder), "\n".join(lines) + "\n")
    return made


def read_annotations(folder: Path | str) -> list[Annotation]:
    """In the order in which they were made; none if there is no file. Raises `DatasetDamaged`.

    A line carries its checksum; those of earlier versions, and of people's own tools, may have none.
    """
    path = annotations_path(folder)
    if not path.is_file():
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [_annotation(number, json.loads(line)) for number, line in enumerate(lines, 1)]
    except (ValueError, TypeError, RecursionError) as error:
        raise DatasetDamaged(path, error) from error


def _annotation(number: int, row: Any) -> Annotation:
    if KEY not in row:
        return Annotation(**row)
    told = unsealed(row)
    if told is None:
        raise ValueError(f"line {number} is not what its checksum says")
    return Annotation(**told)


def segments_by_people(dataset: Dataset) -> tuple[list[Segment], list[str]]:
    """Segments with people's sentences, in order; and why those were left out that training must not see."""
    said: dict[tuple[int, int, int, Goal], list[str]] = defaultdict(list)
    left_out = []
    for one in read_annotations(dataset.folder):
        why = why_held_out(one.sentence, one.goal, dataset.scene(one.episode).names)
        if why:
            left_out.append(f"“{one.sentence}”: {why}")
        elif one.sentence not in said[one.episode, one.start, one.stop, one.goal]:
            said[one.episode, one.start, one.stop, one.goal].append(one.sentence)
    found = [
        Segment(episode, start, stop, *goal, tuple(sentences), HUMAN)
        for (episode, start, stop, goal), sentences in sorted(said.items())
        if sentences
    ]
    return found, left_out
