"""Stores teleoperated episodes in a dataset; while that cannot be written, in files beside it.

Another process may hold the dataset, or the disk may be full. An episode is then written to a file in
FOLDER.aside or, if that fails too, kept in memory. As soon as the dataset can be written again (at the
latest with the next episode, or at the next start of the page), it is moved there.
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
from sim.state import State
from sim.world import WorldKind

COLLECTOR, COMMAND = {"collector": "a person"}, "robopolicy serve"  # what a dataset says of its making
RETRY = 5.0  # s between two attempts to store what is pending


class EpisodeStore:
    """Appends episodes to the dataset in `folder`; opened for each episode, so others may read meanwhile.

    The episodes are of one kind of world. Any thread may call it. Attributes: `episodes`, how many the
    dataset held when it was last written; `message`, what became of the latest episode, for the person who
    made it.
    """

    def __init__(self, folder: Path, kind: WorldKind) -> None:
        self._kind = kind
        self.folder, self.aside = folder, folder.with_name(folder.name + ".aside")
        self.episodes, self.message = 0, ""
        self._memory: list[EpisodeRecord] = []
        self._damaged: set[Path] = set()  # files in `aside` that cannot be read
        self._lock = threading.Lock()
        self._tried = -RETRY

    def add(self, record: EpisodeRecord) -> None:
        """Store an episode, in the dataset if possible. Raises nothing that the user could mend."""
        with self._lock:
            self._memory.append(record)
            seconds = f"{record.length / self._kind.spec.control_hz:.0f} s"
            self.message = f"Kept {seconds}: {self._store_all()}"

    @property
    def pending(self) -> int:
        """How many episodes are not in the dataset yet."""
        return len(self._memory) + len(self._files())

    def retry(self) -> bool:
        """Try again to store what is pending, if the last attempt was `RETRY` s ago; whether it tried."""
        if time.monotonic() - self._tried < RETRY or not self.pending:
            return False
        with self._lock:
            if not self.pending:  # stored while the lock was waited for
                return False
            self.message = f"What was recorded before: {self._store_all()}"
        return True

    def close(self) -> None:
        """Make a last attempt before the program ends; say on the terminal what became of it."""
        if self._memory:
            with self._lock:
                outcome = self._store_all()
            errors.print(f"what was recorded: {outcome}")

    def _store_all(self) -> str:
        """Move all that is pending into the dataset; returns how it went, as the end of a sentence."""
        self._tried = time.monotonic()
        try:
            with DatasetWriter(self.folder, COLLECTOR, command=COMMAND, kind=self._kind) as writer:
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
        damaged = ", ".join(map(str, self._damaged))
        note = f"; damaged, and left where they are: {damaged}" if damaged else ""
        return f"episode {self.episodes} of {self.folder}{note}."

    def _append(self, writer: DatasetWriter, path: Path) -> None:
        """Append the episode of one file and delete the file.

        If a kill came between the two, the episode is the dataset's last one, and is not appended again.
        """
        record, last = read_aside(path, self._kind), writer.n_episodes - 1
        if record is None:
            self._damaged.add(path)
            return
        try:
            if last < 0 or not _same(open_dataset(self.folder, self._kind).episode(last), record):
                writer.append(record)
        except BadRecord:
            self._damaged.add(path)
        else:
            path.unlink()

    def _put_aside(self, error: ValueError) -> str:
        """Write what is in memory to files beside the dataset; returns how it went."""
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
        """Episodes that were put aside, oldest first."""
        return sorted(set(self.aside.glob("*.npz")) - self._damaged)


def read_aside(path: Path, kind: WorldKind) -> EpisodeRecord | None:
    """The episode in a file that was put aside; None if the file is damaged, or of another kind of world."""
    try:
        with np.load(path, allow_pickle=False) as file:
            scene = kind.scene_from(json.loads(str(file["scene"])))
            states = State(file["hand"], file["things"], tuple(map(str, file["names"])), len(scene.names))
            return EpisodeRecord(scene, states, file["actions"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError, EOFError, zipfile.BadZipFile):
        return None


def _packed(record: EpisodeRecord) -> bytes:
    """An episode as an .npz file."""
    buffer = io.BytesIO()
    scene = np.array(json.dumps(record.scene.to_dict(), default=lambda value: np.asarray(value).tolist()))
    hand, things, names, _ = record.states
    np.savez(buffer, scene=scene, actions=record.actions, hand=hand, things=things, names=np.array(names))
    return buffer.getvalue()


def _same(one: EpisodeRecord, other: EpisodeRecord) -> bool:
    """Whether `one`, read from a dataset, is `other` as float32."""
    pairs = zip((one.actions, *one.states[:2]), (other.actions, *other.states[:2]), strict=True)
    return one.states[2:] == other.states[2:] and all(
        a.shape == b.shape and bool((a == b.astype(np.float32)).all()) for a, b in pairs
    )
