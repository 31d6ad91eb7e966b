"""Writing files so that a reader, or a run that goes on after a kill, never meets half of one."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

PARTIAL = ".partial"
"""How the names of temporary files end: what a kill may leave behind, which nobody reads."""


def write_atomic(path: Path, content: str | bytes | memoryview) -> None:
    """Write to a temporary file beside it, flush to disk, rename, flush the rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = content.encode() if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=PARTIAL)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)  # noqa: PTH101
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def write_json(path: Path, value: Any) -> None:
    write_atomic(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def _sync_folder(folder: Path) -> None:
    """Renames in different folders reach the disk in order only if each is flushed."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
