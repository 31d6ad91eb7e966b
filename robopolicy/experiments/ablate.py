"""Ablations: the same play and the same trials, one thing changed, several seeds, paired tests.

    robopolicy ablate variants='["policy.pooled=true","samples.label_fraction=0.1"]' seeds=[0,1,2]

A variant is a change of `robopolicy train`'s options, or several with spaces between them. What is not
changed is the baseline, which is trained too. Every policy is asked the same trials, so a difference is
tested trial by trial: those that more seeds of one variant succeeded at against those that more seeds of
the other did (an exact sign test; McNemar's with one seed). The test is about these policies: how far it
holds for other seeds depends on how many there are. A variant that adds to another is compared with
that one.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from data.common.atomic_io import write_json
from data.common.locks import held
from data.common.workers import spawned
from data.store.annotations import annotations_path
from data.store.concat import open_described
from data.store.segments import segments_path
from robopolicy.common.hydra_bridge.compose import load
from robopolicy.common.provenance import environment
from robopolicy.common.stages import Report, Stage, run_stages
from robopolicy.common.statistics import mcnemar, percent
from robopolicy.common.text import own_slug
from robopolicy.evaluation.evaluate import Evaluation, evaluate_once
from robopolicy.evaluation.levels.registry import asked
from robopolicy.evaluation.tally import Tally
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.training.config import TrainConfig
from robopolicy.training.loop import train
from sim.kinds.registry import kind_of_world

BASELINE = "baseline"


@dataclass(frozen=True)
class AblateConfig:
    """What is compared."""

    variants: tuple[str, ...] = (
        "policy.conditioning=free",
        "policy.pooled=true",
        "policy.head=flow",
        "token_noise=0",
        "samples.label_fraction=0.1",
        "samples.label_fraction=0.01",
        "samples.label_fraction=0.01 samples.undescribed=false",
        "samples.label_fraction=0.001",
        "samples.play_fraction=0.3",
        "samples.play_fraction=0.1",
    )  # options of train that differ from the baseline, several with spaces between them
    base: tuple[str, ...] = ("steps=4000", "threads=1")  # options of train that are the same for all
    seeds: tuple[int, ...] = (0, 1, 2)  # of training
    dataset: str = "runs/play"  # folder of described play
    output: str = "runs/ablate"  # folder for the policies and their evaluations
    levels: tuple[str, ...] = ("seen", "paraphrase", "synonym", "composition", "object")  # of unseen
    n: int = 240  # rollouts per level and policy
    workers: int = 2  # trainings, later rollouts, at a time

    def __post_init__(self) -> None:
        evaluation = EvaluateConfig(levels=self.levels, n=self.n, workers=self.workers, controls=())
        for seed in self.seeds:
            TrainConfig(seed=seed)
        for name in ("seeds", "levels", "variants"):
            values = getattr(self, name)
            if len(set(values)) < len(values):
                raise ValueError(f"{name} holds the same value twice")
        if not self.seeds or not self.levels:
            raise ValueError("an ablation needs at least one seed and one level")
        for level in asked(evaluation):
            if not level.counted:
                raise ValueError(f"{level.name} is not counted trial by trial; leave it out of levels")


class Training(NamedTuple):
    """One training: a variant with one seed."""

    variant: str
    seed: int
    config: TrainConfig
    folder: Path  # of its checkpoint


class Comparison(NamedTuple):
    """A variant on a level, all seeds together, against another variant on the same trials."""

    variant: str
    level: str
    n: int
    success: int
    against: str  # what it is compared with
    gained: int  # trials that more of its seeds succeeded at
    lost: int  # trials that more seeds of the other succeeded at
    p: float
    by_seed: tuple[int, ...]  # successes of each seed

    @property
    def rate(self) -> str:
        """The success rate with its interval, in words."""
        return percent(self.success, self.n)


def trainings_of(config: AblateConfig) -> list[Training]:
    """All trainings, baseline first; raises `BadOverride` for an option that train does not have."""
    folder = Path(config.output)
    return [
        Training(
            variant, seed,
            replace(load("train", TrainConfig, [*config.base, *changes]), seed=seed),
            folder / own_slug(variant) / f"seed{seed}",
        )
        for variant, changes in [(BASELINE, []), *((v, v.split()) for v in config.variants)]
        for seed in config.seeds
    ]  # fmt: skip


def ablate(config: AblateConfig) -> list[Comparison]:
    """Train and evaluate what is not done yet, and compare; writes `ablations.json`."""
    with held(config.output):
        return _ablate(config)


def _ablate(config: AblateConfig) -> list[Comparison]:
    trainings = trainings_of(config)
    for env, describer in {(one.config.env, one.config.describer) for one in trainings}:
        # refuses before anything is written
        open_described([Path(config.dataset)], kind_of_world(env), describer)
    described = _described(Path(config.dataset))
    found: dict[tuple[str, int], Evaluation] = {}

    def measure(report: Report) -> None:
        for i, training in enumerate(trainings):
            found[training.variant, training.seed] = _evaluated(config, training, report, i, len(trainings))

    settings = [asdict(training.config) for training in trainings]
    run_stages(
        [
            Stage("train", [described, settings], partial(_train_all, config, trainings), redo=True),
            Stage("evaluate", [config.levels, config.n], measure, redo=True),
        ],
        Path(config.output),
    )
    if not found:  # the stages were done before
        measure(lambda *_: None)
    rows = compared(found, config.seeds, config.levels)
    write_json(Path(config.output) / "ablations.json", _as_json(config, rows))
    return rows


def compared(
    found: dict[tuple[str, int], Evaluation], seeds: Sequence[int], levels: Sequence[str]
) -> list[Comparison]:
    """Every variant against what it adds to, on the same trials."""
    variants, rows = list(dict.fromkeys(variant for variant, _ in found)), []
    for variant in variants:
        other = _adds_to(variant, variants)
        for level in levels:
            mine, theirs = (
                np.array([[r.success for r in found[which, seed].results[level]] for seed in seeds])
                for which in (variant, other)
            )  # (seeds, trials)
            better = mine.sum(0) - theirs.sum(0)
            gained, lost = int((better > 0).sum()), int((better < 0).sum())
            by_seed = tuple(int(k) for k in mine.sum(1))
            p = mcnemar(gained, lost)
            rows.append(Comparison(variant, level, mine.size, sum(by_seed), other, gained, lost, p, by_seed))
    return rows


def _described(dataset: Path) -> str:
    """Hash of all sentences that describe the play."""
    files = (segments_path(dataset), annotations_path(dataset))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files if path.is_file())).hexdigest()


def _adds_to(variant: str, variants: Sequence[str]) -> str:
    """The variant whose changes this one has all of, and more; the baseline if there is none."""
    mine = set(variant.split())
    parents = [other for other in variants if other != BASELINE and set(other.split()) < mine]
    return max(parents, key=len, default=BASELINE)


def _train_all(config: AblateConfig, trainings: Sequence[Training], report: Report) -> None:
    report(0, len(trainings))
    with spawned(min(config.workers, len(trainings))) as pool:
        for done, _ in enumerate(pool.as_finished(partial(_train, Path(config.dataset)), trainings), 1):
            report(done, len(trainings))


def _train(dataset: Path, training: Training) -> None:
    for _ in train(training.config, [dataset], training.folder):
        pass


def _evaluated(config: AblateConfig, training: Training, report: Report, at: int, of: int) -> Evaluation:
    evaluation = EvaluateConfig(
        checkpoint=str(training.folder), levels=config.levels, n=config.n, controls=(),
        output=str(training.folder / "evaluation"), workers=config.workers,
    )  # fmt: skip

    def tick(tallies: Any, per_minute: float) -> None:
        del per_minute
        report(at + _share(tallies.values()), of)

    return evaluate_once(evaluation, tick)


def _share(tallies: Iterable[Tally]) -> float:
    counts = [(tally.done, tally.n) for tally in tallies]
    return sum(done for done, _ in counts) / sum(n for _, n in counts)


def _as_json(config: AblateConfig, rows: Sequence[Comparison]) -> dict[str, Any]:
    return {
        "rows": [{**row._asdict(), "pc_success": round(100 * row.success / row.n, 2)} for row in rows],
        "produced_by": {**environment(), "config": asdict(config)},
    }
