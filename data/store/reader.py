"""Reading a dataset back: `for record in open_dataset(folder, kind).episodes(): ...`

What meta/info.json counts is read, nothing else: a commit that is under way, or was cut short, is not
seen. A `Dataset` stays as it was when it was opened while more is being collected.

Where an episode's frames are is what meta/episodes says, so a dataset that LeRobot's tools rewrote (merged,
joined into larger files, with features added or removed) is read as well, if its scenes are still there.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.store.checks import why_unsound
from data.store.episode import DatasetDamaged, EpisodeRecord
from data.store.info import config_of, info_path, read_info
from data.store.lerobot_format import format_of
from data.store.shards import Shard, find_shards, read_frames
from sim.world import WorldKind


class Dataset:
    """Episodes on disk. Costs some kilobytes an episode in memory; frames are read when asked for."""

    def __init__(self, folder: Path, info: dict[str, Any], shards: list[Shard], kind: WorldKind) -> None:
        self.folder = folder
        self.kind = kind  # of world that it was collected in
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
        """How it was collected, as plain JSON types; {} if an editor left that out."""
        return config_of(self.info)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Control steps of every episode, (n_episodes,)."""
        return np.array([length for shard in self._shards for length in shard.lengths], np.int64)

    @property
    def n_fallen(self) -> int | None:
        """In how many episodes something left the desk; None: older play, in which that isn't recorded."""
        columns = [shard.fallen for shard in self._shards]
        return None if None in columns else sum(bool(names) for column in columns for names in column or ())

    @property
    def files(self) -> list[tuple[Path, Path]]:
        """Every file of frames, with the one of meta/episodes that says whose they are."""
        return [(shard.path, shard.source) for shard in self._shards]

    def fingerprint(self, episodes: int) -> str:
        """Tells datasets apart by their first episodes: a hash of scenes, lengths and final states.

        A dataset that has grown has the same fingerprint of as many episodes as before.
        """
        digest = hashlib.sha256()
        for shard in self._shards:
            for row in range(min(len(shard.lengths), max(0, episodes - shard.first))):
                digest.update(f"{shard.lengths[row]} {shard.scenes[row]}".encode())
                digest.update(shard.finals[row].tobytes())
        return digest.hexdigest()[:16]

    def scene(self, index: int) -> Any:
        """The scene of an episode, without reading its frames."""
        return _scene(*self._find(index), self.kind)

    def episode(self, index: int) -> EpisodeRecord:
        """One episode; raises IndexError beyond the last, `DatasetDamaged` and `CannotRead`."""
        shard, row = self._find(index)
        return _record(shard, row, read_frames(shard, row, row + 1, self.kind.spec), self.kind)

    def episodes(self) -> Iterator[EpisodeRecord]:
        """All of them in order, a file at a time in memory; raises as `episode`."""
        for shard in self._shards:
            columns = read_frames(shard, 0, len(shard.lengths), self.kind.spec)
            stop = 0
            for row, length in enumerate(shard.lengths):
                start, stop = stop, stop + length
                yield _record(shard, row, {k: v[start:stop] for k, v in columns.items()}, self.kind)

    def _find(self, index: int) -> tuple[Shard, int]:
        if not 0 <= index < self.n_episodes:
            raise IndexError(f"there are {self.n_episodes} episodes, counted from 0; {index} is none of them")
        shard = self._shards[int(np.searchsorted(self._firsts, index, side="right")) - 1]
        return shard, index - shard.first


def open_dataset(folder: Path | str, kind: WorldKind) -> Dataset:
    """The dataset in a folder, collected in worlds of that kind.

    Raises the errors of `data.store.info` and `data.store.shards`.
    """
    folder = Path(folder)
    info = read_info(folder, kind.spec)
    shards = find_shards(folder, info["total_episodes"], format_of(kind.spec).final_width)
    frames, counted = sum(sum(shard.lengths) for shard in shards), info["total_frames"]
    if frames != counted:
        raise DatasetDamaged(info_path(folder), f"it counts {counted} frames, and there are {frames}")
    return Dataset(folder, info, shards, kind)


def _record(shard: Shard, row: int, columns: dict[str, NDArray[Any]], kind: WorldKind) -> EpisodeRecord:
    scene = _scene(shard, row, kind)
    states = format_of(kind.spec).states_of(columns, shard.finals[row], scene.names)
    actions = columns["action"]
    why = why_unsound(states, actions) or kind.mismatch(scene, states)
    if why:
        raise DatasetDamaged(shard.path, f"in episode {shard.first + row} the {why}")
    return EpisodeRecord(scene, states, actions)


def _scene(shard: Shard, row: int, kind: WorldKind) -> Any:
    try:
        return kind.scene_from(json.loads(shard.scenes[row]))
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        says = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else error
        raise DatasetDamaged(shard.source, f"the scene of episode {shard.first + row}: {says}") from error
