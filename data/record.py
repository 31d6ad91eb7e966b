"""An episode of play, and what can be wrong with a dataset of them."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.scene import Scene
from sim.state import Array, State


class EpisodeRecord(NamedTuple):
    """What happened, and nothing of why. State t is the one before action t."""

    scene: Scene
    states: State  # T + 1 instants
    actions: Array  # (T, 7) float32 in [-1, 1]

    @property
    def length(self) -> int:
        """T, the number of control steps."""
        return len(self.actions)


class NoDataset(ValueError):
    """There is no dataset where one was to be read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"no dataset in {folder}: it has no meta/info.json; give the folder of a dataset, "
            f"or collect one: robopolicy play dataset={folder}"
        )


class DatasetDamaged(ValueError):
    """A file of a dataset is missing, or isn't what was written."""

    def __init__(self, path: Path, what: object) -> None:
        reason = " ".join(str(what).split()).rstrip(".")
        super().__init__(
            f"{path} is damaged ({reason[:200]}); restore it from a copy, or collect the dataset again "
            "into another folder: robopolicy play dataset=FOLDER"
        )


class DatasetUnsupported(ValueError):
    """A dataset that is well, but not one that this version can read."""

    def __init__(self, folder: Path, found: str, accepted: str) -> None:
        super().__init__(
            f"the dataset in {folder} has {found}, and this version reads {accepted}; "
            "collect one with robopolicy play, or use the version that wrote it"
        )


class DatasetMismatch(ValueError):
    """A dataset was to be continued in another way than it was begun."""

    def __init__(self, folder: Path, field: str, given: Any, stored: Any) -> None:
        super().__init__(
            f"the dataset in {folder} was begun with {field}={_short(stored)}, and now "
            f"{field}={_short(given)} was given; "
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


def check_record(record: EpisodeRecord) -> None:
    """Refuse what would not read back; raises `BadRecord`."""
    steps = len(record.actions)
    if record.actions.ndim != 2 or record.actions.shape[1] != 7 or not steps:
        raise BadRecord(f"actions of an episode have the shape (T, 7) with T > 0, not {record.actions.shape}")
    if any(len(field) != steps + 1 for field in record.states):
        lengths = sorted({len(field) for field in record.states})
        raise BadRecord(
            f"{steps} actions need {steps + 1} states, one before each and one after, not {lengths}"
        )
    if record.states.n_objects != len(record.scene.objects):
        objects = len(record.scene.objects)
        raise BadRecord(f"the scene has {objects} objects, and the states have {record.states.n_objects}")
    for name, field in [("actions", record.actions), *record.states._asdict().items()]:
        if not np.isfinite(field).all():
            raise BadRecord(f"{name} of an episode must be finite, and some values are not")


def _short(value: Any, limit: int = 80) -> str:
    text = json.dumps(value)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
