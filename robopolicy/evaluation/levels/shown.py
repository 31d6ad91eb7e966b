"""Level "shown": the trials of "seen" without a word; the state that is wanted is shown instead."""

from collections.abc import Sequence
from dataclasses import dataclass

from robopolicy.evaluation.levels.base import Level, LevelTrials
from robopolicy.evaluation.levels.unseen import SEEN
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.trial import Command


@dataclass(frozen=True, kw_only=True)
class ShownLevel(Level):
    """What is wanted is shown as a goal state."""

    def trials(self, config: EvaluateConfig, planned: Sequence[LevelTrials] = ()) -> LevelTrials:
        said = SEEN.trials(config, planned)
        trials = [
            trial._replace(level=self.name, commands=(Command("", (trial.goal,), demonstrated=True),))
            for trial in said.trials
        ]
        return LevelTrials(self, tuple(trials), said.scenes)


SHOWN = ShownLevel(
    name="shown",
    description="nothing is said: how things should be is shown (goal states of the scripted expert)",
    single=False,
    unseen=False,
)
