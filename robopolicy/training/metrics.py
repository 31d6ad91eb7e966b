"""metrics.jsonl: losses of a training, a line every so many steps, each with its checksum."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data.common.atomic_io import write_atomic
from data.common.checksums import sealed, unsealed
from robopolicy.common.console import warn


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """The rows in order, without damaged ones, which is said; none if there is no file."""
    if not path.exists():
        return []
    lines = path.read_bytes().splitlines()
    rows = [row for row in map(_row, lines) if row is not None]
    if len(rows) < len(lines):
        lost = f"{len(lines) - len(rows)} of its {len(lines)} lines are left out"
        warn(f"{path} is damaged, or of an earlier version; {lost}")
    return rows


def write_metrics(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write all rows of the log anew, atomically, each with its checksum."""
    write_atomic(path, "".join(json.dumps(sealed(row)) + "\n" for row in rows))


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        return unsealed(json.loads(line))
    except (ValueError, RecursionError):
        return None
