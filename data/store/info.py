"""meta/info.json, checked: what of it is needed to read a dataset, and no more."""

import json
from pathlib import Path
from typing import Any

from data.store.episode import (
    DatasetDamaged,
    DatasetOfOtherWorld,
    DatasetUnsupported,
    NoDataset,
    unreadable,
)
from data.store.lerobot_format import CODEBASE_VERSION, NEEDED, READABLE, format_of
from sim.common.printable import shown
from sim.world_spec import WorldSpec

_COUNTS = ("total_episodes", "total_frames", "fps")


def info_path(folder: Path) -> Path:
    """Where a dataset keeps its totals and features."""
    return folder / "meta/info.json"


def read_info(folder: Path, spec: WorldSpec) -> dict[str, Any]:
    """meta/info.json of a dataset that was collected in worlds of a kind.

    Raises `NoDataset`, `CannotRead`, `DatasetDamaged`, `DatasetOfOtherWorld` or `DatasetUnsupported`.

    LeRobot's tools leave out what we add under "robopolicy"; a dataset that they wrote has none there.
    """
    path = info_path(folder)
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NoDataset(folder) from error
    except (ValueError, OSError, RecursionError) as error:
        raise unreadable(path, error) from error
    if not isinstance(info, dict):
        raise DatasetDamaged(path, "not a JSON object")
    if info.get("codebase_version") != CODEBASE_VERSION:
        raise DatasetUnsupported(folder, f"codebase_version {info.get('codebase_version')}", CODEBASE_VERSION)
    ours = info.get("robopolicy")
    found = (ours if isinstance(ours, dict) else {}).get("world", spec.name)
    if found != spec.name:
        raise DatasetOfOtherWorld(folder, str(found)[:100], spec.name)
    _check_features(folder, info.get("features"), format_of(spec).widths)
    for name in _COUNTS:
        if type(info.get(name)) is not int or info[name] < (name == "fps"):
            raise DatasetDamaged(path, f"{name} must be a count, not {shown(info.get(name))}")
    _check_ours(folder, ours)
    return info


def config_of(info: dict[str, Any]) -> dict[str, Any]:
    """How the play was collected, as plain JSON types; {} if an editor left that out."""
    return (info.get("robopolicy") or {}).get("config", {})


def _check_features(folder: Path, features: Any, widths: dict[str, int]) -> None:
    for name in NEEDED:
        feature = features.get(name) if isinstance(features, dict) else None
        if feature is None:
            kind = f"no states of the world: no feature {name!r}" if "." in name else f"no feature {name!r}"
            raise DatasetUnsupported(folder, kind, "LeRobot datasets that robopolicy wrote")
        shape = feature.get("shape") if isinstance(feature, dict) else None
        if shape != [widths[name]]:
            raise DatasetUnsupported(folder, f"{name!r} of shape {shape}", f"the shape [{widths[name]}]")


def _check_ours(folder: Path, ours: Any) -> None:
    if ours is None:
        return
    if not isinstance(ours, dict):
        raise DatasetDamaged(info_path(folder), "its robopolicy must be a JSON object")
    if ours.get("format") not in READABLE:
        accepted = " and ".join(map(str, READABLE))
        raise DatasetUnsupported(folder, f"format {ours.get('format')}", f"formats {accepted}")
    if not isinstance(ours.get("config"), dict):
        raise DatasetDamaged(info_path(folder), "the config is missing")
