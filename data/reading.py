"""Reading a dataset back: `for record in open_dataset(folder).episodes(): ...`

What meta/info.json counts is read, nothing else: a commit that is under way, or was cut short, is not
seen. A `Dataset` stays as it was when it was opened while more is being collected.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from data.layout import (
    CODEBASE_VERSION,
    FALLEN,
    FORMAT,
    STATE_COLUMNS,
    STATE_DIM,
    as_arrays,
    data_path,
    described_features,
    episodes_path,
    whole_states,
)
from data.record import DatasetDamaged, DatasetUnsupported, EpisodeRecord, NoDataset
from sim.scene import Scene

_EPISODE_COLUMNS = ["episode_index", "length", "dataset_from_index", "scene", "final_state", FALLEN]


class _Shard(NamedTuple):
    """One file of frames and what is known of its episodes."""

    path: Path
    first: int  # episode
    lengths: list[int]
    scenes: list[str]  # JSON
    finals: NDArray[np.float32]  # (episodes, 84)
    fallen: list[list[str]] | None  # what left the desk; None: written before that was recorded


class Dataset:
    """Episodes on disk. Costs some kilobytes an episode in memory; frames are read when asked for."""

    def __init__(self, folder: Path, info: dict[str, Any], shards: list[_Shard]) -> None:
        self.folder = folder
        self.info = info
        self.n_episodes: int = info["total_episodes"]
        self.n_frames: int = info["total_frames"]
        self.fps: int = info["fps"]
        self._shards = shards
        self._firsts = np.array([shard.first for shard in shards], np.int64)

    def __len__(self) -> int:
        return self.n_episodes

    @property
    def config(self) -> dict[str, Any]:
        """How it was collected, as plain JSON types."""
        return self.info["robopolicy"]["config"]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Control steps of every episode, (n_episodes,)."""
        return np.array([length for shard in self._shards for length in shard.lengths], np.int64)

    @property
    def n_fallen(self) -> int | None:
        """In how many episodes something left the desk; None: older play, in which that isn't recorded."""
        columns = [shard.fallen for shard in self._shards]
        return None if None in columns else sum(bool(names) for column in columns for names in column or ())

    def scene(self, index: int) -> Scene:
        """The scene of an episode, without reading its frames."""
        shard, row = self._find(index)
        return _scene(self.folder, shard, row)

    def episode(self, index: int) -> EpisodeRecord:
        """One episode; raises IndexError beyond the last, and `DatasetDamaged`."""
        shard, row = self._find(index)
        return _record(self.folder, shard, row, _frames(shard, [row]))

    def episodes(self) -> Iterator[EpisodeRecord]:
        """All of them in order, a file at a time in memory; raises `DatasetDamaged`."""
        for shard in self._shards:
            columns = _frames(shard, range(len(shard.lengths)))
            stop = 0
            for row, length in enumerate(shard.lengths):
                start, stop = stop, stop + length
                yield _record(self.folder, shard, row, {k: v[start:stop] for k, v in columns.items()})

    def _find(self, index: int) -> tuple[_Shard, int]:
        if not 0 <= index < self.n_episodes:
            raise IndexError(f"there are {self.n_episodes} episodes, counted from 0; {index} is none of them")
        shard = self._shards[int(np.searchsorted(self._firsts, index, side="right")) - 1]
        return shard, index - shard.first


def open_dataset(folder: Path | str) -> Dataset:
    """The dataset in a folder; raises `NoDataset`, `DatasetDamaged` or `DatasetUnsupported`."""
    folder = Path(folder)
    info = read_info(folder)
    shards, episodes, frames = [], 0, 0
    for number in range(info["robopolicy"]["shards"]):
        shard = _shard(folder, number, episodes, frames)
        shards.append(shard)
        episodes += len(shard.lengths)
        frames += sum(shard.lengths)
    if (episodes, frames) != (info["total_episodes"], info["total_frames"]):
        raise DatasetDamaged(
            folder / "meta/info.json",
            f"it counts {info['total_episodes']} episodes of {info['total_frames']} frames, "
            f"and there are {episodes} of {frames}",
        )
    return Dataset(folder, info, shards)


def read_info(folder: Path) -> dict[str, Any]:
    """meta/info.json, checked; raises as `open_dataset`."""
    path = folder / "meta/info.json"
    if not path.is_file():
        raise NoDataset(folder)
    try:
        info = json.loads(path.read_text())
    except (ValueError, OSError) as error:
        raise DatasetDamaged(path, error) from error
    if not isinstance(info, dict):
        raise DatasetDamaged(path, "not a JSON object")
    version, ours = info.get("codebase_version"), info.get("robopolicy")
    if version != CODEBASE_VERSION:
        raise DatasetUnsupported(folder, f"codebase_version {version}", CODEBASE_VERSION)
    if not isinstance(ours, dict):
        raise DatasetUnsupported(folder, "no states of the world", "LeRobot datasets that robopolicy wrote")
    if ours.get("format") != FORMAT:
        raise DatasetUnsupported(folder, f"format {ours.get('format')}", f"format {FORMAT}")
    if info.get("features") != described_features():
        raise DatasetUnsupported(folder, "other features", f"those of format {FORMAT}")
    counts = [ours.get("shards"), *(info.get(key) for key in ("total_episodes", "total_frames", "fps"))]
    if not all(isinstance(count, int) and count >= 0 for count in counts) or not info["fps"]:
        raise DatasetDamaged(path, "counts are missing")
    if not isinstance(ours.get("config"), dict):
        raise DatasetDamaged(path, "the config is missing")
    return info


def read_parquet(path: Path, columns: list[str] | None = None) -> pa.Table:
    """A file of meta/, its pages checked against their checksums; raises Arrow's errors and OSError."""
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        return file.read(columns=columns, use_threads=False)


def _shard(folder: Path, number: int, first: int, first_frame: int) -> _Shard:
    path = episodes_path(folder, number)
    try:
        rows = read_parquet(path, _EPISODE_COLUMNS)
        lengths = rows["length"].to_pylist()
        finals = rows["final_state"].combine_chunks().flatten().to_numpy().reshape(-1, STATE_DIM)
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise DatasetDamaged(path, error) from error
    starts = first_frame + np.cumsum([0, *lengths])[:-1]
    expected = (list(range(first, first + len(lengths))), starts.tolist())
    if (rows["episode_index"].to_pylist(), rows["dataset_from_index"].to_pylist()) != expected:
        raise DatasetDamaged(path, "its episodes don't follow those of the file before it")
    fallen = rows[FALLEN].to_pylist() if FALLEN in rows.column_names else None
    return _Shard(data_path(folder, number), first, lengths, rows["scene"].to_pylist(), finals, fallen)


def _frames(shard: _Shard, rows: Sequence[int]) -> dict[str, NDArray[Any]]:
    """The columns that make up the given episodes of a file, (frames, width)."""
    try:
        with pq.ParquetFile(shard.path, page_checksum_verification=True) as file:
            names = ["index", "episode_index", "action", *STATE_COLUMNS]
            columns = as_arrays(file.read_row_groups(list(rows), columns=names, use_threads=False))
    except (pa.ArrowException, OSError, KeyError, ValueError, IndexError) as error:
        raise DatasetDamaged(shard.path, error) from error
    index, episode = columns.pop("index")[:, 0], columns.pop("episode_index")[:, 0]
    expected = np.repeat([shard.first + row for row in rows], [shard.lengths[row] for row in rows])
    if not np.array_equal(episode, expected) or (np.diff(index) != 1).any():
        raise DatasetDamaged(shard.path, "its frames are not those of its episodes")
    return columns


def _record(folder: Path, shard: _Shard, row: int, columns: dict[str, NDArray[Any]]) -> EpisodeRecord:
    scene = _scene(folder, shard, row)
    states = whole_states(columns, shard.finals[row], len(scene.objects))
    return EpisodeRecord(scene, states, columns["action"])


def _scene(folder: Path, shard: _Shard, row: int) -> Scene:
    try:
        return Scene.from_dict(json.loads(shard.scenes[row]))
    except (ValueError, KeyError, TypeError) as error:
        raise DatasetDamaged(folder / "meta/episodes", f"episode {shard.first + row}: {error}") from error
