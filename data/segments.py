"""Segments: what stretches of play turned out to do, and the file that holds them.

They overlap, and a stretch may have many sentences, which LeRobot's one task a frame can't say; so they
are in a file of ours, meta/lang_segments.parquet, a row a segment.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from data.files import publish_all, sweep
from data.reading import read_parquet
from data.record import DatasetDamaged

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
    """A segment that says nothing, or of no stretch of time."""


def segments_path(folder: Path | str) -> Path:
    """Where a dataset keeps its segments."""
    return Path(folder) / "meta/lang_segments.parquet"


def write_segments(folder: Path | str, segments: Iterable[Segment], meta: dict[str, Any]) -> int:
    """Replace the dataset's segments, at once or not at all; how many there are. Raises `BadSegment`.

    `meta` says how they were made (JSON types): config, split, number of episodes, ...
    """
    rows = list(segments)
    for segment in rows:
        _check(segment)
    columns = list(zip(*rows, strict=True)) or [[]] * len(_SCHEMA)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
    said = json.dumps({"version": VERSION, "meta": meta})
    table = pa.Table.from_arrays(arrays, schema=_SCHEMA.with_metadata({_KEY: said}))
    path = segments_path(folder)
    sweep(path)
    publish_all({path: lambda file: pq.write_table(table, file, write_page_checksum=True)})
    return len(rows)


def read_segments(folder: Path | str) -> tuple[list[Segment], dict[str, Any]]:
    """The dataset's segments in the order written, and `meta`.

    Raises `NoSegments`, `OldSegments` and `DatasetDamaged`.
    """
    path = segments_path(folder)
    if not path.is_file():
        raise NoSegments(Path(folder))
    try:
        table = read_parquet(path)
        said = json.loads((table.schema.metadata or {})[_KEY])
        version, meta = said["version"], said["meta"]
        if version != VERSION:
            raise OldSegments(path, version)
        columns = [table[field.name].to_pylist() for field in _SCHEMA]
    except OldSegments:
        raise
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise DatasetDamaged(path, error) from error
    *start, sentences, describer, forbidding = columns
    rows = zip(*start, map(tuple, sentences), describer, map(tuple, forbidding), strict=True)
    return [Segment(*row) for row in rows], meta


def _check(segment: Segment) -> None:
    if not (segment.episode >= 0 and 0 <= segment.start < segment.stop):
        raise BadSegment(
            f"a segment needs an episode and a start before its stop, not episode {segment.episode}, "
            f"{segment.start} to {segment.stop}"
        )
    if not segment.sentences or not all(isinstance(s, str) and s.strip() for s in segment.sentences):
        raise BadSegment(f"a segment needs sentences, and none of them empty, not {segment.sentences!r}")
