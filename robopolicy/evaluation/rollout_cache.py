"""Finished groups of rollouts on disk, so that an interrupted evaluation goes on where it was.

They are valid for one evaluation by one program: `made_by.json` says what they depend on, and if any of that
has changed, all are rolled out again, which is said. Every file carries a checksum; a damaged group is rolled
out again.
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
from robopolicy.evaluation.rollouts import Group, Rollouts

STAMP, COMPLETE = "made_by.json", "complete.json"

Marks = Mapping[str, str]
"""What rollouts depend on ("code", "checkpoint") -> its hash."""


def marks_of(depends: Mapping[str, Any]) -> Marks:
    """Hashes of what rollouts depend on (JSON values), by names that fit after "other"."""
    return {name: digest(value) for name, value in depends.items()}


class RolloutCache:
    """One file per group in a folder, which is emptied if its rollouts depend on anything else.

    With `afresh` the folder is emptied if its rollouts are complete, too.
    """

    def __init__(self, folder: Path, marks: Marks, afresh: bool = True) -> None:
        self._folder, self._marks = folder, marks
        changed, complete = what_changed(folder, marks), (folder / COMPLETE).exists()
        if changed and not complete and any(folder.glob("*.npz")):
            warn(f"{folder} holds rollouts of an earlier evaluation with {changed}; all are rolled out anew")
        if changed or (complete and afresh):
            shutil.rmtree(folder, ignore_errors=True)
            write_json(folder / STAMP, sealed(marks))

    def get(self, group: Group) -> Rollouts | None:
        """A group's rollouts if they are there and whole; a damaged file is said, and removed."""
        path = self._path(group)
        if not path.is_file():
            return None
        raw = unstamped(path.read_bytes(), salt=self._salt(group))
        if raw is None:
            warn(f"{path} is damaged; its {len(group.trials)} trials are rolled out again")
            path.unlink()
            return None
        with np.load(io.BytesIO(raw), allow_pickle=False) as file:
            return Rollouts(*(file[name] for name in Rollouts._fields))

    def put(self, group: Group, rollouts: Rollouts) -> None:
        """Write a group's rollouts."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **rollouts._asdict())
        write_atomic(self._path(group), stamped(buffer.getvalue(), salt=self._salt(group)))

    def complete(self, made_by: Mapping[str, Any]) -> None:
        """Note that every group is there; `made_by` (JSON values) says how they were made."""
        write_json(self._folder / COMPLETE, sealed(made_by))

    def _path(self, group: Group) -> Path:
        return self._folder / f"{group.name}.npz"

    def _salt(self, group: Group) -> str:
        """Part of a group's checksum, so that a file copied from another evaluation counts as damaged."""
        return digest([group.name, self._marks])


def what_changed(folder: Path, marks: Marks) -> str:
    """In words, what rollouts in a folder depend on that is different now: "other code"; "" if nothing."""
    path = folder / STAMP
    if not path.is_file():
        return "no word of what made them"
    stored = read_sealed(path)
    if stored is None:
        return f"a damaged {STAMP}"
    changed = [name for name in marks if stored.get(name) != marks[name]]
    return f"other {' and '.join(changed)}" if changed else ""


def read_complete(
    folder: Path, marks: Marks, groups: Sequence[Group]
) -> tuple[dict[str, Any], dict[str, Rollouts]] | None:
    """How a complete evaluation was made, and its groups by name; None if it is another, or not whole."""
    path = folder / COMPLETE
    if not path.is_file():
        return None
    if changed := what_changed(folder, marks):
        warn(f"{folder} holds a complete evaluation with {changed}; it is rolled out anew")
        return None
    made_by = read_sealed(path)
    if made_by is None:
        warn(f"{path} is damaged; it is written anew")
        return None
    cache = RolloutCache(folder, marks, afresh=False)
    found = {group.name: rollouts for group in groups if (rollouts := cache.get(group)) is not None}
    return (made_by, found) if len(found) == len(groups) else None
