"""From results to figures: what eval_info.json says (its schema is in the README)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from data.common.checksums import read_sealed
from robopolicy.common.errors import UserError
from robopolicy.evaluation.levels.base import Level
from robopolicy.evaluation.levels.registry import LEVELS
from robopolicy.evaluation.plan import Plan
from robopolicy.evaluation.trials.results import Result, counted
from sim.world import WorldKind

SCHEMA, INFO = 1, "eval_info.json"


def summary(
    results: Mapping[str, Sequence[Result]],
    plan: Plan,
    kind: WorldKind,
    levels: Sequence[Level] = LEVELS,
) -> dict[str, Any]:
    """The figures of an eval_info, all but `produced_by`; results by `LevelTrials.key`.

    `levels` are those that the plan was made of.
    """
    parts = {one.level: one.level.summary(results[one.key]) for one in plan.levels}
    first: dict[str, Any] = {"schema": SCHEMA, "levels": {}}
    last = {
        "per_task": _by_family(results, plan, kind),
        "controls": {},
        "episodes": [],
        "control_episodes": [],
    }
    keys = [key for level in levels for key in parts.get(level, ())]  # in the order of the registry
    own = {key: {} for key in keys if key not in first and key not in last}
    info: dict[str, Any] = {**first, **own, **last}
    for part in parts.values():
        for key, value in part.items():
            info[key] = [*info[key], *value] if isinstance(value, list) else {**info[key], **value}
    return info


def _by_family(results: Mapping[str, Sequence[Result]], plan: Plan, kind: WorldKind) -> dict[str, Any]:
    """Family -> level -> its rate, of trials of one goal, where rollouts are counted one by one."""
    families = {
        task.name: {
            one.level.name: counted(mine)
            for one in plan.levels
            if one.level.counted and (mine := [r for r in results[one.key] if r.trial.family == task.name])
        }
        for task in (*kind.tasks, *kind.more_tasks)
    }
    return {name: by_level for name, by_level in families.items() if by_level}


def read_info(folder: Path) -> dict[str, Any]:
    """An eval_info.json read back; raises `UserError` if it is absent, damaged or of another schema."""
    path = folder / INFO
    try:
        info = read_sealed(path)
    except FileNotFoundError as error:
        raise UserError(
            f"no {INFO} in {str(folder)!r}; `robopolicy evaluate output={folder}` writes one"
        ) from error
    if info is None:
        raise UserError(f"{path} is damaged, or of an earlier version: evaluate again to replace it")
    if info.get("schema") != SCHEMA:
        raise UserError(f"{path} is not of schema {SCHEMA}: evaluate again to replace it")
    return info
