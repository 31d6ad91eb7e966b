"""The splits of the grammar: which sentences, goals and things are training's, and which are held out.

What is held out, `data.language.held_out` declares.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from data.language.held_out import (
    HELD_OUT_FRAMES,
    HELD_OUT_WAITS,
    HELD_OUT_WORDS,
    OBJECT_WORDS,
    WORDS_BY_LOT,
    all_objects,
    colour_and_shape,
    held_out_wordings,
    is_held_out_combination,
    is_held_out_object,
    train_objects,
)
from data.language.lexicon import normalise
from sim.common.names import unknown_name
from sim.desk.tasks.families import TASKS
from sim.task import Goal, Task, task_named


@dataclass(frozen=True)
class Split:
    """Which sentences, goals and things: those of training, or one kind that is held out."""

    name: str  # as `data.language.grammar.Grammar` takes it
    goals: str  # what is new about its goals, as `goal_split` says it
    objects: tuple[tuple[str, str], ...]  # (colour, shape) that its scenes are drawn from

    def allows(self, goal: Goal, names: tuple[str, ...]) -> bool:
        """Whether the goal belongs to this split in a scene of these things."""
        return goal_split(goal, names) == self.goals


SPLITS: tuple[Split, ...] = (
    Split("train", "train", train_objects()),
    Split("paraphrase", "train", train_objects()),
    Split("synonym", "train", train_objects()),
    Split("composition", "composition", train_objects()),
    Split("object", "object", all_objects()),
)
"""What a grammar can be asked for; the evaluation makes levels of them."""

_BY_NAME = {split.name: split for split in SPLITS}


def split_named(name: str) -> Split:
    """The split of that name; raises `UnknownSplit`."""
    if name not in _BY_NAME:
        raise UnknownSplit(name)
    return _BY_NAME[name]


class UnknownSplit(ValueError):
    """No split of the grammar has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(unknown_name("split", name, _BY_NAME))


def goal_split(goal: Goal, names: tuple[str, ...]) -> str:
    """ "train", "composition" or "object": what is new about the goal itself, whatever the sentence."""
    things = [names[i] for i in (goal.object, goal.other) if i >= 0]
    if any(is_held_out_object(*colour_and_shape(thing)) for thing in things):
        return "object"
    return "composition" if is_held_out_combination(goal.task, *things) else "train"


def training_goal(goal: Goal, names: tuple[str, ...]) -> bool:
    """Whether training may see this goal in a scene of these things."""
    return goal_split(goal, names) == "train"


# -- the door for sentences that the grammar did not write ----------------------------------------


def held_out_words_in(sentence: str) -> tuple[str, ...]:
    """Its words that training must not contain, in order."""
    return tuple(w for w in normalise(sentence).split() if w in HELD_OUT_WORDS or w in OBJECT_WORDS)


def origin_of_words(sentence: str) -> str:
    """ "lot", "hand" or "both": how the held-out words of a synonym sentence were chosen."""
    words = set(held_out_words_in(sentence))
    if words.isdisjoint(WORDS_BY_LOT):
        return "hand"
    return "lot" if words <= WORDS_BY_LOT else "both"


def why_held_out(
    sentence: str, goal: Goal, names: tuple[str, ...], tasks: Sequence[Task] = TASKS
) -> str | None:
    """Why training must not see this sentence of this goal; None if it may.

    For annotations by people, whose sentences no grammar keeps apart. Strict on the safe side: a
    sentence that merely contains a held-out wording counts as one.
    """
    split = goal_split(goal, names)
    if split != "train":
        things = " and ".join(names[i] for i in (goal.object, goal.other) if i >= 0)
        return f"{goal.task} of the {things} is held out for the level {split}"
    own = _own_words(names, tasks)
    words = [word for word in held_out_words_in(sentence) if word not in own]
    if words:
        return f"{words[0]!r} is held out for the level synonym"
    text = normalise(sentence)
    if text in HELD_OUT_WAITS:
        return "it is held out: it asks for nothing to be done"
    for held_out in (_frames(), _wordings(task_named(goal.task, tasks))):
        if held_out.search(text):
            return "its wording is held out for the level paraphrase"
    return None


def _own_words(names: tuple[str, ...], tasks: Sequence[Task]) -> frozenset[str]:
    """The words of the given names, which training says of whatever is not held out itself."""
    things = [colour_and_shape(name) for name in names]
    given = [" ".join(thing) for thing in things if not is_held_out_object(*thing)]
    fixtures = {task.fixture for task in tasks}
    return frozenset(word for name in (*given, *fixtures) for word in normalise(name).split())


_A_THING = r"[\w']+(?: (?!and\b)[\w']+){0,8}?"
"""As few words as will do, nine at most: "the cube shaped object with the grass green colour"."""


@cache
def _frames() -> re.Pattern[str]:
    return re.compile("|".join(f"^{_as_regex(frame)}$" for frame in sorted(HELD_OUT_FRAMES)))


@cache
def _wordings(task: Task) -> re.Pattern[str]:
    wordings = sorted(held_out_wordings(task))
    return re.compile("|".join(rf"\b{_as_regex(w)}\b" for w in wordings) or r"(?!)")


def _as_regex(pattern: str) -> str:
    """A held-out frame or wording as a regular expression; an outcome's "is" in any form, or left out."""
    gap, thing = ("{do}", "{what}", "{how}"), ("{fixture}", "{object}", "{other}")
    words = [r"\S.*" if w in gap else _A_THING if w in thing else w for w in pattern.split()]
    text = " ".join(words)
    return text.replace(" is ", r"(?: is| was| were|(?: to)? be)? ", 1) if pattern[0] == "{" else text
