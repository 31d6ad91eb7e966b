"""Finished groups of rollouts, kept on disk so that an interrupted evaluation goes on where it was.

They are good for one evaluation: once it is complete, the next one starts afresh, for the world's code
may have changed in between.
"""

import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from data.files import write_atomic
from robopolicy.rollouts import Job, Rollouts

STAMP, COMPLETE = "plan.sha256", "complete"


class Keep:
    """One file per group under a folder; a folder of another plan, or of a complete one, is emptied."""

    def __init__(self, folder: Path, plan: Any) -> None:
        self._folder = folder
        mark = hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()
        stamp = folder / STAMP
        if not stamp.exists() or stamp.read_text() != mark or (folder / COMPLETE).exists():
            shutil.rmtree(folder, ignore_errors=True)
            write_atomic(stamp, mark)

    def get(self, job: Job) -> Rollouts | None:
        """A group's result if it is there and whole."""
        return read_group(self._folder, job)

    def put(self, job: Job, result: Rollouts) -> None:
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **result._asdict())
        write_atomic(self._folder / f"{job.name}.npz", buffer.getvalue())

    def complete(self) -> None:
        """Nothing is missing any more."""
        write_atomic(self._folder / COMPLETE, "")


def read_group(folder: Path, job: Job) -> Rollouts | None:
    """A kept group; None if it is absent, damaged or of another size."""
    try:
        with np.load(folder / f"{job.name}.npz", allow_pickle=False) as file:
            result = Rollouts(file["success"], file["steps"], file["actions"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return result if len(result.success) == len(job.trials) else None
