"""What a person recorded, stored as play; until that can be done, kept in files beside the dataset.

Another process may hold the dataset, or its disk may be full. A recording is then put aside, into
FOLDER.aside, or, if that can't be written either, kept in memory; and whenever the dataset can be written
again, at the latest at the next recording or the next start of the page, it is taken in.
"""

import io
import json
import os
import threading
import time
import zipfile
from pathlib import Path

import numpy as np

from data.common.atomic_io import write_atomic
from data.common.errors import CannotWrite, is_users
from data.store.episode import BadRecord, EpisodeRecord
from data.store.reader import open_dataset
from data.store.writer import DatasetWriter
from robopolicy.common.console import errors
from sim.desk.scene import Scene
from sim.state import State

RETRY = 5.0  # s between two attempts to store what waits


class Keeper:
    """Adds episodes to a dataset of play by persons; it is opened for each, so others may read meanwhile.

    Attributes: `episodes` in the dataset, as far as known; `says`, what became of the latest recording, for
    its person; `waiting`, how many recordings are not in the dataset yet. Any thread may call it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.aside = folder, folder.with_name(folder.name + ".aside")
        self.episodes, self.says = 0, ""
        self._memory: list[EpisodeRecord] = []
        self._bad: set[Path] = set()  # files that can't be taken in
        self._lock = threading.Lock()
        self._tried = -RETRY

    def __call__(self, record: EpisodeRecord) -> None:
        """Keep a recording, in the dataset if that can be; it never raises for what a user can mend."""
        with self._lock:
            self._memory.append(record)
            seconds = f"{record.length / 10:.0f} s"
            self.says = f"Kept {seconds}: {self._take_in()}"

    @property
    def waiting(self) -> int:
        return len(self._memory) + len(self._files())

    def look_after(self) -> bool:
        """Take in what waits, if it is time to try again; whether something was tried."""
        if time.monotonic() - self._tried < RETRY or not self.waiting:
            return False
        with self._lock:
            if not self.waiting:  # stored while the lock was waited for
                return False
            self.says = f"What was recorded before: {self._take_in()}"
        return True

    def end(self) -> None:
        """A last attempt before the program ends; says on the terminal what would be lost."""
        if self._memory:
            with self._lock:
                says = self._take_in()
            errors.print(f"what was recorded: {says}")

    def _take_in(self) -> str:
        """Move all that waits into the dataset; how it went, as the end of a sentence."""
        self._tried = time.monotonic()
        try:
            with DatasetWriter(self.folder, {"collector": "a person"}, command="robopolicy serve") as writer:
                for path in self._files():
                    self._append(writer, path)
                while self._memory:
                    writer.append(self._memory[0])
                    self._memory.pop(0)
                self.episodes = writer.n_episodes
        except ValueError as error:
            if not is_users(error):
                raise
            return self._put_aside(error)
        bad = f"; damaged, and left where they are: {', '.join(map(str, self._bad))}" if self._bad else ""
        return f"episode {self.episodes} of {self.folder}{bad}."

    def _append(self, writer: DatasetWriter, path: Path) -> None:
        """Take in one file that is sound. It is not doubled if a kill had left it after it was taken in."""
        record, last = read_aside(path), writer.n_episodes - 1
        if record is None:
            self._bad.add(path)
            return
        try:
            if last < 0 or not _same(open_dataset(self.folder).episode(last), record):
                writer.append(record)
        except BadRecord:
            self._bad.add(path)
        else:
            path.unlink()

    def _put_aside(self, error: ValueError) -> str:
        """Write what is in memory beside the dataset, as far as that goes."""
        try:
            while self._memory:
                name = f"{time.time_ns()}-{os.getpid()}.npz"
                write_atomic(self.aside / name, _packed(self._memory[0]))
                self._memory.pop(0)
        except CannotWrite as full:
            return (
                f"not stored yet ({error}), and not put aside in {self.aside} either ({full.why}); it "
                "is in memory, and is tried again every few seconds: leave the page's program running."
            )
        if isinstance(error, BadRecord):
            return f"not stored ({error}); it is in {self.aside}."
        return f"not stored yet ({error}); it is safe in {self.aside}, and taken in as soon as that can be."

    def _files(self) -> list[Path]:
        return sorted(set(self.aside.glob("*.npz")) - self._bad)


def read_aside(path: Path) -> EpisodeRecord | None:
    """A recording that was put aside; None if the file is damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            scene = Scene.from_dict(json.loads(str(file["scene"])))
            return EpisodeRecord(scene, State(*(file[name] for name in State._fields)), file["actions"])
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None


def _packed(record: EpisodeRecord) -> bytes:
    buffer = io.BytesIO()
    scene = np.array(json.dumps(record.scene.to_dict(), default=lambda value: np.asarray(value).tolist()))
    np.savez(buffer, scene=scene, actions=record.actions, **record.states._asdict())
    return buffer.getvalue()


def _same(one: EpisodeRecord, other: EpisodeRecord) -> bool:
    """Whether two records are of the same episode, as float32."""
    pairs = zip((one.actions, *one.states), (other.actions, *other.states), strict=True)
    return all(a.shape == b.shape and bool((a == b.astype(np.float32)).all()) for a, b in pairs)
