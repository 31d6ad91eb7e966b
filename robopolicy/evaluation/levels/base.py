"""What a level is: the trials that it asks, how they are judged, and what is said of the results.

A level is one module in this folder with one instance of a subclass of `Level`, and its place in
`robopolicy.evaluation.levels.registry.LEVELS`. Plan, rollouts, eval_info.json, all tables, the report,
films and the commands find it there.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, NamedTuple

from robopolicy.common.errors import UserError
from robopolicy.evaluation.levels.lines import Chart, Line, line_of
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.judges import Judge, MakeJudge, judge_of
from robopolicy.evaluation.trials.results import Result, counted, episode_of, n_fallen
from robopolicy.evaluation.trials.trial import Command, Trial
from sim.kinds.desk import DeskKind
from sim.state import State
from sim.world import WorldKind


@dataclass(frozen=True, kw_only=True)
class Level(ABC):
    """One level of an evaluation.

    The defaults are those of a level whose trials are one sentence each. Instances go to worker processes
    with their trials, for `judge`: they hold plain values.
    """

    name: str  # as `levels=` takes it, or `controls=`
    description: str  # what is new at test time
    single: bool = True  # a trial is one sentence and one goal, so that controls can repeat it
    unseen: bool = True  # training contains nothing like it
    counted: bool = True  # every rollout is an outcome by itself, and is counted by family too
    filmed: bool = True  # `videos` and `failures` film its rollouts
    control: bool = False  # asked for by `controls=`

    @property
    def key(self) -> str:
        """Names its results and the files of its rollouts."""
        return self.name

    def implied_by(self, config: EvaluateConfig) -> bool:
        """Whether an option other than `levels` asks for it."""
        del config
        return False

    def check(self, config: EvaluateConfig) -> None:
        """Raise `UserError` if it cannot be asked with these options; draws nothing."""
        del config

    @abstractmethod
    def trials(self, config: EvaluateConfig, planned: Sequence["LevelTrials"]) -> "LevelTrials":
        """Its trials: a pure function of the options. `planned` are the levels before it, for controls.

        A level without trials is left out. Raises `UserError`.
        """

    def judge(self, command: Command, before: State, kind: WorldKind) -> Judge:
        """The judge of a command that is given in a state of a kind of world."""
        return judge_of(command, before, kind)

    def summary(self, results: Sequence[Result]) -> dict[str, Any]:
        """Its parts of eval_info.json, by key: mappings and lists are added to those of other levels."""
        return {
            "levels": {self.name: {**counted(results), "n_fallen": n_fallen(results)}},
            "episodes": [self.episode(result) for result in results],
        }

    def episode(self, result: Result) -> dict[str, Any]:
        """A trial as eval_info.json lists it."""
        return {**episode_of(result), "object": result.trial.object, "other": result.trial.other}

    def lines(self, info: Mapping[str, Any]) -> list[Line]:
        """Its lines of the table of results, from an eval_info; none if that does not have it."""
        rate = info["levels"].get(self.name)
        return [line_of(self.name, rate, self.description, chart=Chart(self.name, rate))] if rate else []


class LevelTrials(NamedTuple):
    """What will be asked on a level."""

    level: Level
    trials: tuple[Trial, ...]
    scenes: tuple[Any, ...]  # one for each trial, as `sim.world.Scene`
    judged_by: Level | None = None  # whose judge decides, if not its own

    @property
    def key(self) -> str:
        """Of its level."""
        return self.level.key

    def single(self) -> "LevelTrials":
        """Those trials that are one sentence which asks for something, so that controls can repeat them."""
        fits = [len(trial.commands) == 1 and bool(trial.task) for trial in self.trials]
        trials = tuple(compress(self.trials, fits))
        return self._replace(trials=trials, scenes=tuple(compress(self.scenes, fits)))

    @property
    def judge(self) -> MakeJudge:
        """What judges its trials."""
        return (self.judged_by or self.level).judge


def check_desk(level: Level, config: EvaluateConfig) -> None:
    """Raise `UserError` where a level whose scenes are the desk's is asked for in another kind of world."""
    if not isinstance(config.kind, DeskKind):
        raise UserError(f"the level {level.name!r} is about the desk; with env={config.env} leave it out")
