"""Which file holds the frames of which episodes, by meta/episodes, and how they are read from it."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from data.store import format_1
from data.store.episode import ColumnMissing, DatasetDamaged, unreadable
from data.store.lerobot_format import FALLEN, NEEDED, as_array, data_file, episodes_file, format_of
from sim.world_spec import WorldSpec

_COUNTS = (
    *("episode_index", "length", "dataset_from_index", "dataset_to_index"),
    *("data/chunk_index", "data/file_index"),
)
_EPISODE_COLUMNS = (*_COUNTS, "scene", "final_state")
_BAD = (pa.ArrowException, OSError, KeyError, ValueError, IndexError, TypeError, OverflowError)
REBUILT = (
    "no episode can be rebuilt without scene and final_state, which LeRobot's tools that delete or split "
    "episodes leave out"
)


class Shard(NamedTuple):
    """One file of frames, and what is known of its episodes, which follow each other."""

    path: Path
    source: Path  # the file of meta/episodes that says so
    first: int  # episode
    start: int  # frame, of the whole dataset
    lengths: tuple[int, ...]
    scenes: tuple[str, ...]  # JSON
    finals: NDArray[np.float32]  # (episodes, `FrameFormat.final_width`)
    fallen: tuple[list[str], ...] | None  # what left the desk; None: written before that was recorded


class _Row(NamedTuple):
    """What meta/episodes says of an episode."""

    source: Path
    episode_index: int
    length: int
    dataset_from_index: int
    dataset_to_index: int
    chunk: int
    file: int
    scene: str
    final: NDArray[np.float32]
    fallen: list[str] | None


def find_shards(folder: Path, episodes: int, final_width: int) -> list[Shard]:
    """The files of the first `episodes` episodes; raises `DatasetDamaged`, `CannotRead`, `ColumnMissing`.

    `final_width` is that of the column `final_state`.
    """
    rows: list[_Row] = []
    chunk = file = frame = 0
    while len(rows) < episodes:
        path = episodes_file(folder, chunk, file)
        if file and not path.exists() and episodes_file(folder, chunk + 1, 0).exists():
            chunk, file = chunk + 1, 0
            continue
        found = _episode_rows(path, final_width)
        for row in found:
            if (row.episode_index, row.dataset_from_index) != (len(rows), frame) or row.length < 1:
                raise DatasetDamaged(path, "its episodes don't follow those of the file before it")
            frame += row.length
            if row.dataset_to_index != frame:
                raise DatasetDamaged(path, f"episode {row.episode_index} has not as many frames as it says")
            rows.append(row)
        if not found:
            raise DatasetDamaged(path, "it holds no episode")
        file += 1
    if len(rows) > episodes:
        raise DatasetDamaged(rows[-1].source, f"it goes beyond the {episodes} episodes that info.json counts")
    return [_shard(folder, list(group)) for _, group in groupby(rows, key=lambda row: (row.chunk, row.file))]


def read_parquet(path: Path) -> pa.Table:
    """A file, its pages checked against their checksums if it has any; raises Arrow's errors and OSError."""
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        return file.read(use_threads=False)


def read_frames(shard: Shard, first: int, last: int, spec: WorldSpec) -> dict[str, NDArray[Any]]:
    """The columns that make up the episodes `first` to before `last` of a file, (frames, width)."""
    ends = np.cumsum([0, *shard.lengths])
    start, stop = int(ends[first]), int(ends[last])
    try:
        with pq.ParquetFile(shard.path, page_checksum_verification=True) as file:
            _require(shard.path, file.schema_arrow.names, NEEDED, "no episode can be read without it")
            groups = np.cumsum(
                [0, *(file.metadata.row_group(i).num_rows for i in range(file.num_row_groups))]
            )
            from_group = int(np.searchsorted(groups, start, side="right")) - 1
            to_group = int(np.searchsorted(groups, stop))
            whole = file.read_row_groups(
                list(range(from_group, to_group)), columns=list(NEEDED), use_threads=False
            )
        columns = format_of(spec).as_arrays(whole.slice(start - int(groups[from_group]), stop - start))
    except ColumnMissing:
        raise
    except _BAD as error:
        raise unreadable(shard.path, error) from error
    _check_order(shard, first, last, columns, spec.control_hz)
    return columns


def _check_order(shard: Shard, first: int, last: int, columns: dict[str, NDArray[Any]], fps: int) -> None:
    """Take the columns out that say which frame is which, and raise `DatasetDamaged` if they are wrong."""
    index, episode, seconds = (columns.pop(name)[:, 0] for name in ("index", "episode_index", "timestamp"))
    lengths = shard.lengths[first:last]
    begin = shard.start + sum(shard.lengths[:first])
    expected = np.repeat(np.arange(shard.first + first, shard.first + last), lengths)
    frames = np.arange(begin, begin + sum(lengths))
    if not (np.array_equal(index, frames) and np.array_equal(episode, expected)):
        raise DatasetDamaged(shard.path, "its frames are not those of its episodes")
    late = ~(np.abs(np.diff(seconds.astype(float)) * fps - 1) < 0.5) & (np.diff(episode) == 0)
    if late.any():
        at = int(late.argmax())
        raise DatasetDamaged(
            shard.path,
            f"its times must go up by 1/{fps} s a step, and in episode {episode[at]} "
            f"{seconds[at + 1]:g} s come after {seconds[at]:g} s",
        )


def _episode_rows(path: Path, final_width: int) -> list[_Row]:
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            present = file.schema_arrow.names
            _require(path, present, _COUNTS, "without it nothing says where the frames are")
            _require(path, present, ("scene", "final_state"), REBUILT)
            wanted = [name for name in (*_EPISODE_COLUMNS, FALLEN) if name in present]
            table = file.read(columns=wanted, use_threads=False)
        counts = [[int(value) for value in table[name].to_pylist()] for name in _COUNTS]
        scenes = [str(value) for value in table["scene"].to_pylist()]
        finals = _final_states(table["final_state"], final_width)
        fallen = table[FALLEN].to_pylist() if FALLEN in present else [None] * len(scenes)
    except ColumnMissing:
        raise
    except _BAD as error:
        raise unreadable(path, error) from error
    return [_Row(path, *row) for row in zip(*counts, scenes, finals, fallen, strict=True)]


def _final_states(column: pa.ChunkedArray, width: int) -> NDArray[np.float32]:
    """(episodes, width); those of format 1 are told by their own width."""
    first = column[0].as_py() if len(column) else None
    if isinstance(first, list) and len(first) == format_1.WIDTH:
        old = as_array(column, "final_state", format_1.WIDTH).astype(np.float32, copy=False)
        return format_1.final_states(old)
    return as_array(column, "final_state", width).astype(np.float32, copy=False)


def _require(path: Path, present: Sequence[str], names: Sequence[str], why: str) -> None:
    for name in names:
        if name not in present:
            raise ColumnMissing(path, name, why)


def _shard(folder: Path, rows: list[_Row]) -> Shard:
    first = rows[0]
    fallen = [row.fallen for row in rows if row.fallen is not None]
    return Shard(
        data_file(folder, first.chunk, first.file),
        first.source,
        first.episode_index,
        first.dataset_from_index,
        tuple(row.length for row in rows),
        tuple(row.scene for row in rows),
        np.stack([row.final for row in rows]),
        tuple(fallen) if len(fallen) == len(rows) else None,
    )
