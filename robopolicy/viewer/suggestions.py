"""What a visitor may try: sentences for the scene that is there, some as in training, some unseen."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from data.language.grammar import Grammar
from robopolicy.evaluation.levels.registry import GRAMMAR_LEVELS
from robopolicy.evaluation.levels.unseen import UnseenLevel
from sim.desk.tasks.families import TASKS, Goal, goals_of, possible
from sim.state import State

SEEN = "seen"
GOALS = 3  # of each family that are tried
DRAWS = 40  # sentences of a goal, of which the shortest is offered: it has to fit on a button


class Suggestion(NamedTuple):
    """A sentence that can be obeyed right now, and what is right."""

    sentence: str
    level: str  # of `robopolicy.evaluation.levels`: what is new about it
    goal: Goal

    @property
    def seen(self) -> bool:
        """Whether training may have had it."""
        return self.level == SEEN


def suggestions(
    state: State, names: tuple[str, ...], rng: np.random.Generator, levels: Sequence[str]
) -> list[Suggestion]:
    """One sentence for each of the levels asked for, of different families as far as they go.

    A level that the scene has nothing for (no unseen pairing, say) gives place to a paraphrase.
    """
    known = {level.name: level for level in GRAMMAR_LEVELS}
    found: list[Suggestion] = []
    for name in levels:
        for level in (known[name], known["paraphrase"]):
            one = next(_said(level, state, names, rng, {s.goal.task for s in found}), None)
            if one:
                found.append(one)
                break
    return found


def _said(
    level: UnseenLevel, state: State, names: tuple[str, ...], rng: np.random.Generator, taken: set[str]
) -> Iterator[Suggestion]:
    """Sentences of a level, families that were not taken yet first."""
    grammar = Grammar(level.split)
    order = [TASKS[i] for i in rng.permutation(len(TASKS))]
    for task in sorted(order, key=lambda task: task.name in taken):
        goals = [goal for goal in goals_of(task, state.n_objects) if possible(goal, state)]
        for i in rng.permutation(len(goals))[:GOALS]:
            if level.allows(goals[i], names):
                drawn = grammar.describe(goals[i], names, rng, DRAWS)
                if drawn:
                    yield Suggestion(min(drawn, key=len), level.name, goals[i])
