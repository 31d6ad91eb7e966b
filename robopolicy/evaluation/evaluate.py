"""Evaluation: how often does the policy do what it is told, in words that it has not heard?

plan      every trial is fixed first (robopolicy.evaluation.plan)
roll out  groups over worker processes; finished groups are kept, so an interrupted run goes on
sum up    counts, Wilson intervals, per family, controls -> eval_info.json (schema in the README)
"""

import dataclasses
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from data.common.atomic_io import write_json
from data.common.checksums import read_sealed, sealed
from data.common.locks import held
from robopolicy.common.console import warn
from robopolicy.common.errors import UserError
from robopolicy.common.provenance import environment, program
from robopolicy.evaluation.actors import actor_maker, prepare
from robopolicy.evaluation.levels.base import Level
from robopolicy.evaluation.levels.registry import LEVELS
from robopolicy.evaluation.plan import Plan, make_plan
from robopolicy.evaluation.reference import EXPERT
from robopolicy.evaluation.rollout_cache import Marks, RolloutCache, marks_of, read_complete
from robopolicy.evaluation.rollouts import Group, Rollouts, RunGroups, group_size, groups_of, roll_out_all
from robopolicy.evaluation.summary import INFO, summary
from robopolicy.evaluation.tally import Tally
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.results import Result
from robopolicy.policies.checkpoint import confidence_of, hash_of
from sim.world import WorldKind


class Evaluation(NamedTuple):
    """The figures of an evaluation, and its rollouts."""

    info: dict[str, Any]  # what eval_info.json says
    results: dict[str, list[Result]]  # `LevelTrials.key` -> results in the order of its trials


Tick = Callable[[Mapping[str, Tally], float], None]
"""(tally by `LevelTrials.key`, rollouts a minute so far): called after each group."""


def evaluate(
    config: EvaluateConfig,
    tick: Tick,
    run: RunGroups | None = None,
    afresh: bool = True,
    and_then: Callable[[Evaluation], object] = lambda _: None,
    levels: Sequence[Level] = LEVELS,
) -> Evaluation:
    """Evaluate, write `eval_info.json` under `config.output`, and return it with the rollouts.

    `run`, of that checkpoint and `max_steps`, spares each of many evaluations the start of worker processes.
    `config.levels` and `config.controls` name some of `levels`. An interrupted evaluation goes on, also where
    `and_then` (filming, say) was interrupted; without `afresh`, so does one that was complete. Raises
    `NoCheckpoint`, `FolderBusy`, `CannotWrite`, and the errors of `robopolicy.evaluation.plan`.
    """
    with held(config.output):
        cache, evaluation = _evaluate(config, tick, run, afresh, levels)
        and_then(evaluation)
        cache.complete(evaluation.info["produced_by"])
    return evaluation


def _evaluate(
    config: EvaluateConfig, tick: Tick, run: RunGroups | None, afresh: bool, levels: Sequence[Level]
) -> tuple[RolloutCache, Evaluation]:
    start, made_by = time.monotonic(), environment()
    checkpoint = checkpoint_hash(config.checkpoint)
    plan = make_plan(config, levels)
    prepare(config.checkpoint, plan, config.kind)
    cache = RolloutCache(rollouts_folder(config), _marks(config, plan, checkpoint), afresh)
    done, per_minute = _roll_out(config, plan, cache, tick, run)
    results = gathered(plan, done, config.kind)
    info = summary(results, plan, config.kind, levels)
    info["produced_by"] = {
        **made_by,
        "checkpoint": config.checkpoint,
        "checkpoint_sha256": checkpoint,
        "config": dataclasses.asdict(config),
        "wall_s": round(time.monotonic() - start, 1),
        "rollouts_per_minute": round(per_minute, 1),
    }
    write_json(Path(config.output) / INFO, sealed(info))
    return cache, Evaluation(info, results)


def evaluate_once(
    config: EvaluateConfig, tick: Tick, run: RunGroups | None = None, levels: Sequence[Level] = LEVELS
) -> Evaluation:
    """A complete evaluation by this program read back from its folder; what is missing is evaluated now."""
    try:
        return evaluated(config, levels)
    except NotEvaluated:
        return evaluate(config, tick, run, afresh=False, levels=levels)


def evaluated(config: EvaluateConfig, levels: Sequence[Level] = LEVELS) -> Evaluation:
    """A complete evaluation read back from its folder; raises `NotEvaluated` if there is none.

    The figures are counted again from the rollouts, so a damaged `eval_info.json` is mended.
    """
    checkpoint, plan = checkpoint_hash(config.checkpoint), make_plan(config, levels)
    found = read_complete(
        rollouts_folder(config), _marks(config, plan, checkpoint), groups_in(plan, config.kind)
    )
    if found is None:
        raise NotEvaluated(f"{config.output} holds no complete evaluation with these options: evaluate again")
    made_by, done = found
    results = gathered(plan, done, config.kind)
    figures = summary(results, plan, config.kind, levels)
    info = json.loads(json.dumps({**figures, "produced_by": made_by}))
    path = Path(config.output) / INFO
    if not path.is_file() or read_sealed(path) != info:
        warn(f"{path} is missing or damaged; it is made again from the rollouts")
        write_json(path, sealed(info))
    return Evaluation(info, results)


def _marks(config: EvaluateConfig, plan: Plan, checkpoint: str) -> Marks:
    """Hashes of everything that rollouts depend on."""
    measured = config.refuse and config.checkpoint != EXPERT
    confidence = confidence_of(config.checkpoint) if measured else None
    return marks_of(
        {
            **program(),
            "checkpoint": checkpoint,
            "options": [config.max_steps, config.memory, config.change_at, config.refuse],
            "measure of confidence": confidence and dataclasses.asdict(confidence),
            "world": [config.env, group_size(config.kind)],
            "trials": plan.to_json(),
        }
    )


def rollouts_folder(config: EvaluateConfig) -> Path:
    """Where an evaluation keeps its finished rollouts."""
    return Path(config.output) / "rollouts"


def groups_in(plan: Plan, kind: WorldKind, change_at: int = 0) -> list[Group]:
    """All groups of a plan."""
    return [group for one in plan.levels for group in groups_of(one, kind, change_at)]


def checkpoint_hash(checkpoint: str) -> str:
    """The checkpoint's hash, "" for the expert; raises `NoCheckpoint` if there is none."""
    return "" if checkpoint == EXPERT else hash_of(checkpoint)


class NotEvaluated(UserError):
    """There is no evaluation where one was to be read."""


def _roll_out(
    config: EvaluateConfig, plan: Plan, cache: RolloutCache, tick: Tick, run: RunGroups | None
) -> tuple[dict[str, Rollouts], float]:
    """The rollouts of every group by its name, and how many were run a minute."""
    start, fresh = time.monotonic(), 0
    tally = {one.key: Tally(len(one.trials)) for one in plan.levels}
    done: dict[str, Rollouts] = {}

    def count(group: Group, rollouts: Rollouts) -> None:
        done[group.name] = rollouts
        tally[group.level] = tally[group.level].plus(len(rollouts.success), int(rollouts.success.sum()))

    missing = []
    for group in groups_in(plan, config.kind, config.change_at):
        kept = cache.get(group)
        if kept is None:
            missing.append(group)
        else:
            count(group, kept)
    tick(tally, 0.0)
    workers = config.workers or os.cpu_count() or 1
    make = actor_maker(config.checkpoint, config.kind, config.memory, config.refuse)
    for group, rollouts in run(missing) if run else roll_out_all(missing, make, config.max_steps, workers):
        cache.put(group, rollouts)
        count(group, rollouts)
        fresh += len(rollouts.success)
        tick(tally, 60 * fresh / (time.monotonic() - start))
    return done, 60 * fresh / (time.monotonic() - start)


def gathered(plan: Plan, done: Mapping[str, Rollouts], kind: WorldKind) -> dict[str, list[Result]]:
    """Rollouts by the name of their group -> results by level, in the order of the trials."""
    results: dict[str, list[Result]] = {one.key: [] for one in plan.levels}
    for group in groups_in(plan, kind):
        pairs = enumerate(zip(group.trials, group.scenes, strict=True))
        results[group.level] += [done[group.name].result(i, *one) for i, one in pairs]
    return results
