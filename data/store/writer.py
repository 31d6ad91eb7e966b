"""Writing a dataset, commit by commit: `DatasetWriter(folder, config, kind=kind).commit(records)`.

One commit is one file of frames and one of episodes. All of a commit's files are written beside their
places first and then renamed, meta/info.json last; it counts what is committed. So a writer killed at
any moment leaves a dataset that reads as it was after the last commit, and goes on from there.

The collector's config is stored. A dataset is only continued with the same one.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.common.atomic_io import Write, as_text, publish_all, refusals_of, sweep, write_atomic
from data.common.locks import Lock
from data.common.settings import dotted
from data.store.card import dataset_card
from data.store.commit_files import PARQUET, episodes_table, json_item, stored_moments, write_frames
from data.store.episode import (
    BadRecord,
    DatasetEdited,
    DatasetMismatch,
    DatasetOld,
    EpisodeRecord,
    FolderTaken,
    NoDataset,
    check_record,
)
from data.store.info import config_of, read_info
from data.store.lerobot_format import (
    CHUNK,
    CODEBASE_VERSION,
    FALLEN,
    FORMAT,
    FrameFormat,
    data_path,
    episodes_path,
    format_of,
    tasks_table,
)
from data.store.reader import Dataset, open_dataset
from data.store.statistics import Moments, by_feature, merged, moments_of
from sim.world import WorldKind


class DatasetWriter:
    """Begins a dataset, or goes on with one. One process may write at a time.

    Attributes: `committed` (commits so far, the number of the next), `n_episodes`, `n_frames`.

    `config`, a dataclass or mapping, says how the episodes are made; its fields named in `may_change`
    (how much of it) may differ from one run to the next. `kind` is that of the worlds, `command` goes into
    the dataset card.
    Raises `DatasetMismatch`, `FolderBusy`, `FolderTaken`, `CannotWrite`, and as `open_dataset`.
    """

    def __init__(
        self,
        folder: Path | str,
        config: Any = None,
        *,
        kind: WorldKind,
        command: str = "",
        may_change: Sequence[str] = ("minutes",),
    ) -> None:
        self.folder = Path(folder)
        self.committed = self.n_episodes = self.n_frames = 0
        self._fallen: int | None = 0  # episodes in which something left the desk; None: not recorded here
        self._moments: Moments | None = None
        self._kind, self._form, self._command = kind, format_of(kind.spec), command
        self._config = _plain(config)
        _refuse_strangers(self.folder)
        self._lock = Lock(self.folder, "meta")
        try:
            with refusals_of(self.folder):
                self._begin(tuple(may_change))
        except BaseException:
            self._lock.close()
            raise

    def append(self, record: EpisodeRecord) -> None:
        """Commit a single episode."""
        self.commit([record])

    def commit(self, records: Sequence[EpisodeRecord]) -> None:
        """Store episodes; once it returns they are safe. All or none of them. Raises `BadRecord`."""
        if self._lock.closed:
            raise RuntimeError(f"the writer of {self.folder} has been closed; make another one")
        if not records:
            raise BadRecord("a commit needs at least one episode")
        for record in records:
            check_record(record, self._kind)
        shard, starts = self.committed, self.n_frames + np.cumsum([0, *(r.length for r in records)])
        frames = [
            self._form.columns_of(record, self.n_episodes + i, int(starts[i]))
            for i, record in enumerate(records)
        ]
        widths = self._form.widths
        moments = [moments_of(np.concatenate([columns[n] for n in widths], axis=1)) for columns in frames]
        episodes = episodes_table(records, self._form, self.n_episodes, starts, shard, moments)
        whole = self._moments
        for one in moments:
            whole = merged(whole, one)
        assert whole is not None
        if self._fallen is not None:
            lost = [self._fallen_in(record) for record in records]
            episodes = episodes.append_column(FALLEN, pa.array(lost, pa.list_(pa.string())))
            fallen = self._fallen + sum(map(bool, lost))
        else:
            fallen = None
        counts = (shard + 1, self.n_episodes + len(records), int(starts[-1]))
        info = self._info(*counts, fallen)
        self._replace(
            {
                data_path(self.folder, shard): lambda path: write_frames(path, frames, self._form),
                episodes_path(self.folder, shard): lambda path: pq.write_table(episodes, path, **PARQUET),
                self.folder / "meta/stats.json": as_text(_json(by_feature(whole, widths))),
                self.folder / "README.md": as_text(dataset_card(info)),
                self.folder / "meta/info.json": as_text(_json(info)),
            }
        )
        self.committed, self.n_episodes, self.n_frames = counts
        self._moments, self._fallen = whole, fallen

    def close(self) -> None:
        """Let others write. Nothing else is left to do."""
        self._lock.close()

    def __enter__(self) -> "DatasetWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _replace(self, files: dict[Path, Write]) -> None:
        """Write all files, then name them in this order. If that fails the writer is done for."""
        try:
            publish_all(files)
        except BaseException:
            self.close()  # what is on disk is sound, but `committed` may be behind it
            raise

    def _begin(self, may_change: tuple[str, ...]) -> None:
        try:
            stored = read_info(self.folder, self._kind.spec)
        except NoDataset:
            stored = None
        if stored is None or not stored["total_episodes"]:
            self._tidy(remake=True)
            return
        whole = open_dataset(self.folder, self._kind)
        _refuse_edited(whole, self._form)
        self._compare(stored, may_change)
        self.committed = stored["robopolicy"]["shards"]
        self.n_episodes, self.n_frames = whole.n_episodes, whole.n_frames
        self._fallen = whole.n_fallen
        self._command = self._command or str(stored["robopolicy"].get("command", ""))
        for shard in range(self.committed):
            for moments in stored_moments(self.folder, shard, self._form):
                self._moments = merged(self._moments, moments)
        self._tidy()

    def _tidy(self, remake: bool = False) -> None:
        """Remove what a killed writer left, of a commit that was not counted too, and mend the rest.

        The card comes last: where there is a card but no info, it is another's (`_refuse_strangers`).
        """
        for path in (data_path(self.folder, self.committed), episodes_path(self.folder, self.committed)):
            path.unlink(missing_ok=True)
            sweep(path)
        for name in ("README.md", "meta/info.json", "meta/stats.json", "meta/tasks.parquet"):
            sweep(self.folder / name)
        tasks, info = self.folder / "meta/tasks.parquet", self._info(*self._counts(), self._fallen)
        if remake or not tasks.exists():
            publish_all({tasks: lambda path: pq.write_table(tasks_table(), path, **PARQUET)})
        if self._moments is None:
            (self.folder / "meta/stats.json").unlink(missing_ok=True)
        else:
            write_atomic(self.folder / "meta/stats.json", _json(by_feature(self._moments, self._form.widths)))
        if remake:
            write_atomic(self.folder / "meta/info.json", _json(info))
        write_atomic(self.folder / "README.md", dataset_card(info))

    def _fallen_in(self, record: EpisodeRecord) -> list[str]:
        """The names of the objects that were off the ground at some time of an episode."""
        names = enumerate(record.scene.names)
        return [name for i, name in names if self._kind.fallen(record.states, i).any()]

    def _counts(self) -> tuple[int, int, int]:
        return self.committed, self.n_episodes, self.n_frames

    def _compare(self, stored: dict[str, Any], may_change: tuple[str, ...]) -> None:
        own = {"fps": self._kind.spec.control_hz, "robot_type": self._kind.spec.robot}
        given = dotted(own | self._config)
        kept = dotted({key: stored.get(key) for key in own} | config_of(stored))
        for key in [*given, *(key for key in kept if key not in given)]:
            if key not in may_change and given.get(key) != kept.get(key):
                raise DatasetMismatch(self.folder, key, given.get(key), kept.get(key))

    def _info(self, shards: int, episodes: int, frames: int, fallen: int | None) -> dict[str, Any]:
        return {
            "codebase_version": CODEBASE_VERSION,
            "robot_type": self._kind.spec.robot,
            "total_episodes": episodes,
            "total_frames": frames,
            "total_tasks": 1,
            "chunks_size": CHUNK,
            "data_files_size_in_mb": 100,
            "video_files_size_in_mb": 200,
            "fps": self._kind.spec.control_hz,
            "splits": {"train": f"0:{episodes}"},
            "data_path": "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet",
            "video_path": None,
            "features": self._form.described(),
            "robopolicy": {
                "format": FORMAT,
                "world": self._kind.spec.name,
                "shards": shards,
                "command": self._command,
                **({} if fallen is None else {"fallen_episodes": fallen}),
                "config": self._config,
            },
        }


def _refuse_strangers(folder: Path) -> None:
    """A dataset is begun in no folder in which it would overwrite something; raises `FolderTaken`."""
    if (folder / "meta/info.json").exists():
        return
    for pattern in ("README.md", "data/chunk-*/*.parquet", "meta/episodes/*/*.parquet"):
        for found in folder.glob(pattern):
            raise FolderTaken(folder, str(found.relative_to(folder)))


def _refuse_edited(whole: Dataset, form: FrameFormat) -> None:
    """Only what this writer wrote, two files a commit with our features, is gone on with; `DatasetEdited`."""
    folder, info = whole.folder, whole.info
    ours = info.get("robopolicy") or {}
    if ours.get("format", FORMAT) != FORMAT:
        raise DatasetOld(folder, ours["format"])
    shards = ours.get("shards")
    files = [(data_path(folder, i), episodes_path(folder, i)) for i in range(len(whole.files))]
    as_written = info["features"] == form.described() and info.get("total_tasks") == 1
    if shards != len(files) or whole.files != files or not as_written:
        raise DatasetEdited(folder)


def _plain(config: Any) -> dict[str, Any]:
    """A config as JSON holds it: tuples are lists."""
    raw: Any = asdict(config) if is_dataclass(config) else config or {}
    return json.loads(json.dumps(raw, default=json_item))


def _json(value: Any) -> str:
    return json.dumps(value, indent=2) + "\n"
