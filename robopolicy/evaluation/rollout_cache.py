"""Finished groups of rollouts, kept on disk so that an interrupted evaluation goes on where it was.

They are good for one evaluation by one program: a stamp says what they depend on, and where any of it has
changed all are rolled out anew, which is said. Every file carries a checksum; a group that is damaged is
rolled out again.
"""

import io
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data.common.atomic_io import write_atomic, write_json
from data.common.checksums import digest, read_sealed, sealed, stamped, unstamped
from robopolicy.common.console import warn
from robopolicy.evaluation.rollouts import Job, Rollouts

STAMP, COMPLETE = "made_by.json", "complete.json"


class Keep:
    """One file per group in a folder, which is emptied if its rollouts depend on anything else.

    `depends` names what rollouts depend on ("code", "checkpoint"; JSON types). With `afresh` the folder is
    emptied if its rollouts are all there, too.
    """

    def __init__(self, folder: Path, depends: Mapping[str, Any], afresh: bool = True) -> None:
        self._folder, self._marks = folder, _marks(depends)
        changed, complete = what_changed(folder, depends), (folder / COMPLETE).exists()
        if changed and not complete and any(folder.glob("*.npz")):
            warn(f"{folder} holds rollouts of an earlier evaluation with {changed}; all are rolled out anew")
        if changed or (complete and afresh):
            shutil.rmtree(folder, ignore_errors=True)
            write_json(folder / STAMP, sealed(self._marks))

    def get(self, job: Job) -> Rollouts | None:
        """A group's result if it is there and whole; a damaged one is said, and removed."""
        path = self._path(job)
        if not path.is_file():
            return None
        raw = unstamped(path.read_bytes(), salt=self._salt(job))
        if raw is None:
            warn(f"{path} is damaged; its {len(job.trials)} trials are rolled out again")
            path.unlink()
            return None
        with np.load(io.BytesIO(raw), allow_pickle=False) as file:
            return Rollouts(*(file[name] for name in Rollouts._fields))

    def put(self, job: Job, result: Rollouts) -> None:
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **result._asdict())
        write_atomic(self._path(job), stamped(buffer.getvalue(), salt=self._salt(job)))

    def complete(self, made_by: Mapping[str, Any]) -> None:
        """Nothing is missing any more; `made_by` (JSON types) says how it was made."""
        write_json(self._folder / COMPLETE, sealed(made_by))

    def _path(self, job: Job) -> Path:
        return self._folder / f"{job.name}.npz"

    def _salt(self, job: Job) -> str:
        """Part of a group's checksum, so that a file copied from another evaluation counts as damaged."""
        return digest([job.name, self._marks])


def what_changed(folder: Path, depends: Mapping[str, Any]) -> str:
    """In words, what the rollouts in a folder depend on that is not so now: "other code"; "" if nothing."""
    path, marks = folder / STAMP, _marks(depends)
    if not path.is_file():
        return "no word of what made them"
    stored = read_sealed(path)
    if stored is None:
        return f"a damaged {STAMP}"
    changed = [name for name in marks if stored.get(name) != marks[name]]
    return f"other {' and '.join(changed)}" if changed else ""


def read_complete(
    folder: Path, depends: Mapping[str, Any], jobs: Sequence[Job]
) -> tuple[dict[str, Any], dict[str, Rollouts]] | None:
    """How a complete evaluation was made, and its groups by name; None if it is other, or not whole."""
    path = folder / COMPLETE
    if not path.is_file():
        return None
    if changed := what_changed(folder, depends):
        warn(f"{folder} holds a complete evaluation with {changed}; it is rolled out anew")
        return None
    made_by = read_sealed(path)
    if made_by is None:
        warn(f"{path} is damaged; it is written anew")
        return None
    keep = Keep(folder, depends, afresh=False)
    found = {job.name: result for job in jobs if (result := keep.get(job)) is not None}
    return (made_by, found) if len(found) == len(jobs) else None


def _marks(depends: Mapping[str, Any]) -> dict[str, str]:
    return {name: digest(value) for name, value in depends.items()}
