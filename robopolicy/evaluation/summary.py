"""From rollouts to figures: the schema of eval_info.json, which the README documents."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.common.checksums import read_sealed
from data.language.held_out import origin_of_words
from robopolicy.common.errors import UserError
from robopolicy.common.statistics import mean_interval, wilson
from robopolicy.evaluation.plan import CHAIN, PAIRS, Plan
from robopolicy.evaluation.rollouts import FELL
from robopolicy.evaluation.trials import Trial
from sim.desk.scene import Scene
from sim.desk.tasks.families import TASKS

SCHEMA, INFO = 1, "eval_info.json"
_ELSEWHERE = (PAIRS, CHAIN)  # rows that are not counted rollout by rollout


class Result(NamedTuple):
    """What came of one trial, and all that is needed to see it again."""

    trial: Trial
    scene: Scene
    success: bool
    steps: int
    actions: NDArray[np.float32]  # (steps, 7)
    ends: tuple[int, ...] = ()  # step at which each command that was given was done, or given up
    context: NDArray[np.float32] = np.zeros(0, np.float32)  # what it came to think of the world: `Agent`
    cause: str = ""  # why it failed: one of `robopolicy.evaluation.rollouts.CAUSES`

    @property
    def completed(self) -> int:
        """How many of its commands were done."""
        return len(self.ends) - (not self.success)


def summary(results: Mapping[str, Sequence[Result]], plan: Plan) -> dict[str, Any]:
    """The figures of an eval_info: everything but `produced_by`."""
    levels = {
        row.name: results[row.name] for row in plan.rows if not row.control and row.name not in _ELSEWHERE
    }
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
        "levels": {level: {**counted(found), "n_fallen": _fallen(found)} for level, found in levels.items()},
        **({"synonym_words": _by_words(levels["synonym"])} if "synonym" in levels else {}),
        **({"pairs": _pairs(results[PAIRS])} if PAIRS in results else {}),
        **({"chain": _chain(results[CHAIN])} if CHAIN in results else {}),
        "per_task": {name: by_level for name, by_level in families.items() if by_level},
        "controls": {row.control: counted(results[row.name]) for row in plan.rows if row.control},
        "episodes": [_episode(r) for row in plan.rows if not row.control for r in results[row.name]],
        "control_episodes": [
            {"control": row.control, **_episode(r)}
            for row in plan.rows if row.control for r in results[row.name]
        ],
    }  # fmt: skip


def counted(results: Sequence[Result]) -> dict[str, Any]:
    """Count, rate and interval, in percent."""
    return rated([result.success for result in results])


def rated(outcomes: Sequence[bool]) -> dict[str, Any]:
    """Outcomes as a count, a rate and an interval, in percent."""
    n, k = len(outcomes), sum(outcomes)
    low, high = wilson(k, n)
    return {
        "n_episodes": n,
        "n_success": k,
        "pc_success": round(100 * k / n, 2) if n else None,
        "pc_success_ci95": [round(100 * low, 2), round(100 * high, 2)],
    }


def _fallen(results: Sequence[Result]) -> int:
    """How many failed with something that they were about off the desk."""
    return sum(result.cause == FELL for result in results)


def _by_words(results: Sequence[Result]) -> dict[str, Any]:
    """The level "synonym" by how the new words of its sentences were chosen, as far as it was asked."""
    found: dict[str, list[Result]] = {"lot": [], "hand": [], "both": []}
    for result in results:
        found[origin_of_words(result.trial.sentence)].append(result)
    return {origin: counted(mine) for origin, mine in found.items() if mine}


def _pairs(results: Sequence[Result]) -> dict[str, Any]:
    """Minimal pairs, of which both members must be right; all, and by kind."""
    both = [(a.trial.kind, a.success and b.success) for a, b in zip(results[::2], results[1::2], strict=True)]
    kinds = dict.fromkeys(kind for kind, _ in both)
    by_kind = {kind: [right for other, right in both if other == kind] for kind in kinds}
    return {
        "both": rated([right for _, right in both]),
        "kinds": {kind: rated(rights) for kind, rights in by_kind.items()},
    }


def _chain(results: Sequence[Result]) -> dict[str, Any]:
    """Commands in a row without a reset: how many were done before the first failure."""
    completed = [result.completed for result in results]
    low, high = mean_interval(completed)
    longest = max(len(result.trial.commands) for result in results)
    given = [
        (command.task, k < result.completed)
        for result in results
        for k, command in enumerate(result.trial.commands[: len(result.ends)])
    ]
    tasks = [(task.name, [done for name, done in given if name == task.name]) for task in TASKS]
    return {
        "n_chains": len(completed),
        "average_length": round(float(np.mean(completed)), 3),
        "average_length_ci95": [round(low, 3), round(high, 3)],
        "completed": {str(k): rated([c >= k for c in completed]) for k in range(1, longest + 1)},
        "per_task": {name: rated(done) for name, done in tasks if done},
    }


def _episode(result: Result) -> dict[str, Any]:
    trial = result.trial
    told = {
        "seed": trial.seed,
        "level": trial.level,
        "task": trial.task,
        "sentence": trial.sentence,
        "success": result.success,
        "cause": result.cause,
        "steps": result.steps,
    }
    if trial.then:
        commands = [
            {"task": c.task, "sentence": c.sentence, "object": c.object, "other": c.other}
            for c in trial.commands
        ]
        return {**told, "completed": result.completed, "commands": commands}
    pair = {"kind": trial.kind, "refrain": trial.refrain} if trial.kind else {}
    return {**told, "object": trial.object, "other": trial.other, **pair}


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
