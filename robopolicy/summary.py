"""From rollouts to figures: the schema of eval_info.json, which the README documents."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from robopolicy.errors import UserError
from robopolicy.plan import Plan
from robopolicy.stats import wilson
from robopolicy.trials import Trial
from sim.scene import Scene
from sim.tasks import TASKS

SCHEMA = 1


class Result(NamedTuple):
    """What came of one trial, and all that is needed to see it again."""

    trial: Trial
    scene: Scene
    success: bool
    steps: int
    actions: NDArray[np.float32]  # (steps, 7)


def summary(results: Mapping[str, Sequence[Result]], plan: Plan) -> dict[str, Any]:
    """The figures of an eval_info: everything but `produced_by`."""
    levels = {row.name: results[row.name] for row in plan.rows if not row.control}
    families = {
        task.name: {
            level: counted(mine)
            for level, found in levels.items()
            if (mine := [r for r in found if r.trial.task == task.name])
        }
        for task in TASKS
    }
    return {
        "schema": SCHEMA,
        "levels": {level: counted(found) for level, found in levels.items()},
        "per_task": {name: by_level for name, by_level in families.items() if by_level},
        "controls": {row.control: counted(results[row.name]) for row in plan.rows if row.control},
        "episodes": [_episode(r) for found in levels.values() for r in found],
        "control_episodes": [
            {"control": row.control, **_episode(r)}
            for row in plan.rows if row.control for r in results[row.name]
        ],
    }  # fmt: skip


def counted(results: Sequence[Result]) -> dict[str, Any]:
    """Count, rate and interval, in percent."""
    n, k = len(results), sum(result.success for result in results)
    low, high = wilson(k, n)
    return {
        "n_episodes": n,
        "n_success": k,
        "pc_success": round(100 * k / n, 2) if n else None,
        "pc_success_ci95": [round(100 * low, 2), round(100 * high, 2)],
    }


def _episode(result: Result) -> dict[str, Any]:
    trial = result.trial
    return {
        "seed": trial.seed,
        "level": trial.level,
        "task": trial.task,
        "sentence": trial.sentence,
        "success": result.success,
        "steps": result.steps,
        "object": trial.object,
        "other": trial.other,
    }


def read_info(folder: Path) -> dict[str, Any]:
    """An eval_info.json read back; raises `UserError` if it is absent, damaged or of another schema."""
    path = folder / "eval_info.json"
    try:
        info = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise UserError(
            f"no eval_info.json in {str(folder)!r}; `robopolicy evaluate output={folder}` writes one"
        ) from error
    except (ValueError, OSError) as error:
        raise UserError(f"{path} is damaged: evaluate again to replace it") from error
    if not isinstance(info, dict) or info.get("schema") != SCHEMA:
        raise UserError(f"{path} is not of schema {SCHEMA}: evaluate again to replace it")
    return info
