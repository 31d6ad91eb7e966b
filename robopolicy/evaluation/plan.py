"""The plan of an evaluation: every trial of every level and control, fixed before the first rollout."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from robopolicy.common.errors import UserError
from robopolicy.evaluation.levels.base import Level, LevelTrials
from robopolicy.evaluation.levels.registry import LEVELS, asked
from robopolicy.evaluation.trials.config import EvaluateConfig


class Plan(NamedTuple):
    """All that will be asked, in order: levels, then controls."""

    levels: tuple[LevelTrials, ...]

    def to_json(self) -> list[Any]:
        """All that rollouts depend on, to tell plans apart."""
        return [[one.key, one.trials, [scene.to_dict() for scene in one.scenes]] for one in self.levels]


def make_plan(config: EvaluateConfig, levels: Sequence[Level] = LEVELS) -> Plan:
    """The trials that the options ask for, of these levels; raises `UserError` for what cannot be asked."""
    planned: list[LevelTrials] = []
    for level in asked(config, levels):
        one = level.trials(config, planned)
        if one.trials:
            planned.append(one)
    if not planned:
        raise UserError(f"nothing to evaluate: the world {config.env} has no family for any of the levels")
    return Plan(tuple(planned))
