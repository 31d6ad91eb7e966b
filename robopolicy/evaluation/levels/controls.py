"""Controls: does the sentence matter? The same trials, with the sentence of another family or with none.

They repeat the first trials of the level whose sentences are as in training, or else of the first level of
single sentences.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from robopolicy.common.errors import UserError
from robopolicy.evaluation.levels.base import Level, LevelTrials
from robopolicy.evaluation.levels.lines import Chart, Line, line_of
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.results import Result, counted
from robopolicy.evaluation.trials.trial import Trial
from sim.common.seeds import rng_of


@dataclass(frozen=True, kw_only=True)
class Control(Level):
    """A level that repeats trials of another one with other sentences."""

    single: bool = False
    unseen: bool = False
    counted: bool = False
    filmed: bool = False
    control: bool = True

    @property
    def key(self) -> str:
        return f"control-{self.name}"

    def trials(self, config: EvaluateConfig, planned: Sequence[LevelTrials]) -> LevelTrials:
        """None where no level has trials of single sentences, or these cannot be changed."""
        singles = [one.single() for one in planned if one.level.single]
        bases = sorted((one for one in singles if one.trials), key=lambda one: one.level.unseen)
        n = config.n if config.n_controls is None else min(config.n_controls, config.n)
        if not bases or not self.possible(bases[0].trials[:n]):
            return LevelTrials(self, (), ())
        base = bases[0]
        changed = tuple(self.changed(base.trials[:n], config.seed))
        return LevelTrials(self, changed, base.scenes[: len(changed)], base.judged_by or base.level)

    def possible(self, trials: Sequence[Trial]) -> bool:
        """Whether these trials can be changed."""
        return bool(trials)

    @abstractmethod
    def changed(self, trials: Sequence[Trial], seed: int) -> list[Trial]:
        """The same trials with other sentences."""

    def summary(self, results: Sequence[Result]) -> dict[str, Any]:
        return {
            "controls": {self.name: counted(results)},
            "control_episodes": [{"control": self.name, **self.episode(result)} for result in results],
        }

    def lines(self, info: Mapping[str, Any]) -> list[Line]:
        rate = info["controls"].get(self.name)
        if not rate:
            return []
        chart = Chart(f"control: {self.name}", rate, quiet=True)
        return [line_of(f"control: {self.name} sentences", rate, self.description, quiet=True, chart=chart)]


class Shuffled(Control):
    """Each trial has the sentence of a trial of another family."""

    def possible(self, trials: Sequence[Trial]) -> bool:
        return len({trial.task for trial in trials}) > 1

    def changed(self, trials: Sequence[Trial], seed: int) -> list[Trial]:
        return shuffled(trials, seed)


class Empty(Control):
    """Nothing is said."""

    def changed(self, trials: Sequence[Trial], seed: int) -> list[Trial]:
        del seed
        return [trial.saying("") for trial in trials]


def shuffled(trials: Sequence[Trial], seed: int) -> list[Trial]:
    """The same trials, each with the sentence of a trial of another family (a derangement by family)."""
    if len({trial.task for trial in trials}) < 2:
        raise UserError("the control with shuffled sentences needs trials of at least two families")
    rng = rng_of("control", seed, len(trials))
    tasks = [trial.task for trial in trials]
    giver = rng.permutation(len(trials))
    for _ in range(100):
        clashes = [i for i in range(len(trials)) if tasks[giver[i]] == tasks[i]]
        if not clashes:
            break
        for i in clashes:
            j = int(rng.integers(len(trials)))
            if tasks[giver[j]] != tasks[i] and tasks[giver[i]] != tasks[j]:
                giver[i], giver[j] = giver[j], giver[i]
    return [trial.saying(trials[giver[i]].sentence) for i, trial in enumerate(trials)]


SHUFFLED = Shuffled(name="shuffled", description="the same trials, each with the sentence of another family")
EMPTY = Empty(name="empty", description="the same trials, nothing said, and made to act all the same")
