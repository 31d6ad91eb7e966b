"""Writing a dataset: one unit of play at a time, each wholly there or not at all.

A unit is one data shard and one shard of episodes; `meta/info.json`, written last, says how many count.
Whatever a kill leaves beyond that is ignored by readers and overwritten when the collection goes on, so
an interrupted and resumed collection ends with the same files as one that ran through. Every file is
written beside its place, flushed and renamed. States and actions are stored as float32.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from data import lerobot
from data.card import card
from data.files import PARTIAL, write_atomic, write_json
from data.lerobot import DATA_PATH, EPISODES_PATH, FEATURES, INFO_PATH, TASK, shard_path
from data.statistics import STATS, Stats, combine, stats_of
from sim.scene import Scene
from sim.state import MAX_OBJECTS, State

CONTROL_HZ = 10
GROWS = "minutes"
"""The one field of a config that may grow: more play of the same kind into the same folder."""


class EpisodeRecord(NamedTuple):
    """An episode of T control steps: `states[t]` is what was there before `actions[t]`."""

    scene: Scene
    states: State  # T + 1 instants
    actions: NDArray[np.float32]  # (T, 7)


class DatasetMismatch(ValueError):
    """The folder holds something else than what is to be written there."""


class DatasetDamaged(ValueError):
    """A file of a dataset is missing or cannot be read."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{path} {why}; put the file back from a copy, or collect the play anew into another folder"
        )


class DatasetWriter:
    """Adds units of play to a folder, going on where an earlier run stopped."""

    def __init__(self, folder: Path, config: Any, fps: float = CONTROL_HZ) -> None:
        """`config` is a frozen dataclass. Raises DatasetMismatch and DatasetDamaged."""
        self.folder = Path(folder)
        self._config = json.loads(json.dumps(asdict(config)))
        self._fps = fps
        self.committed = self._episodes = self._frames = 0
        self._stats: dict[str, list[Stats]] = {name: [] for name in FEATURES}
        if (info := read_info(self.folder)) is not None:
            _refuse_other(self.folder, self._config, info, fps)
            self.committed = info["robopolicy"]["units"]
            self._episodes, self._frames = info["total_episodes"], info["total_frames"]
            for unit in range(self.committed):
                self._recall(shard_path(self.folder, EPISODES_PATH, unit))
        for part in ("data", "meta"):
            for left in (self.folder / part).rglob(f".*{PARTIAL}"):
                left.unlink(missing_ok=True)

    def commit(self, records: Sequence[EpisodeRecord]) -> None:
        """Write one unit; once this returns it is safely on disk."""
        for record in records:
            _check(record)
        if not records:
            raise ValueError("a unit of play holds at least one episode")
        here = read_info(self.folder)
        if (here["robopolicy"]["units"] if here else 0) != self.committed:
            raise DatasetMismatch(
                f"another run is writing to {self.folder}; let it end, or choose another folder"
            )
        episodes, frames = self._episodes, self._frames
        tables, rows, stats = [], [], []
        for record in records:
            columns = lerobot.frame_columns(record.states, record.actions, self._fps, episodes, frames)
            found = {name: stats_of(value) for name, value in columns.items()}
            rows.append(_episode_row(record, episodes, frames, self.committed, found))
            tables.append(lerobot.frame_table(columns))
            stats.append(found)
            episodes, frames = episodes + 1, frames + len(record.actions)
        write_atomic(shard_path(self.folder, DATA_PATH, self.committed), _parquet(tables))
        write_atomic(shard_path(self.folder, EPISODES_PATH, self.committed), _parquet([_episode_table(rows)]))
        for found in stats:
            for name, value in found.items():
                self._stats[name].append(value)
        info = self._info(self.committed + 1, episodes, frames)
        write_json(self.folder / "meta/stats.json", self._all_stats())
        write_atomic(self.folder / "meta/tasks.parquet", _parquet([lerobot.tasks_table()]))
        write_atomic(self.folder / "README.md", card(info))
        write_json(self.folder / INFO_PATH, info)
        self.committed, self._episodes, self._frames = self.committed + 1, episodes, frames

    def _recall(self, path: Path) -> None:
        """The statistics of a shard's episodes, from disk."""
        names = [f"stats/{feature}/{stat}" for feature in FEATURES for stat in STATS]
        table = read_table(path, names)
        columns = {name: np.stack(table[name].to_numpy()) for name in names}
        for feature in FEATURES:
            for row in range(table.num_rows):
                self._stats[feature].append({s: columns[f"stats/{feature}/{s}"][row] for s in STATS})

    def _all_stats(self) -> dict[str, dict[str, list[float]]]:
        stacked = {n: {s: np.stack([e[s] for e in found]) for s in STATS} for n, found in self._stats.items()}
        return {n: {s: v.tolist() for s, v in combine(found).items()} for n, found in stacked.items()}

    def _info(self, units: int, episodes: int, frames: int) -> dict[str, Any]:
        return {
            "codebase_version": lerobot.CODEBASE_VERSION,
            "robot_type": "panda",
            "fps": self._fps,
            "total_episodes": episodes,
            "total_frames": frames,
            "total_tasks": 1,
            "chunks_size": lerobot.CHUNK,
            "data_files_size_in_mb": 100,
            "video_files_size_in_mb": 200,
            "splits": {"train": f"0:{episodes}"},
            "data_path": DATA_PATH,
            "video_path": None,
            "features": lerobot.feature_dict(),
            "robopolicy": {
                "version": lerobot.FORMAT,
                "units": units,
                "config": self._config,
                "fingerprint": fingerprint(self._config),
            },
        }


def fingerprint(config: dict[str, Any]) -> str:
    """Of the kind of play, not of how much of it."""
    kind = {name: value for name, value in config.items() if name != GROWS}
    return hashlib.sha256(json.dumps(kind, sort_keys=True).encode()).hexdigest()[:16]


def read_info(folder: Path) -> dict[str, Any] | None:
    """meta/info.json if there is one. Raises DatasetDamaged, DatasetMismatch if it isn't one of ours."""
    path = folder / INFO_PATH
    try:
        info = json.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise DatasetDamaged(path, "cannot be read as JSON") from error
    if not isinstance(info, dict) or "codebase_version" not in info:
        raise DatasetDamaged(path, "does not describe a dataset")
    ours = info.get("robopolicy")
    if not isinstance(ours, dict):
        raise DatasetMismatch(
            f"{folder} holds a LeRobot dataset that robopolicy did not write; choose another folder"
        )
    if info["codebase_version"] != lerobot.CODEBASE_VERSION or ours.get("version") != lerobot.FORMAT:
        raise DatasetMismatch(
            f"{folder} is of format {info['codebase_version']}, version {ours.get('version')}; this robopolicy "
            f"knows {lerobot.CODEBASE_VERSION}, version {lerobot.FORMAT}: collect anew, or use the robopolicy that wrote it"
        )
    if info.get("features") != lerobot.feature_dict():
        raise DatasetDamaged(path, "lists other features than this version writes")
    counts = (info.get("total_episodes"), info.get("total_frames"), ours.get("units"))
    if not all(isinstance(count, int) and count >= 0 for count in counts):
        raise DatasetDamaged(path, "lacks its totals")
    if not isinstance(ours.get("config"), dict) or not isinstance(info.get("fps"), int | float):
        raise DatasetDamaged(path, "lacks its fps or its config")
    return info


def read_table(path: Path, columns: Sequence[str]) -> pa.Table:
    """Columns of a parquet file, checksums verified. Raises DatasetDamaged."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            missing = sorted(set(columns) - set(file.schema_arrow.names))
            if missing:
                raise DatasetDamaged(path, f"lacks the column {missing[0]}")
            return file.read(list(columns))
    except FileNotFoundError as error:
        raise DatasetDamaged(path, "is missing") from error
    except (OSError, pa.ArrowException) as error:
        raise DatasetDamaged(path, "is damaged and cannot be read") from error


def _parquet(tables: Sequence[pa.Table]) -> memoryview:
    """Tables of one schema -> a parquet file, a row group each."""
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, tables[0].schema, compression="snappy", write_page_checksum=True) as writer:
        for table in tables:
            writer.write_table(table)
    return memoryview(sink.getvalue())


def _episode_row(
    record: EpisodeRecord, episode: int, first: int, unit: int, stats: dict[str, Stats]
) -> dict[str, Any]:
    last = lerobot.state_columns(record.states.at(slice(-1, None)))
    chunk, file = divmod(unit, lerobot.CHUNK)
    return {
        "episode_index": episode,
        "tasks": [TASK],
        "length": len(record.actions),
        "data/chunk_index": chunk,
        "data/file_index": file,
        "dataset_from_index": first,
        "dataset_to_index": first + len(record.actions),
        "meta/episodes/chunk_index": chunk,
        "meta/episodes/file_index": file,
        "scene": json.dumps(record.scene.to_dict()),
        "n_objects": record.states.n_objects,
        **{f"final.{name}": value[0] for name, value in last.items()},
        **{f"stats/{name}/{stat}": found[stat] for name, found in stats.items() for stat in STATS},
    }


def _episode_table(rows: list[dict[str, Any]]) -> pa.Table:
    def kind(name: str, value: Any) -> pa.DataType:
        if isinstance(value, int):
            return pa.int64()
        if isinstance(value, str):
            return pa.string()
        if name.startswith("final."):
            return pa.list_(pa.float32())
        if name.endswith("/count"):
            return pa.list_(pa.int64())
        return pa.list_(pa.float64() if name.startswith("stats/") else pa.string())

    schema = pa.schema([(name, kind(name, value)) for name, value in rows[0].items()])
    return pa.Table.from_pylist(rows, schema=schema)


def _check(record: EpisodeRecord) -> None:
    """Nothing gets in that would not come out as it was."""
    scene, states, actions = record
    n = len(scene.objects)
    if actions.ndim != 2 or actions.shape[1] != len(lerobot.ACTION_NAMES) or not len(actions):
        raise ValueError(f"actions of an episode are (T, 7) with T of at least 1, not {actions.shape}")
    if n > MAX_OBJECTS or states.n_objects != n:
        raise ValueError(f"a scene of {n} objects does not go with states of {states.n_objects}")
    for name, shape in lerobot.STATE_SHAPES.items():
        value = getattr(states, name)
        wanted = (len(actions) + 1, *((n, *shape[1:]) if name.startswith("object_") else shape))
        if value.shape != wanted:
            raise ValueError(f"states.{name} of {len(actions)} actions is {wanted}, not {value.shape}")
        if not np.isfinite(value).all():
            raise ValueError(f"states.{name} holds a number that is not finite")
    if not np.isfinite(actions).all():
        raise ValueError("an action is not finite")


def _refuse_other(folder: Path, config: dict[str, Any], info: dict[str, Any], fps: float) -> None:
    """Raises DatasetMismatch that names the first field in which the config differs from what is stored."""
    given = dict(_leaves("", {**config, "fps": fps}))
    stored = dict(_leaves("", {**info["robopolicy"]["config"], "fps": info["fps"]}))
    for name in (*given, *(name for name in stored if name not in given)):
        mine, theirs = given.get(name), stored.get(name)
        if name == GROWS and mine is not None and theirs is not None and mine >= theirs:
            continue
        if mine != theirs or (name in given) != (name in stored):
            most = "at least " if name == GROWS else ""
            raise DatasetMismatch(
                f"{name} was given as {json.dumps(mine)}, but {folder} holds play with {name}={json.dumps(theirs)}; "
                f"give {most}that to go on with it, or choose another folder"
            )


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """{"a": {"b": [1]}} -> ("a.b[0]", 1)."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(f"{name}.{key}" if name else key, inner)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _leaves(f"{name}[{i}]", inner)
    else:
        yield name, value
