"""Finished groups of rollouts, kept on disk so that an interrupted evaluation goes on where it was.

They are good for one evaluation: once it is complete, the next one starts afresh, for the world's code
may have changed in between.
"""

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data.files import write_atomic
from robopolicy.rollouts import Job, Rollouts

STAMP, COMPLETE = "plan.sha256", "complete"


class Keep:
    """One file per group in a folder, which is emptied if it is of another plan, other code, or complete."""

    def __init__(self, folder: Path, plan: Any, code: str) -> None:
        self._folder = folder
        mark = f"{_mark(plan)} {code}"
        if _stamp(folder) != mark or (folder / COMPLETE).exists():
            shutil.rmtree(folder, ignore_errors=True)
            write_atomic(folder / STAMP, mark)

    def get(self, job: Job) -> Rollouts | None:
        """A group's result if it is there and whole."""
        return _read(self._folder, job)

    def put(self, job: Job, result: Rollouts) -> None:
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **result._asdict())
        write_atomic(self._folder / f"{job.name}.npz", buffer.getvalue())

    def complete(self) -> None:
        """Nothing is missing any more."""
        write_atomic(self._folder / COMPLETE, "")


def read_complete(folder: Path, plan: Any, jobs: Sequence[Job]) -> dict[str, Rollouts] | None:
    """The groups of a complete evaluation by name; None if it is of another plan, or something is missing."""
    if _stamp(folder).partition(" ")[0] != _mark(plan) or not (folder / COMPLETE).exists():
        return None
    found = {job.name: result for job in jobs if (result := _read(folder, job)) is not None}
    return found if len(found) == len(jobs) else None


def _mark(plan: Any) -> str:
    return hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()


def _stamp(folder: Path) -> str:
    path = folder / STAMP
    return path.read_text() if path.is_file() else ""


def _read(folder: Path, job: Job) -> Rollouts | None:
    try:
        with np.load(folder / f"{job.name}.npz", allow_pickle=False) as file:
            result = Rollouts(*(file[name] for name in Rollouts._fields))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return result if len(result.success) == len(job.trials) else None
