"""Level "pairs": minimal pairs of commands, of which both members must be right (`data.trials.pairs`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.trials.pairs import draw_pairs
from robopolicy.common.errors import UserError
from robopolicy.common.world_option import layouts_of, preset_of
from robopolicy.evaluation.levels.base import Level, LevelTrials, check_desk
from robopolicy.evaluation.levels.lines import Chart, Line, line_of
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.results import Result, rated
from robopolicy.evaluation.trials.trial import Command, Trial
from sim.randomize.presets import NOMINAL


@dataclass(frozen=True, kw_only=True)
class PairsLevel(Level):
    """Trials stand member after member: 2i and 2i + 1 are a pair."""

    def check(self, config: EvaluateConfig) -> None:
        check_desk(self, config)
        if preset_of(config.world) != NOMINAL:
            raise UserError(f"the pairs are of the world {NOMINAL!r}; leave the level {self.name!r} out")

    def trials(self, config: EvaluateConfig, planned: Sequence[LevelTrials] = ()) -> LevelTrials:
        """n pairs: 2n trials."""
        del planned
        pairs = draw_pairs(config.seed, config.n, config.n_objects, layouts_of(config.world))
        trials = [
            Trial(self.name, pair.seed, (Command(sentence, (goal,), must_not),), pair.kind)
            for pair in pairs
            for goal, sentence, must_not in zip(pair.goals, pair.sentences, pair.must_not, strict=True)
        ]
        return LevelTrials(self, tuple(trials), tuple(scene for pair in pairs for scene in pair.scenes))

    def summary(self, results: Sequence[Result]) -> dict[str, Any]:
        """Adds `pairs`: all, and by kind."""
        members = zip(results[::2], results[1::2], strict=True)
        both = [(one.trial.kind, one.success and other.success) for one, other in members]
        kinds = dict.fromkeys(kind for kind, _ in both)
        return {
            self.name: {
                "both": rated([right for _, right in both]),
                "kinds": {kind: rated([right for k, right in both if k == kind]) for kind in kinds},
            },
            "episodes": [self.episode(result) for result in results],
        }

    def episode(self, result: Result) -> dict[str, Any]:
        trial = result.trial
        return {**super().episode(result), "kind": trial.kind, "refrain": trial.first.must_not}

    def lines(self, info: Mapping[str, Any]) -> list[Line]:
        if self.name not in info:
            return []
        both, kinds = info[self.name]["both"], info[self.name]["kinds"]
        chart = Chart(self.name, both)
        return [
            line_of("minimal pairs, both right", both, self.description, chart=chart),
            *(line_of(f"{self.name}: {kind}", rate, quiet=True) for kind, rate in kinds.items()),
        ]


PAIRS = PairsLevel(
    name="pairs",
    description="two commands that differ in as few words as possible",
    single=False,
    counted=False,
    filmed=False,  # in half of those that forbid nothing happens
)
