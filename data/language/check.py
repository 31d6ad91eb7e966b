"""Whether the families of a world can be put into words: checked before the world is used."""

import re
from collections.abc import Sequence
from functools import cache

from data.language.held_out import HELD_OUT_WORDS
from data.language.lexicon import expand
from data.language.templates import wordings_of
from sim.task import Task


class NothingToSay(ValueError):
    """All that could be said of a family is held out of training."""

    def __init__(self, task: Task) -> None:
        said = [text for pattern in (*task.wordings, *task.outcomes) for text in expand(pattern)]
        words = dict.fromkeys(w for text in said for w in text.split() if w in HELD_OUT_WORDS)
        if not said:
            why = "it has neither wordings nor outcomes"
        elif words:
            why = f"the level synonym holds out {' and '.join(map(repr, words))}"
        else:
            why = "all its wordings and outcomes are in held_out"
        super().__init__(
            f"training has no words for the family {task.name}: {why}; give it a wording in other words"
        )


class NothingToFillIn(ValueError):
    """A wording has a placeholder that nothing stands for in its family."""

    def __init__(self, task: Task, pattern: str, key: str, accepted: Sequence[str]) -> None:
        those = " and ".join(f"{{{each}}}" for each in accepted) or "nothing"
        super().__init__(
            f"the family {task.name} is about {those}, so {{{key}}} in {pattern!r} stays empty; leave it "
            "out, or set arguments (1 for {object}, 2 for {object} and {other}) or fixture (for {fixture})"
        )


def check_language(tasks: Sequence[Task]) -> None:
    """Raise `NothingToSay` unless every family has a wording or an outcome that training may say, and
    `NothingToFillIn` where one has a placeholder that its family has nothing for.
    """
    for task in tasks:
        _check_family(task)


@cache  # of a family that is sound: grammars are made again and again
def _check_family(task: Task) -> None:
    words = wordings_of(task, "train")
    if not words.acts and not words.outcomes:
        raise NothingToSay(task)
    accepted = ("object", "other")[: task.arguments] + (("fixture",) if task.fixture else ())
    for pattern in (*task.wordings, *task.outcomes, task.told):
        for key in re.findall(r"\{(\w*)\}", pattern):
            if key not in accepted:
                raise NothingToFillIn(task, pattern, key, accepted)
