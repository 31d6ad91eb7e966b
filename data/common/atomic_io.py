"""Writing files so that a reader, or a run that goes on after a kill, never meets half of one.

A file is *staged* (written under a temporary name in its own folder, and fsynced), then *published*
(renamed, and the folder fsynced). Several files are all staged before the first is published, so that
the time in which only some of them are new is that of a few renames. What the disk refuses is said as
`CannotWrite`, with the path.
"""

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from data.common.errors import CannotWrite

PARTIAL = ".partial"
"""How the names of temporary files end: what a kill may leave behind, which nobody reads."""

Write = Callable[[Path], object]
"""Writes a whole file at the path it is given."""


class Staged(NamedTuple):
    """A file that is complete and durable, but not yet under its name."""

    temporary: Path
    path: Path


def write_atomic(path: Path, content: str | bytes | memoryview) -> None:
    """Write to a temporary file beside it, flush to disk, rename, flush the rename."""
    publish_all({path: as_text(content)})


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON, atomically; raises `CannotWrite`."""
    write_atomic(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def publish_all(files: Mapping[Path, Write]) -> None:
    """Write all files, then name them in this order, each durable before the next is named.

    Raises `CannotWrite`; then none of those that were not yet named has changed.
    """
    staged: list[Staged] = []
    try:
        for path, write in files.items():
            with refusals_of(path):
                staged.append(_stage(path, write))
        for file in staged:
            with refusals_of(file.path):
                file.temporary.replace(file.path)
                _sync(file.path.parent, os.O_RDONLY)  # renames in several folders reach the disk in order
    except BaseException:
        for file in staged:
            file.temporary.unlink(missing_ok=True)
        raise


def check_writable(folder: Path) -> None:
    """Refuse a folder that cannot be written to before any work begins; makes none. Raises `CannotWrite`."""
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    with refusals_of(folder), tempfile.TemporaryFile(dir=nearest) as file:
        file.write(bytes(1024))


@contextmanager
def refusals_of(path: Path) -> Iterator[None]:
    """What the disk refuses within the block is raised as `CannotWrite` about this path."""
    try:
        yield
    except CannotWrite:
        raise
    except OSError as error:
        raise CannotWrite(path, error) from error


def as_text(content: str | bytes | memoryview) -> Write:
    """What writes this content."""
    raw = content.encode() if isinstance(content, str) else content
    return lambda path: path.write_bytes(raw)


def sweep(path: Path) -> None:
    """Remove what writers of this file that were killed left staged."""
    for leftover in path.parent.glob(f".{path.name}.*{PARTIAL}"):
        leftover.unlink(missing_ok=True)


def _stage(path: Path, write: Write) -> Staged:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=PARTIAL)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
        _sync(temporary, os.O_RDWR)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return Staged(temporary, path)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
