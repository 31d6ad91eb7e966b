"""Reading a dataset back: `open_dataset(folder)`, episodes as they were, to the last bit of float32."""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.lerobot import (
    DATA_PATH,
    EPISODES_PATH,
    FEATURES,
    INFO_PATH,
    STATE_SHAPES,
    Columns,
    shard_path,
    states_of,
)
from data.storage import DatasetDamaged, EpisodeRecord, read_info, read_table
from sim.scene import Scene

SHARDS_IN_MEMORY = 4
_FRAME_COLUMNS = ("action", "index", *(f"state.{name}" for name in STATE_SHAPES))
_EPISODE_COLUMNS = (
    "episode_index", "length", "dataset_from_index", "scene", "n_objects", *(f"final.{n}" for n in STATE_SHAPES)
)  # fmt: skip


class NoDataset(ValueError):
    """There is no dataset where one is looked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"there is no dataset in {folder} (no {INFO_PATH}); collect one first: robopolicy play output={folder}"
        )


class Dataset:
    """A dataset on disk; made by `open_dataset`. Episodes are read a shard at a time, when asked for."""

    def __init__(self, folder: Path, info: dict[str, Any]) -> None:
        self.folder = folder
        self.info = info
        self.fps: float = info["fps"]
        self.n_episodes: int = info["total_episodes"]
        self.n_frames: int = info["total_frames"]
        self.config: dict[str, Any] = info["robopolicy"]["config"]
        self.fingerprint: str = info["robopolicy"]["fingerprint"]
        self._scenes: list[Scene] = []
        self._n_objects: list[int] = []
        lengths, units, finals = [], [], []
        for unit in range(info["robopolicy"]["units"]):
            path = shard_path(folder, EPISODES_PATH, unit)
            table = read_table(path, _EPISODE_COLUMNS)
            first = len(units)
            if table["episode_index"].to_pylist() != list(range(first, first + table.num_rows)):
                raise DatasetDamaged(
                    path, f"does not begin with episode {first}, where the file before it ends"
                )
            self._scenes += [_scene(path, text) for text in table["scene"].to_pylist()]
            self._n_objects += table["n_objects"].to_pylist()
            lengths += table["length"].to_pylist()
            units += [unit] * table.num_rows
            finals.append(
                {n: matrix(path, table, f"final.{n}", FEATURES[f"state.{n}"].size) for n in STATE_SHAPES}
            )
            if not shard_path(folder, DATA_PATH, unit).exists():
                raise DatasetDamaged(shard_path(folder, DATA_PATH, unit), "is missing")
        self.lengths = np.array(lengths, np.int64)  # (E,) frames
        self._unit = np.array(units, np.int64)  # (E,)
        self._first = np.concatenate([[0], np.cumsum(self.lengths)])  # (E + 1,) index of the first frame
        if len(units) != self.n_episodes or self._first[-1] != self.n_frames:
            raise DatasetDamaged(folder / INFO_PATH, "has other totals than meta/episodes")
        self._final = {n: np.concatenate([part[n] for part in finals]) for n in STATE_SHAPES}
        self._shard = lru_cache(SHARDS_IN_MEMORY)(self._read_shard)

    def __len__(self) -> int:
        return self.n_episodes

    def scene(self, index: int) -> Scene:
        """The scene of an episode, without reading its frames."""
        return self._scenes[index]

    def episode(self, index: int) -> EpisodeRecord:
        """An episode of T frames: scene, T + 1 states, actions (T, 7), all float32."""
        if not 0 <= index < self.n_episodes:
            raise IndexError(f"no episode {index}; there are {self.n_episodes}, counted from 0")
        unit = int(self._unit[index])
        offset = self._first[np.searchsorted(self._unit, unit)]
        rows = slice(self._first[index] - offset, self._first[index + 1] - offset)
        shard = self._shard(unit)
        columns = {
            name: np.concatenate([shard[f"state.{name}"][rows], self._final[name][index : index + 1]])
            for name in STATE_SHAPES
        }
        return EpisodeRecord(
            self._scenes[index], states_of(columns, self._n_objects[index]), shard["action"][rows].copy()
        )

    def episodes(self) -> Iterator[EpisodeRecord]:
        """All episodes, in order."""
        return (self.episode(i) for i in range(self.n_episodes))

    def _read_shard(self, unit: int) -> Columns:
        """{column: (frames, size)} of a data shard, checked against meta/episodes."""
        path = shard_path(self.folder, DATA_PATH, unit)
        first, last = np.searchsorted(self._unit, [unit, unit + 1])
        table = read_table(path, _FRAME_COLUMNS)
        index = table["index"].to_numpy()
        if not np.array_equal(index, np.arange(self._first[first], self._first[last])):
            raise DatasetDamaged(path, "does not hold the frames that meta/episodes says")
        return {
            name: matrix(path, table, name, FEATURES[name].size) for name in _FRAME_COLUMNS if name != "index"
        }


def matrix(path: Path, table: pa.Table, name: str, size: int) -> NDArray[Any]:
    """A column of numbers or of lists of equal length -> (rows, size)."""
    column = table[name].combine_chunks()
    flat = column if not pa.types.is_nested(column.type) else column.flatten()
    if len(flat) != len(column) * size or flat.null_count:
        raise DatasetDamaged(path, f"has a column {name} of another size than {size}")
    return flat.to_numpy().reshape(-1, size)


def open_dataset(folder: Path | str) -> Dataset:
    """Open a dataset to read. Raises NoDataset, DatasetDamaged, and DatasetMismatch if it's of another format."""
    folder = Path(folder)
    info = read_info(folder)
    if info is None:
        raise NoDataset(folder)
    return Dataset(folder, info)


def _scene(path: Path, text: str) -> Scene:
    try:
        return Scene.from_dict(json.loads(text))
    except (ValueError, TypeError, KeyError) as error:
        raise DatasetDamaged(path, "holds a scene that cannot be read") from error
