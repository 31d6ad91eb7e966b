"""An episode of play, and what can be wrong with a dataset of them."""

import errno
import json
from pathlib import Path
from typing import Any, NamedTuple

from data.store.checks import why_unsound
from sim.common.printable import shortened
from sim.state import Array, State
from sim.world import WorldKind


class EpisodeRecord(NamedTuple):
    """One episode of play: what happened, and nothing of why. State t is the one before action t."""

    scene: Any  # a `sim.world.Scene`, of its kind of world
    states: State  # T + 1 timesteps
    actions: Array  # (T, 7) float32 in [-1, 1]

    @property
    def length(self) -> int:
        """T, the number of control steps."""
        return len(self.actions)


MEND = (
    "restore it from a copy, or collect the dataset again into another folder: robopolicy play dataset=FOLDER"
)


class NoDataset(ValueError):
    """There is no dataset where one was to be read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"no dataset in {folder}: it has no meta/info.json; give the folder of a dataset, "
            f"or collect one: robopolicy play dataset={folder}"
        )


class DatasetDamaged(ValueError):
    """A file of a dataset is missing, or isn't what was written."""

    def __init__(self, path: Path, what: object, mend: str = MEND) -> None:
        reason = " ".join(str(what).split()).rstrip(".")
        super().__init__(f"{path} is damaged ({shortened(reason, 200)}); {mend}")


class CannotRead(ValueError):
    """A file of a dataset is there, but can't be read: the disk, or who may read it."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(
            f"can't read {path} ({error.strerror or error}); it may be well: see to its permissions and "
            "its disk, and give the same command again"
        )


def unreadable(path: Path, error: Exception, mend: str = MEND) -> DatasetDamaged | CannotRead:
    """What to say of a file that gave an error: only content that is wrong or missing is damage."""
    if isinstance(error, OSError) and error.errno not in (None, errno.ENOENT, errno.ENOTDIR):
        return CannotRead(path, error)
    return DatasetDamaged(path, error, mend)


class ColumnMissing(ValueError):
    """A file of a dataset lacks what an episode can't be rebuilt without."""

    def __init__(self, path: Path, column: str, needed: str) -> None:
        super().__init__(
            f"{path} has no column {column!r}, and {needed}; take the dataset as it was before it was "
            "edited, or collect another: robopolicy play dataset=FOLDER"
        )


class DatasetEdited(ValueError):
    """A dataset that another program rewrote: good to read, not to go on with."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"the dataset in {folder} was edited by another program: it can be relabelled and trained on, "
            "but no more can be added; play into another folder, and train on both: dataset=A,B"
        )


class DatasetUnsupported(ValueError):
    """A dataset that is well, but not one that this version can read."""

    def __init__(self, folder: Path, found: str, accepted: str) -> None:
        super().__init__(
            f"the dataset in {folder} has {found}, and this version reads {accepted}; "
            "collect one with robopolicy play, or use the version that wrote it"
        )


class DatasetOld(ValueError):
    """A dataset of an earlier format: good to read, not to go on with."""

    def __init__(self, folder: Path, found: int) -> None:
        super().__init__(
            f"the dataset in {folder} is of format {found}, which an earlier version wrote: it can be "
            "relabelled and trained on, but no more can be added; play into another folder, and train on "
            "both: dataset=A,B"
        )


class DatasetOfOtherWorld(ValueError):
    """A dataset was collected in another kind of world than it was opened for."""

    def __init__(self, folder: Path, found: str, wanted: str) -> None:
        super().__init__(
            f"the dataset in {folder} was collected in the world {found!r}, not in {wanted!r}; "
            f"give env={found}, or another dataset"
        )


class DatasetMismatch(ValueError):
    """A dataset was to be continued in another way than it was begun."""

    def __init__(self, folder: Path, field: str, given: Any, stored: Any) -> None:
        super().__init__(
            f"the dataset in {folder} was begun with {field}={_brief(stored)}, and now "
            f"{field}={_brief(given)} was given; "
            "give the same to go on with it, or another folder to begin anew"
        )


class FolderTaken(ValueError):
    """A dataset was to be begun where something else is."""

    def __init__(self, folder: Path, found: str) -> None:
        super().__init__(
            f"{folder} holds {found} but no meta/info.json, so it is no dataset to go on with; "
            "give an empty folder, or one that doesn't exist yet"
        )


class BadRecord(ValueError):
    """An episode that can't be stored."""


def check_record(record: EpisodeRecord, kind: WorldKind) -> None:
    """Refuse what would not read back; raises `BadRecord`."""
    steps = len(record.actions)
    if record.actions.ndim != 2 or record.actions.shape[1] != 7 or not steps:
        raise BadRecord(f"actions of an episode have the shape (T, 7) with T > 0, not {record.actions.shape}")
    if any(len(field) != steps + 1 for field in record.states[:2]):
        lengths = sorted({len(field) for field in record.states[:2]})
        raise BadRecord(
            f"{steps} actions need {steps + 1} states, one before each and one after, not {lengths}"
        )
    if record.states.n_objects != len(record.scene.names):
        objects = len(record.scene.names)
        raise BadRecord(f"the scene has {objects} objects, and the states have {record.states.n_objects}")
    why = why_unsound(record.states, record.actions) or kind.mismatch(record.scene, record.states)
    if why:
        raise BadRecord(f"the episode can't be stored, as physics gives no such values: {why}")


def _brief(value: Any) -> str:
    return shortened(json.dumps(value), 80)
