"""One run at a time in a folder: locks that the kernel lets go when their process ends, however it ends.

    with held(folder):
        ...  # nobody else writes here; what this process does within may hold it again

    with in_turn(file):
        ...  # a short while: others wait

A lock is an advisory one on a file (`flock`). On a network disk without locks it is up to the user.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from data.common.atomic_io import refusals_of

_NAME = ".lock"
_held: set[Path] = set()  # by this process, through `held`


class FolderBusy(ValueError):
    """Another run is writing to the folder."""

    def __init__(self, folder: Path, holder: str) -> None:
        who = f"process {holder}" if holder else "another process"
        super().__init__(f"{who} is writing to {folder}; wait for it, or give another folder")


class Lock:
    """Held from when it is made until `close`, or until the process ends.

    `folder` is what it guards; its file is in `inside`, a folder in there. Both are made where they are
    missing, and removed again, as the file is, if nothing else has come into them. Raises `FolderBusy` and
    `CannotWrite`.
    """

    def __init__(self, folder: Path, inside: str = "") -> None:
        self._path = folder / inside / _NAME
        self._made = [one for one in (folder / inside, *(folder / inside).parents) if not one.exists()]
        with refusals_of(folder):
            self._file = self._opened(folder)
            try:
                self._file.truncate(0)
                self._file.write(f"{os.getpid()}\n")
                self._file.flush()
            except OSError:
                self.close()
                raise

    @property
    def closed(self) -> bool:
        """Whether it was let go of."""
        return self._file.closed

    def close(self) -> None:
        """Let others write."""
        if self._file.closed:
            return
        with suppress(OSError):
            self._path.unlink()
            for folder in self._made:
                folder.rmdir()
        with suppress(OSError):  # of a full disk, told before
            self._file.close()

    def _opened(self, folder: Path) -> IO[str]:
        while True:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                file = self._path.open("a+")
            except FileNotFoundError:
                if self._path.parent.exists():
                    raise
                continue  # who held it has removed the folder meanwhile
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                holder = file.read().strip()
                file.close()
                raise FolderBusy(folder, holder) from error
            except OSError:
                return file  # a disk without locks
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), self._path.stat()):
                    return file
            file.close()  # who held it has removed it meanwhile


@contextmanager
def held(folder: Path | str) -> Iterator[None]:
    """Within the block no other process writes to the folder; raises `FolderBusy` and `CannotWrite`."""
    key = Path(folder).resolve()
    if key in _held:
        yield
        return
    lock = Lock(Path(folder))
    _held.add(key)
    try:
        yield
    finally:
        _held.discard(key)
        lock.close()


@contextmanager
def in_turn(path: Path) -> Iterator[None]:
    """Wait for other processes that are in such a block with this file, which stays. Raises `CannotWrite`."""
    with refusals_of(path.parent), path.open("w") as lock:
        with suppress(OSError):  # a disk without locks
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
