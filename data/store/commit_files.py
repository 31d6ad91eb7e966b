"""The two files that a commit adds to a dataset: its frames, and its rows of meta/episodes."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from data.store.episode import EpisodeRecord, unreadable
from data.store.lerobot_format import CHUNK, TASK, FrameFormat, episodes_path
from data.store.shards import read_parquet
from data.store.statistics import STATS, Moments, by_feature, joined

PARQUET: dict[str, Any] = {"compression": "snappy", "write_page_checksum": True}


def write_frames(path: Path, frames: list[dict[str, NDArray[Any]]], form: FrameFormat) -> None:
    """Write the frames of a commit: for each episode {column: (T, width)}, which becomes a row group."""
    with pq.ParquetWriter(path, form.schema(), use_dictionary=False, **PARQUET) as writer:
        for columns in frames:
            writer.write_table(form.as_table(columns), row_group_size=len(columns["index"]))


def episodes_table(
    records: Sequence[EpisodeRecord],
    form: FrameFormat,
    first: int,
    starts: NDArray[Any],
    shard: int,
    moments: list[Moments],
) -> pa.Table:
    """The rows of meta/episodes for a commit.

    `first` is the number of its first episode, `starts` (N + 1,) the first frame of each and the end, `shard`
    the number of the commit, `moments` the statistics of each episode.
    """
    n = len(records)
    chunk, file = [shard // CHUNK] * n, [shard % CHUNK] * n
    finals = np.concatenate([form.final_of(record.states) for record in records])
    columns: dict[str, Any] = {
        "episode_index": pa.array(range(first, first + n), pa.int64()),
        "tasks": [[TASK]] * n,
        "length": pa.array([r.length for r in records], pa.int64()),
        "data/chunk_index": chunk,
        "data/file_index": file,
        "dataset_from_index": pa.array(starts[:-1], pa.int64()),
        "dataset_to_index": pa.array(starts[1:], pa.int64()),
        "meta/episodes/chunk_index": chunk,
        "meta/episodes/file_index": file,
        "scene": [json.dumps(r.scene.to_dict(), default=json_item) for r in records],
        "final_state": pa.FixedSizeListArray.from_arrays(pa.array(finals), form.final_width),
    }
    split = [by_feature(one, form.widths) for one in moments]
    for name in form.widths:
        for stat in STATS:
            kind = pa.list_(pa.int64() if stat == "count" else pa.float64())
            columns[f"stats/{name}/{stat}"] = pa.array([one[name][stat] for one in split], kind)
    return pa.table(columns)


def stored_moments(folder: Path, shard: int, form: FrameFormat) -> list[Moments]:
    """The statistics of each episode of a commit, as stored; raises `DatasetDamaged` or `CannotRead`."""
    path = episodes_path(folder, shard)
    try:
        rows = read_parquet(path).to_pylist()
        names = form.widths
        return [joined({n: {s: row[f"stats/{n}/{s}"] for s in STATS} for n in names}) for row in rows]
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise unreadable(path, error) from error


def json_item(value: Any) -> Any:
    """What `json.dumps` cannot write by itself, as what it can: NumPy scalars and arrays, paths."""
    return value.tolist() if isinstance(value, (np.generic, np.ndarray)) else str(value)
