"""Groups of items in the level "yours": their trials, and the figures of groups and items."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from data.trials.examination.draw import Asked, draw_examination
from data.trials.examination.items import Groups
from robopolicy.evaluation.levels.lines import Chart, Line, line_of
from robopolicy.evaluation.levels.unseen import SEEN
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.results import Result, counted
from robopolicy.evaluation.trials.trial import Command, Trial
from sim.desk.scene import Scene

GROUPS, ITEMS = "groups", "groups_items"  # keys of eval_info.json


def drawn_trials(
    groups: Groups, level: str, config: EvaluateConfig
) -> tuple[tuple[Trial, ...], tuple[Scene, ...]]:
    """n trials of every group, one group after another, and their scenes. Raises `BadItem`."""
    asked = draw_examination(groups, config.n, config.seed, config.scenes_of(SEEN.objects), config.kind)
    return tuple(_trial(one, level) for one in asked), tuple(one.scene for one in asked)


def _trial(asked: Asked, level: str) -> Trial:
    said = zip(asked.sentences, asked.goals, strict=True)
    commands = tuple(Command(sentence, goals) for sentence, goals in said)
    return Trial(level, asked.seed, commands, asked.group, asked.begin)


def group_summary(results: Sequence[Result], groups: Groups) -> dict[str, Any]:
    """The parts of eval_info.json; results in the order of `drawn_trials`. Nothing without groups."""
    if not groups:
        return {}
    mine = {group: [one for one in results if one.trial.kind == group] for group in groups}
    return {
        GROUPS: {group: counted(found) for group, found in mine.items()},
        ITEMS: {
            group: [
                {"say": [turn.say for turn in item.turns], **_figures(mine[group][number :: len(items)])}
                for number, item in enumerate(items)
            ]
            for group, items in groups.items()
        },
    }


def _figures(results: Sequence[Result]) -> dict[str, Any]:
    """The four of a rate of one item, and the median of how far off its act ended, where that is measured.

    An item with several acts that are measured has none: they may be of different units.
    """
    measured = [[error for error in result.errors if error is not None] for result in results]
    if max(map(len, measured), default=0) != 1:
        return counted(results)
    median = float(np.median([error for errors in measured for error in errors]))
    return {**counted(results), "median_error": round(median, 4)}


def group_lines(level: str, info: Mapping[str, Any]) -> list[Line]:
    """A line of the table of results for each group."""
    return [
        line_of(f"{level}: {group}", rate, quiet=True, chart=Chart(group, rate, quiet=True))
        for group, rate in info.get(GROUPS, {}).items()
    ]
