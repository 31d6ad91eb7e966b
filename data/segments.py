"""Segments: what hindsight saw in the play, each a stretch of an episode with sentences that are true of it.

They overlap, so they have no place among a LeRobot dataset's tasks; they are kept beside them, in
`meta/lang_segments.parquet`, which LeRobot ignores. The file is written whole and atomically.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from data.files import write_atomic

SEGMENTS_PATH = "meta/lang_segments.parquet"
VERSION = 1
_META = b"robopolicy"
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
    ]
)


class Segment(NamedTuple):
    """States start..stop (inclusive) of an episode, and the goal that is reached at `stop`."""

    episode: int
    start: int
    stop: int
    task: str
    object: int  # index of the goal's object, -1 if it has none
    other: int  # index of its second object, -1 if it has none
    sentences: tuple[str, ...]
    describer: str = "grammar"  # who put it into words


class NoSegments(ValueError):
    """The dataset has not been relabelled."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds no {SEGMENTS_PATH}; relabel it first: robopolicy relabel dataset={folder}"
        )


class SegmentsDamaged(ValueError):
    """The file of segments cannot be used."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            f"{folder / SEGMENTS_PATH} {why}; relabel again: robopolicy relabel dataset={folder}"
        )


def write_segments(folder: Path, segments: Sequence[Segment], meta: dict[str, Any]) -> None:
    """Replace the segments of a dataset; `meta` is JSON that says how they were made."""
    columns = [
        pa.array(values, field.type) for values, field in zip(_columns(segments), _SCHEMA, strict=True)
    ]
    told = json.dumps({"version": VERSION, "meta": meta})
    table = pa.table(columns, schema=_SCHEMA.with_metadata({_META: told.encode()}))
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="snappy", write_page_checksum=True)
    write_atomic(Path(folder) / SEGMENTS_PATH, memoryview(sink.getvalue()))


def read_segments(folder: Path) -> list[Segment]:
    """The segments, in the order in which they were written. Raises NoSegments, SegmentsDamaged."""
    table, _ = _read(Path(folder), _SCHEMA.names)
    columns = [table[name].to_pylist() for name in _SCHEMA.names]
    columns[6] = [tuple(sentences) for sentences in columns[6]]
    return [Segment(*row) for row in zip(*columns, strict=True)]


def segments_meta(folder: Path) -> dict[str, Any] | None:
    """How the segments were made; None if there are none. Raises SegmentsDamaged."""
    try:
        return _read(Path(folder), [])[1]
    except NoSegments:
        return None


def _columns(segments: Sequence[Segment]) -> list[list[Any]]:
    return [[getattr(segment, name) for segment in segments] for name in _SCHEMA.names]


def _read(folder: Path, columns: list[str]) -> tuple[pa.Table, dict[str, Any]]:
    """Columns of the file and its meta."""
    try:
        with pq.ParquetFile(folder / SEGMENTS_PATH, page_checksum_verification=True) as file:
            schema = file.schema_arrow
            told = json.loads((schema.metadata or {})[_META])
            table = file.read(columns)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NoSegments(folder) from error
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise SegmentsDamaged(folder, "is damaged and cannot be read") from error
    if told["version"] != VERSION or not schema.remove_metadata().equals(_SCHEMA):
        raise SegmentsDamaged(folder, f"is of version {told['version']}, and this robopolicy knows {VERSION}")
    return table, told["meta"]
