"""Evaluation: how often does the policy do what it is told, in words that it has not heard?

plan      every trial is fixed first (robopolicy.evaluation.trials)
roll out  groups over worker processes; finished groups are kept, so an interrupted run goes on
sum up    counts, Wilson intervals, per family, controls -> eval_info.json (schema in the README)
"""

import dataclasses
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from data.common.atomic_io import write_json
from data.common.bounds import (
    MOST_CONTROL_STEPS,
    MOST_PROCESSES,
    MOST_SEED,
    MOST_TRIALS,
    Bounds,
    check_bounds,
)
from data.common.checksums import read_sealed, sealed
from data.common.locks import held
from robopolicy.common.console import warn
from robopolicy.common.errors import UnknownName, UserError
from robopolicy.common.provenance import environment, program
from robopolicy.common.world_option import layouts_of
from robopolicy.evaluation.actors import maker_for, prepare
from robopolicy.evaluation.plan import Plan, check_level, make_plan
from robopolicy.evaluation.reference import EXPERT
from robopolicy.evaluation.rollout_cache import Keep, read_complete
from robopolicy.evaluation.rollouts import CAUSES, Crew, Job, Rollouts, jobs_of, roll_out_all
from robopolicy.evaluation.summary import INFO, Result, summary
from robopolicy.evaluation.tally import Tally
from robopolicy.policies.agent import MEMORIES, OWN
from robopolicy.policies.checkpoint import hash_of
from sim.desk.scenes.sampler import SceneConfig

CONTROLS = ("shuffled", "empty")
BOUNDS: Bounds = {
    "n": (1, MOST_TRIALS), "seed": (0, MOST_SEED), "max_steps": (1, MOST_CONTROL_STEPS),
    "change_at": (0, MOST_CONTROL_STEPS), "n_controls": (0, MOST_TRIALS), "failures": (0, MOST_TRIALS),
    "videos": (0, MOST_TRIALS), "replays": (0, MOST_TRIALS), "workers": (1, MOST_PROCESSES),
}  # fmt: skip


@dataclass(frozen=True)
class EvaluateConfig:
    """What is evaluated, and on what."""

    checkpoint: str = "benchmark"  # folder of the policy, the "benchmark" that is shipped, or the "expert"
    levels: tuple[str, ...] = (
        "seen",
        "paraphrase",
        "composition",
    )  # of unseen; also pairs, chain, shown, yours
    n: int = 200  # rollouts per level; of pairs and chain so many pairs or chains
    seed: int = 0  # of scenes and sentences: the same seed gives the same trials
    world: str = "nominal"  # nominal, train, held_out, held_out:A+B, A=0.5+B=2, or one layout by its name
    commands: str | None = None  # a YAML file of your own sentences, family -> list: level "yours"
    output: str = "runs/evaluate"  # folder for eval_info.json, report.html and videos
    n_objects: int = 3  # movable objects on the desk, 1 to 5
    max_steps: int = 120  # control steps (0.1 s) until a rollout counts as failed
    memory: str = OWN  # whose past a policy with a memory goes by: its own, others (a control), or none
    change_at: int = 0  # control step from which a world obeys as another did until then; 0: never
    controls: tuple[str, ...] = CONTROLS  # does the sentence matter? other sentences, or none
    n_controls: int | None = None  # rollouts per control; null: as many as per level
    card: bool = False  # write the measured table into the checkpoint's README.md
    failures: int = 0  # failures per level to film
    videos: int = 0  # successes per level to film
    replays: int = 0  # successes, and as many failures, per level to keep as 3D replay pages
    workers: int | None = None  # processes; null: one per core

    def __post_init__(self) -> None:
        check_bounds(self, BOUNDS)
        if self.memory not in MEMORIES:
            raise UnknownName("memory", self.memory, MEMORIES)
        if self.change_at and (self.failures or self.videos or self.replays):
            raise ValueError(
                "a world that changes on the way is not filmed: leave out failures, videos and replays"
            )
        SceneConfig(n_objects=self.n_objects, layouts=layouts_of(self.world))
        for level in self.levels:
            check_level(level)
        for control in self.controls:
            if control not in CONTROLS:
                raise UnknownName("control", control, CONTROLS)


class Evaluation(NamedTuple):
    """What came of all."""

    info: dict[str, Any]  # what eval_info.json says
    results: dict[str, list[Result]]  # row of the table -> results in the order of its trials


Tick = Callable[[Mapping[str, Tally], float], None]


def evaluate(
    config: EvaluateConfig,
    tick: Tick,
    crew: Crew | None = None,
    afresh: bool = True,
    and_then: Callable[[Evaluation], object] = lambda _: None,
) -> Evaluation:
    """Evaluate, write `eval_info.json` under `config.output`, and return it with the rollouts.

    `tick` is called after each group with the tally per row and the rollouts a minute so far. A `crew` of
    that checkpoint and `max_steps` spares each of many evaluations the start of worker processes. An
    interrupted evaluation goes on, also where `and_then` (films of it, say) was interrupted; without
    `afresh`, so does one that was complete. Raises `NoCheckpoint`, `FolderBusy`, `CannotWrite`, and the
    errors of `robopolicy.evaluation.plan`.
    """
    with held(config.output):
        keep, evaluation = _evaluate(config, tick, crew, afresh)
        and_then(evaluation)
        keep.complete(evaluation.info["produced_by"])
    return evaluation


def _evaluate(config: EvaluateConfig, tick: Tick, crew: Crew | None, afresh: bool) -> tuple[Keep, Evaluation]:
    start, made_by = time.monotonic(), environment()
    checkpoint = checkpoint_hash(config.checkpoint)
    plan = make_plan(config)
    prepare(config.checkpoint, plan)
    keep = Keep(rollouts_of(config), _depends(config, plan, checkpoint), afresh)
    done, per_minute = _roll_out(config, plan, keep, tick, crew)
    results = gathered(plan, done)
    info = summary(results, plan)
    info["produced_by"] = {
        **made_by,
        "checkpoint": config.checkpoint,
        "checkpoint_sha256": checkpoint,
        "config": dataclasses.asdict(config),
        "wall_s": round(time.monotonic() - start, 1),
        "rollouts_per_minute": round(per_minute, 1),
    }
    write_json(Path(config.output) / INFO, sealed(info))
    return keep, Evaluation(info, results)


def evaluate_once(config: EvaluateConfig, tick: Tick, crew: Crew | None = None) -> Evaluation:
    """A complete evaluation by this program read back from its folder; what is missing is evaluated now."""
    try:
        return evaluated(config)
    except NotEvaluated:
        return evaluate(config, tick, crew, afresh=False)


def evaluated(config: EvaluateConfig) -> Evaluation:
    """A complete evaluation read back from its folder; raises `NotEvaluated` if there is none.

    What it says is counted again from the rollouts, so a damaged `eval_info.json` is mended.
    """
    checkpoint, plan = checkpoint_hash(config.checkpoint), make_plan(config)
    found = read_complete(rollouts_of(config), _depends(config, plan, checkpoint), jobs_in(plan))
    if found is None:
        raise NotEvaluated(f"{config.output} holds no complete evaluation with these options: evaluate again")
    made_by, done = found
    results = gathered(plan, done)
    info = json.loads(json.dumps({**summary(results, plan), "produced_by": made_by}))
    path = Path(config.output) / INFO
    if not path.is_file() or read_sealed(path) != info:
        warn(f"{path} is missing or damaged; it is made again from the rollouts")
        write_json(path, sealed(info))
    return Evaluation(info, results)


def _depends(config: EvaluateConfig, plan: Plan, checkpoint: str) -> dict[str, Any]:
    """Everything that rollouts depend on, in words that fit after "other"."""
    return {
        **program(),
        "checkpoint": checkpoint,
        "options": [config.max_steps, config.memory, config.change_at],
        "trials": plan.to_json(),
    }


def rollouts_of(config: EvaluateConfig) -> Path:
    return Path(config.output) / "rollouts"


def jobs_in(plan: Plan, change_at: int = 0) -> list[Job]:
    """All groups of a plan."""
    return [job for row in plan.rows for job in jobs_of(row.trials, row.scenes, row.name, change_at)]


def checkpoint_hash(checkpoint: str) -> str:
    """The checkpoint's hash, "" for the expert; raises `NoCheckpoint` if there is none."""
    return "" if checkpoint == EXPERT else hash_of(checkpoint)


class NotEvaluated(UserError):
    """There is no evaluation where one was to be read."""


def _roll_out(
    config: EvaluateConfig, plan: Plan, keep: Keep, tick: Tick, crew: Crew | None
) -> tuple[dict[str, Rollouts], float]:
    """The rollouts of every group, and how many were run a minute."""
    start, fresh = time.monotonic(), 0
    tally = {row.name: Tally(len(row.trials)) for row in plan.rows}
    done: dict[str, Rollouts] = {}

    def count(job: Job, result: Rollouts) -> None:
        done[job.name] = result
        tally[job.row] = tally[job.row].plus(len(result.success), int(result.success.sum()))

    missing = []
    for job in jobs_in(plan, config.change_at):
        kept = keep.get(job)
        if kept is None:
            missing.append(job)
        else:
            count(job, kept)
    tick(tally, 0.0)
    workers = config.workers or os.cpu_count() or 1
    make = maker_for(config.checkpoint, config.memory)
    for job, result in crew(missing) if crew else roll_out_all(missing, make, config.max_steps, workers):
        keep.put(job, result)
        count(job, result)
        fresh += len(result.success)
        tick(tally, 60 * fresh / (time.monotonic() - start))
    return done, 60 * fresh / (time.monotonic() - start)


def gathered(plan: Plan, done: Mapping[str, Rollouts]) -> dict[str, list[Result]]:
    """Rollouts of groups -> results per row, in the order of the trials."""
    results: dict[str, list[Result]] = {row.name: [] for row in plan.rows}
    for job in jobs_in(plan):
        success, steps, actions, ends, context, causes = done[job.name]
        for i, (trial, scene) in enumerate(zip(job.trials, job.scenes, strict=True)):
            n, given = int(steps[i]), tuple(int(end) for end in ends[i] if end)
            mine = (bool(success[i]), n, actions[i, :n], given, context[i], CAUSES[causes[i]])
            results[job.row].append(Result(trial, scene, *mine))
    return results
