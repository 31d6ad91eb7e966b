"""The whole loop in one go, small enough for a laptop: play, relabel, train, calibrate, evaluate, film.

Everything is written under one folder. A stage that is finished is not run again, and one that was
interrupted goes on where it was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from data.common.bounds import MOST_TRIALS, check_bounds
from data.common.locks import held
from data.play.collection import MOST_MINUTES, PlayConfig, collect
from robopolicy.common.errors import UserError
from robopolicy.common.stages import Report, Stage, run_stages
from robopolicy.evaluation.evaluate import evaluate, evaluate_once
from robopolicy.evaluation.levels.registry import asked
from robopolicy.evaluation.summary import read_info
from robopolicy.evaluation.tally import Tally
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.results import Result
from robopolicy.policies.results_card import write_card
from robopolicy.reporting.report import training_curve, write_report
from robopolicy.reporting.tables import markdown_table
from robopolicy.reporting.videos import Film, chosen, films_of, montage
from robopolicy.training.calibration import calibrate
from robopolicy.training.config import TrainConfig
from robopolicy.training.loop import train
from robopolicy.training.relabelling import RelabelConfig, relabel_dataset
from sim.kinds.registry import kind_of_world
from sim.world import WorldKind

JOINED = 8  # films that are joined to one
VARIED = "train-latency-action_scale-control_yaw"
"""Worlds of varied play. How they obey is left out: policies with a memory learn actions as they arrived."""


@dataclass(frozen=True)
class DemoConfig:
    """The recipe; `configs/demo.yaml` holds the one that fits 20 minutes on two cores."""

    output: str = "runs/demo"  # everything goes here
    workers: int = 2  # processes that play and evaluate
    levels: tuple[str, ...] = ("seen", "paraphrase", "composition")  # of unseen, to be evaluated
    n: int = 200  # rollouts per level
    n_controls: int = 100  # rollouts per control
    seed: int = 0  # of the evaluation
    films: int = 2  # films of successes per level
    failures: int = 1  # films of failures per level
    varied_minutes: float = 0.0  # of further play, in randomised worlds
    play: PlayConfig = field(default_factory=PlayConfig)
    relabel: RelabelConfig = field(default_factory=RelabelConfig)
    train: TrainConfig = field(default_factory=TrainConfig)

    def __post_init__(self) -> None:
        films = (0, MOST_TRIALS)
        check_bounds(self, {"films": films, "failures": films, "varied_minutes": (0, MOST_MINUTES)})
        _ = asked(self.evaluation), self.plays  # what they refuse is refused before the play, not after it

    @property
    def folder(self) -> Path:
        """Where everything is written."""
        return Path(self.output)

    @property
    def plays(self) -> dict[Path, PlayConfig]:
        """Folder -> the play in it."""
        found = {self.folder / "play": self.play}
        if self.varied_minutes:
            scene = replace(self.play.scene, world=VARIED)
            found[self.folder / "varied"] = replace(
                self.play, minutes=self.varied_minutes, seed=self.play.seed + 1, scene=scene
            )
        return found

    @property
    def kind(self) -> WorldKind:
        """The kind of world that the policy is trained for."""
        return kind_of_world(self.train.env)

    @property
    def checkpoint(self) -> Path:
        """Where the policy is written."""
        return self.folder / "checkpoint"

    @property
    def evaluation(self) -> EvaluateConfig:
        """How the policy is measured."""
        return EvaluateConfig(
            checkpoint=str(self.checkpoint), levels=self.levels, n=self.n, seed=self.seed,
            output=self.output, n_controls=self.n_controls, workers=self.workers, env=self.train.env,
        )  # fmt: skip


def demo(config: DemoConfig) -> None:
    """Run what is not done yet; raises `OtherSettings` rather than overwrite other work."""
    plays = [asdict(play) for play in config.plays.values()]
    stages = [
        Stage("play", plays, lambda report: _play(config, report)),
        Stage("relabel", asdict(config.relabel), lambda report: _relabel(config, report)),
        Stage("train", asdict(config.train), lambda report: _train(config, report)),
        Stage("calibrate", None, lambda report: _calibrate(config, report), redo=True),
        Stage("evaluate", asdict(config.evaluation), lambda report: _evaluate(config, report), redo=True),
        Stage("film", [config.films, config.failures], lambda report: _film(config, report), redo=True),
    ]
    with held(config.folder):
        run_stages(stages, config.folder)


def _follow(progress: Iterable[tuple[int, int]], report: Report) -> None:
    """Run a stage that yields (done, total), and report both."""
    for done, total in progress:
        report(done, total)


def _play(config: DemoConfig, report: Report) -> None:
    for folder, play in config.plays.items():
        _follow(collect(play, folder, config.workers), report)


def _relabel(config: DemoConfig, report: Report) -> None:
    for folder in config.plays:
        _follow(relabel_dataset(folder, config.relabel), report)


def _train(config: DemoConfig, report: Report) -> None:
    _follow(train(config.train, list(config.plays), config.checkpoint), report)


def _calibrate(config: DemoConfig, report: Report) -> None:
    _follow(calibrate(config.checkpoint, config.kind), report)


def _evaluate(config: DemoConfig, report: Report) -> None:
    def tick(tallies: Mapping[str, Tally], per_minute: float) -> None:
        del per_minute
        report(sum(tally.done for tally in tallies.values()), sum(tally.n for tally in tallies.values()))

    info, _ = evaluate(config.evaluation, tick)
    write_card(config.checkpoint, markdown_table(info), config.kind)


def _film(config: DemoConfig, report: Report) -> None:
    levels = [level for level in asked(config.evaluation) if level.filmed]
    wanted = chosen(_results(config), [level.key for level in levels], config.films, config.failures)
    films: list[Film] = []
    report(0, len(wanted) + 1)
    for film in films_of(wanted, config.folder, config.workers, config.kind):
        films.append(film)
        report(len(films), len(wanted) + 1)
    brief = [level.name for level in levels if level.single and level.unseen]
    unseen = [film for film in films if film.success and film.level in brief]
    if unseen:
        montage(_in_turns(unseen)[:JOINED], config.folder, "unseen", config.kind)
    write_report(config.folder, films, training_curve(config.checkpoint), "unseen.gif" if unseen else "")


def _results(config: DemoConfig) -> dict[str, list[Result]]:
    """The rollouts of the evaluation; rolled out again if another evaluation replaced them."""
    return evaluate_once(config.evaluation, lambda *_: None).results


def _in_turns(films: list[Film]) -> list[Film]:
    """One of each level, then the next of each, so that different things are seen early."""
    by_level: dict[str, list[Film]] = {}
    for film in films:
        by_level.setdefault(film.level, []).append(film)
    longest = max(len(found) for found in by_level.values())
    return [found[i] for i in range(longest) for found in by_level.values() if i < len(found)]


def info_of(config: DemoConfig) -> dict[str, Any]:
    """The figures of a finished demo; where they are damaged, they are made again."""
    try:
        return read_info(config.folder)
    except UserError:
        return evaluate_once(config.evaluation, lambda *_: None).info
