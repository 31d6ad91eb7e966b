"""Level "chain": five commands in a row without a reset (`data.trials.chains`); the first failure ends it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.trials.chains import Chain, read_chains, scene_of
from robopolicy.common.errors import UserError
from robopolicy.common.statistics import mean_interval
from robopolicy.evaluation.levels.base import Level, LevelTrials, check_desk
from robopolicy.evaluation.levels.lines import Chart, Line, line_of
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.results import Result, episode_of, rated
from robopolicy.evaluation.trials.trial import Command, Trial
from sim.desk.tasks.families import TASKS
from sim.randomize.presets import NOMINAL


@dataclass(frozen=True, kw_only=True)
class ChainLevel(Level):
    """The first n of the chains that are shipped, the same for everybody."""

    def check(self, config: EvaluateConfig) -> None:
        check_desk(self, config)
        if config.world != NOMINAL:
            raise UserError(f"the chains are of the world {NOMINAL!r}; leave the level {self.name!r} out")
        if config.n > len(chains := read_chains()):
            raise UserError(f"there are {len(chains)} chains, not {config.n}: say n={len(chains)}")

    def trials(self, config: EvaluateConfig, planned: Sequence[LevelTrials] = ()) -> LevelTrials:
        del planned
        chains = read_chains()[: config.n]
        return LevelTrials(self, tuple(map(self._trial, chains)), tuple(map(scene_of, chains)))

    def _trial(self, chain: Chain) -> Trial:
        given = zip(chain.goals, chain.sentences, strict=True)
        return Trial(self.name, chain.seed, tuple(Command(said, (goal,)) for goal, said in given))

    def summary(self, results: Sequence[Result]) -> dict[str, Any]:
        """Adds `chain`: how many commands succeeded before the first failure."""
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
            self.name: {
                "n_chains": len(completed),
                "average_length": round(float(np.mean(completed)), 3),
                "average_length_ci95": [round(low, 3), round(high, 3)],
                "completed": {str(k): rated([c >= k for c in completed]) for k in range(1, longest + 1)},
                "per_task": {name: rated(done) for name, done in tasks if done},
            },
            "episodes": [self.episode(result) for result in results],
        }

    def episode(self, result: Result) -> dict[str, Any]:
        commands = [
            {"task": c.task, "sentence": c.sentence, "object": c.object, "other": c.other}
            for c in result.trial.commands
        ]
        return {**episode_of(result), "completed": result.completed, "commands": commands}

    def lines(self, info: Mapping[str, Any]) -> list[Line]:
        if self.name not in info:
            return []
        chain = info[self.name]
        low, high = chain["average_length_ci95"]
        average = f"{chain['average_length']:.2f} of {len(chain['completed'])} [{low:.2f}, {high:.2f}]"
        return [
            Line(f"{self.name}, average length", chain["n_chains"], average, description=self.description),
            *(
                line_of(f"{self.name}: {k} in a row", rate, quiet=True, chart=Chart(f"{k} in a row", rate))
                for k, rate in chain["completed"].items()
            ),
        ]


CHAIN = ChainLevel(
    name="chain",
    description="five commands in a row without a reset; the first failure ends it",
    single=False,
    counted=False,
)
