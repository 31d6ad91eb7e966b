"""Several policies in many worlds on the same trials: how much of its success does each keep, and which most?

    robopolicy worlds policies=memoryless=runs/a,history=runs/b

Every policy has the same trials in every world, so all are compared with the first trial by trial. A sweep
varies one factor over its held-out range, which contains the training range, with the others nominal. Two
worlds share the seeds and families of their trials; see `robopolicy.experiments.transfer` for what else.
`runs/b@none` is the policy of runs/b without its memory, `runs/b@others` with another world's: what inferring
it is worth.

Each policy has an evaluation per world in a folder of its own, which is read back when it is complete:
worlds and policies that are added later cost what they cost alone. worlds.json says which code made each.
"""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from data.common.atomic_io import write_json
from data.common.bounds import MOST_SEED, MOST_TRIALS, check_bounds
from data.common.locks import held
from robopolicy.common.errors import UnknownName
from robopolicy.common.provenance import environment
from robopolicy.common.stages import Report, Stage, run_stages
from robopolicy.common.text import own_slug
from robopolicy.common.world_option import layouts_of
from robopolicy.evaluation.actors import actor_maker
from robopolicy.evaluation.evaluate import Evaluation, Tick, checkpoint_hash, evaluate_once
from robopolicy.evaluation.levels.registry import LEVELS, asked
from robopolicy.evaluation.rollouts import runner_of
from robopolicy.evaluation.tally import Tally
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.experiments.probe import probe
from robopolicy.experiments.transfer import across, sweeps
from robopolicy.policies.agent import MEMORIES, OWN
from sim.common.printable import shown
from sim.kinds.desk import DESK
from sim.randomize.factors import factor_named
from sim.randomize.presets import NAMES, NOMINAL

SCHEMA = 1


@dataclass(frozen=True)
class WorldsConfig:
    """Which policies are compared, in which worlds."""

    policies: tuple[str, ...] = ("benchmark",)  # NAME=FOLDER or FOLDER, @others or @none after it: its memory
    worlds: tuple[str, ...] = (
        NOMINAL,
        "train",
        "held_out",
        "held_out:action_scale+control_yaw+latency",
        "held_out:fixture_shift+fixture_turn",
    )  # held_out:A+B draws factors, A=0.5+B=2 gives them values; nominal is always among them
    level: str = "paraphrase"  # of unseen: which sentences
    n: int = 500  # rollouts per policy and world
    sweep: tuple[str, ...] = (
        "action_scale",
        "control_yaw",
        "latency",
        "actuator_gain",
        "object_friction",
        "object_mass",
        "position_noise",
        "fixture_shift",
    )  # factors, each moved from one end of its held-out range to the other; [] for none
    points: int = 7  # values of each of them
    n_sweep: int = 100  # rollouts per policy and value
    seed: int = 0  # of scenes and sentences
    output: str = "runs/worlds"  # folder for worlds.json, worlds.html and the evaluations
    max_steps: int = 120  # control steps (0.1 s) until a rollout counts as failed
    change_at: int = 0  # control step from which a world obeys as another did until then; 0: never
    workers: int | None = None  # processes; null: one per core

    def __post_init__(self) -> None:
        evaluation = EvaluateConfig(
            levels=(self.level,), n=self.n, max_steps=self.max_steps, change_at=self.change_at,
            workers=self.workers, controls=(),
        )  # fmt: skip
        levels = [level.name for level in LEVELS if level.single]
        if self.level not in levels:
            raise UnknownName("level of single commands", self.level, levels)
        asked(evaluation)
        for factor in self.sweep:
            if factor not in NAMES:
                raise UnknownName("factor", factor, NAMES)
        check_bounds(self, {"n_sweep": (1, MOST_TRIALS), "points": (2, 1000), "seed": (0, MOST_SEED)})
        for world in self.worlds:
            layouts_of(world)
        policies_of(self)


class ComparedPolicy(NamedTuple):
    """A checkpoint, and what its memory is given."""

    checkpoint: str
    memory: str  # as in `robopolicy.policies.agent.Agent`


def policies_of(config: WorldsConfig) -> dict[str, ComparedPolicy]:
    """Name -> policy, in the order given."""
    found: dict[str, ComparedPolicy] = {}
    for given in config.policies:
        folder, _, memory = given.rpartition("@")
        rest, memory = (folder, memory) if folder and memory in MEMORIES else (given, OWN)
        name, equals, checkpoint = rest.partition("=")
        if not equals or "/" in name:  # a folder whose own name may hold a "="
            name, checkpoint = Path(rest).name, rest
            name = name if memory == OWN else f"{name}@{memory}"
        if not name or not checkpoint:
            raise ValueError(f"{shown(given)} names no policy: say NAME=FOLDER")
        if name in found:
            raise ValueError(f"two policies are called {shown(name)}: say NAME=FOLDER for each")
        found[name] = ComparedPolicy(checkpoint, memory)
    if not found:
        raise ValueError(
            "policies is empty: say NAME=FOLDER for each; the others are compared with the first"
        )
    return found


def worlds_of(config: WorldsConfig) -> tuple[str, ...]:
    """The worlds of the table, nominal first."""
    return tuple(dict.fromkeys((NOMINAL, *config.worlds)))


def sweep_of(config: WorldsConfig) -> dict[str, dict[float, str]]:
    """Factor -> value -> the world in which it has that value."""
    return {name: {value: _world_at(name, value) for value in _values(config, name)} for name in config.sweep}


def rollouts_of(config: WorldsConfig) -> dict[str, int]:
    """World -> number of rollouts. Fewer are the first of more, so that nothing is rolled out twice."""
    n_rollouts = dict.fromkeys(worlds_of(config), config.n)
    for worlds in sweep_of(config).values():
        for world in worlds.values():
            n_rollouts[world] = max(n_rollouts.get(world, 0), config.n_sweep)
    return n_rollouts


def compare_worlds(config: WorldsConfig) -> dict[str, Any]:
    """Evaluate what is not done yet, and compare; writes `worlds.json` and returns what it says."""
    with held(config.output):
        return _compare(config)


def _compare(config: WorldsConfig) -> dict[str, Any]:
    policies, n_rollouts = policies_of(config), rollouts_of(config)
    hashes = {name: checkpoint_hash(policy.checkpoint) for name, policy in policies.items()}
    made: dict[str, dict[str, Evaluation]] = {}

    def evaluate(name: str, report: Report) -> None:
        made[name] = _evaluate(config, name, policies[name], report)

    settings = [config.level, config.seed, config.max_steps, config.change_at, n_rollouts]
    stages = [
        Stage(name, [hashes[name], policy.memory, *settings], partial(evaluate, name), redo=True)
        for name, policy in policies.items()
    ]
    run_stages(stages, Path(config.output))
    for name in policies:
        if name not in made:  # the stage was done before
            evaluate(name, lambda *_: None)
    found = {  # in the order given, whichever was rolled out first
        name: {world: one.results[config.level] for world, one in made[name].items()} for name in policies
    }
    info = {
        "schema": SCHEMA,
        "level": config.level,
        "policies": {
            name: {
                **policy._asdict(),
                "checkpoint_sha256": hashes[name],
                "commits": sorted({one.info["produced_by"]["commit"] for one in made[name].values()}),
            }
            for name, policy in policies.items()
        },
        "worlds": across(found, worlds_of(config), config.n),
        "sweep": sweeps(found, sweep_of(config), config.n_sweep),
        "known": {
            name: [one._asdict() for one in probe(by_world.get("train", ()), by_world.get("held_out", ()))]
            for name, by_world in found.items()
        },
        "produced_by": {**environment(), "config": asdict(config)},
    }
    write_json(Path(config.output) / "worlds.json", info)
    return info


def _evaluate(
    config: WorldsConfig, name: str, policy: ComparedPolicy, report: Report
) -> dict[str, Evaluation]:
    """World -> the evaluation of one policy."""
    n_rollouts = rollouts_of(config)
    total, done, made = sum(n_rollouts.values()), 0, {}
    workers = config.workers or os.cpu_count() or 1
    with runner_of(actor_maker(policy.checkpoint, DESK, policy.memory), config.max_steps, workers) as run:
        for world, n in n_rollouts.items():
            one = EvaluateConfig(
                **policy._asdict(), levels=(config.level,), n=n, seed=config.seed, world=world, controls=(),
                output=str(Path(config.output) / own_slug(name) / own_slug(world)),
                max_steps=config.max_steps, change_at=config.change_at, workers=workers,
            )  # fmt: skip
            made[world] = evaluate_once(one, _tick(report, done, total), run)
            done += n
            report(done, total)
    return made


def _tick(report: Report, before: int, total: int) -> Tick:
    def tick(tallies: Mapping[str, Tally], per_minute: float) -> None:
        del per_minute
        report(before + sum(tally.done for tally in tallies.values()), total)

    return tick


def _values(config: WorldsConfig, name: str) -> tuple[float, ...]:
    values = factor_named(name).points(config.points)
    return values if name != "n_objects" else values[1:]  # a single object cannot be stacked


def _world_at(name: str, value: float) -> str:
    """The nominal world itself where that is what the value makes; it draws the sizes of objects."""
    if name != "object_size" and value == factor_named(name).nominal:
        return NOMINAL
    return f"{name}={value:g}"
