"""Segments: spans of play with what was done in them and sentences for it, and the file that holds them.

They overlap, and a segment may have many sentences, which LeRobot's one task a frame cannot express; so they
are in a file of our own, meta/lang_segments.parquet, a row a segment.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from data.common.atomic_io import publish_all, sweep
from data.language.sentence import LONGEST
from data.store.episode import DatasetDamaged, unreadable
from data.store.shards import read_parquet
from sim.common.printable import shown
from sim.task import UnknownTask
from sim.world import WorldKind

VERSION = 2
_KEY = b"robopolicy"
_SCHEMA = pa.schema(
    [
        ("episode", pa.int64()),
        ("start", pa.int64()),
        ("stop", pa.int64()),
        ("task", pa.string()),
        ("object", pa.int64()),
        ("other", pa.int64()),
        ("sentences", pa.list_(pa.string())),
        ("describer", pa.string()),
        ("forbidding", pa.list_(pa.string())),
    ]
)


class Segment(NamedTuple):
    """Between states `start` and `stop` of an episode the task was done, by actions start..stop-1."""

    episode: int
    start: int
    stop: int
    task: str
    object: int  # index into the scene's objects; -1 if the task names none
    other: int
    sentences: tuple[str, ...]
    describer: str = "grammar"
    forbidding: tuple[str, ...] = ()  # what would have forbidden it, or asked for nothing


class NoSegments(ValueError):
    """The dataset hasn't been relabelled."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"the dataset in {folder} has no sentences yet; relabel first: "
            f"robopolicy relabel dataset={folder}"
        )


class OldSegments(ValueError):
    """The dataset was relabelled by another version."""

    def __init__(self, path: Path, version: object) -> None:
        super().__init__(
            f"{path} is of version {version}, and this program reads version {VERSION}; relabel again: "
            f"robopolicy relabel dataset={path.parent.parent}"
        )


class BadSegment(ValueError):
    """A segment without sentences or timesteps, or of an episode or objects that do not exist."""


class OtherSegments(ValueError):
    """The segments were made from other play than the dataset holds."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"the sentences in {segments_path(folder)} are of other play than {folder} holds; "
            f"relabel again: robopolicy relabel dataset={folder}"
        )


def segments_path(folder: Path | str) -> Path:
    """Where a dataset keeps its segments."""
    return Path(folder) / "meta/lang_segments.parquet"


def write_segments(
    folder: Path | str, segments: Iterable[Segment], meta: dict[str, Any], kind: WorldKind
) -> int:
    """Replace the dataset's segments, at once or not at all; how many there are. Raises `BadSegment`.

    `meta` says how they were made (JSON types): config, split, number of episodes, ...
    """
    rows = list(segments)
    for segment in rows:
        check_segment(segment, kind)
    columns = list(zip(*rows, strict=True)) or [[]] * len(_SCHEMA)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
    said = json.dumps({"version": VERSION, "meta": meta})
    table = pa.Table.from_arrays(arrays, schema=_SCHEMA.with_metadata({_KEY: said}))
    path = segments_path(folder)
    sweep(path)
    publish_all({path: lambda file: pq.write_table(table, file, write_page_checksum=True)})
    return len(rows)


def read_segments(folder: Path | str, kind: WorldKind) -> tuple[list[Segment], dict[str, Any]]:
    """The dataset's segments in the order written, and `meta`.

    Raises `NoSegments`, `OldSegments` and `DatasetDamaged`.
    """
    path = segments_path(folder)
    again = f"make it again: robopolicy relabel dataset={folder}"
    if not path.is_file():
        raise NoSegments(Path(folder))
    try:
        table = read_parquet(path)
        said = json.loads((table.schema.metadata or {})[_KEY])
        version, meta = said["version"], said["meta"]
        if version != VERSION:
            raise OldSegments(path, version)
        missing = [name for name in _SCHEMA.names if name not in table.schema.names]
        if missing:
            raise DatasetDamaged(path, f"it has no column {missing[0]!r}", again)
        columns = [table[name].to_pylist() for name in _SCHEMA.names]
        *start, sentences, describer, forbidding = columns
        rows = zip(*start, map(tuple, sentences), describer, map(tuple, forbidding), strict=True)
        segments = [Segment(*row) for row in rows]
        for segment in segments:
            check_segment(segment, kind)
    except (OldSegments, DatasetDamaged):
        raise
    except KeyError as error:
        raise DatasetDamaged(path, f"it has no {error}", again) from error
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise unreadable(path, error, again) from error
    if not isinstance(meta, dict):
        raise DatasetDamaged(path, "it doesn't say how it was made", again)
    return segments, meta


def check_segment(segment: Segment, kind: WorldKind) -> None:
    """Refuse what says nothing or is of nothing, whatever the episode; raises `BadSegment`."""
    episode, start, stop, task, obj, other, sentences, _, forbidding = segment
    if not all(type(value) is int for value in (episode, start, stop, obj, other)):
        raise BadSegment(
            f"episode, start, stop, object and other are whole numbers, not {shown(segment[:6])}"
        )
    if not (episode >= 0 and 0 <= start < stop):
        raise BadSegment(
            f"a segment needs an episode and a start before its stop, not episode {episode}, "
            f"{start} to {stop}"
        )
    try:
        arguments = kind.task(task).arguments
    except UnknownTask as error:
        raise BadSegment(str(error)) from error
    named, most = [value for value in (obj, other) if value != -1], kind.spec.most_objects
    right = named == [obj, other][:arguments] and len(set(named)) == len(named)
    if not right or not all(0 <= value < most for value in named):
        raise BadSegment(f"{task} is of {arguments} objects of 0 to {most - 1}, not of {obj} and {other}")
    if not sentences or not all(isinstance(said, str) and said.strip() for said in (*sentences, *forbidding)):
        raise BadSegment(f"a segment needs sentences, and none of them empty, not {shown(sentences)}")
    longest = max((*sentences, *forbidding), key=len)
    if len(longest) > LONGEST:
        raise BadSegment(f"a sentence has at most {LONGEST} characters, not {len(longest)}: {shown(longest)}")


def check_segments(
    segments: Iterable[Segment],
    lengths: Sequence[int],
    n_objects: Sequence[int],
    kind: WorldKind,
) -> None:
    """Refuse what is not in the episodes, which have so many steps and objects; raises `BadSegment`."""
    for one in segments:
        check_segment(one, kind)
        if one.episode >= len(lengths):
            raise BadSegment(
                f"the segments are of another dataset: they speak of episode {one.episode}, "
                f"and there are {len(lengths)}"
            )
        if one.stop > lengths[one.episode] or max(one.object, one.other) >= n_objects[one.episode]:
            raise BadSegment(
                f"a segment of episode {one.episode} stops at step {one.stop} and names the objects "
                f"{one.object} and {one.other}, and the episode has {lengths[one.episode]} steps and "
                f"{n_objects[one.episode]} objects"
            )
