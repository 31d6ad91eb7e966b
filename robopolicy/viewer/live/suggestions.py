"""Sentences that a visitor may try in the present scene: some as in training, some unseen."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from data.language.grammar import Grammar
from robopolicy.evaluation.levels.registry import GRAMMAR_LEVELS
from robopolicy.evaluation.levels.unseen import UnseenLevel
from sim.state import State
from sim.task import Goal, goals_of
from sim.world import WorldKind

SEEN = "seen"
GOALS = 3  # goals of each family that are tried
DRAWS = 40  # sentences drawn for a goal; the shortest is suggested, for it has to fit on a button


class Suggestion(NamedTuple):
    """A sentence that can be carried out now, with the goal that judges it."""

    sentence: str
    level: str  # of `robopolicy.evaluation.levels`: in which way the sentence is unseen
    goal: Goal

    @property
    def seen(self) -> bool:
        """Whether training may have contained the sentence."""
        return self.level == SEEN


def suggestions(
    state: State,
    names: tuple[str, ...],
    rng: np.random.Generator,
    levels: Sequence[str],
    kind: WorldKind,
) -> list[Suggestion]:
    """Draw one sentence for each entry of `levels`, of different families where possible.

    Where the scene offers nothing for a level (no unseen pairing, say), a paraphrase takes its place.
    `names` are those of the movable objects, in the order of the state's rows.
    """
    known = {level.name: level for level in GRAMMAR_LEVELS}
    found: list[Suggestion] = []
    for name in levels:
        for level in (known[name], known["paraphrase"]):
            taken = {suggestion.goal.task for suggestion in found}
            suggestion = next(_candidates(level, state, names, rng, taken, kind), None)
            if suggestion:
                found.append(suggestion)
                break
    return found


def _candidates(
    level: UnseenLevel,
    state: State,
    names: tuple[str, ...],
    rng: np.random.Generator,
    taken: set[str],
    kind: WorldKind,
) -> Iterator[Suggestion]:
    """Suggestions of a level in random order, families that are not in `taken` first."""
    grammar = Grammar(level.split, tasks=kind.tasks)
    order = [kind.tasks[i] for i in rng.permutation(len(kind.tasks))]
    for task in sorted(order, key=lambda task: task.name in taken):
        goals = [goal for goal in goals_of(task, state.n_objects) if kind.possible(goal, state)]
        for i in rng.permutation(len(goals))[:GOALS]:
            if level.allows(goals[i], names):
                drawn = grammar.describe(goals[i], names, rng, DRAWS)
                if drawn:
                    yield Suggestion(min(drawn, key=len), level.name, goals[i])
