"""From a goal to sentences that ask for it: the grammar, and what any other describer must offer.

A sentence is a frame around a wording with a noun phrase for each thing: "could you please | pick up
{object} | the red cube". Things are named by what tells them apart in their scene. Which part of the
words, wordings and frames may be used is the grammar's split; `data.language.held_out` declares them.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar
from zlib import crc32

import numpy as np

from data.language.check import check_language
from data.language.naming import Phrases, fixture_of, phrases_for
from data.language.splits import split_named
from data.language.templates import FRAMES, frame_class, framed, negatable, waits, wordings_of
from sim.desk.tasks.families import TASKS
from sim.task import Goal, Task, task_named

PLAIN_FRAME = 0.3  # of the sentences are the bare imperative
PLAIN_NAME = 0.5  # of the noun phrases are the plainest that will do: "the red cube"
OUTCOME = 0.2  # of the sentences say how things should be, not what to do: "make sure the drawer is open"
NO_ARTICLE = 0.06  # of the sentences leave articles out: "open drawer"
WAIT = 0.1  # of the sentences that forbid ask for nothing to be done at all
TRIES = 4  # attempts per sentence asked for at sentences that differ

Option = TypeVar("Option")


class Describer(Protocol):
    """Puts a goal into words. `Grammar` is one; a language model or people may be others."""

    def describe(self, goal: Goal, names: tuple[str, ...], rng: np.random.Generator, n: int) -> list[str]:
        """At most n sentences in the form of `data.language.lexicon.normalise`, all different.

        `names` are the scene's objects ("red cube"), indexed by the goal. Fewer than n, or none, come
        back where not so many can be said truthfully.
        """
        ...

    def forbid(self, goal: Goal, names: tuple[str, ...], rng: np.random.Generator, n: int) -> list[str]:
        """Likewise sentences that forbid the goal, or ask for nothing to be done at all."""
        ...


class _Draw:
    """Uniform choices, fast: random numbers are drawn 32 at a time."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng, self._left = rng, []

    def chance(self) -> float:
        if not self._left:
            self._left = self._rng.random(32).tolist()
        return self._left.pop()

    def pick(self, options: Sequence[Option]) -> Option:
        return options[int(self.chance() * len(options))]


def _different(n: int, write: Callable[[], str | None]) -> list[str]:
    """At most n different sentences of a writer that may repeat itself, or fail."""
    found: dict[str, None] = {}
    for _ in range(TRIES * n):
        sentence = write()
        if sentence is not None:
            found[sentence] = None
        if len(found) == n:
            break
    return list(found)


class Grammar:
    """Writes the sentences of one split; goals that belong to another split get none.

    With `variety`, at most that many different sentences per family and way of naming its things are
    written, the same ones in every process: a bound on what a text encoder has to read. `tasks` are the
    families that it knows. Raises what `check_language` raises.
    """

    def __init__(
        self, split: str = "train", variety: int | None = None, tasks: Sequence[Task] = TASKS
    ) -> None:
        check_language(tasks)
        self.split, self.variety, self._tasks = split_named(split).name, variety, tasks
        self._pools: dict[tuple[object, ...], list[str]] = {}

    def describe(self, goal: Goal, names: tuple[str, ...], rng: np.random.Generator, n: int) -> list[str]:
        """At most n different sentences that ask for the goal, true of the scene."""
        things = self._things(goal, names)
        if things is None:
            return []
        task = task_named(goal.task, self._tasks)
        if self.variety is None:
            return self._sentences(task, things, rng, n)
        pool = self._pool(task, things)
        return [pool[i] for i in rng.permutation(len(pool))[:n]]

    def forbid(self, goal: Goal, names: tuple[str, ...], rng: np.random.Generator, n: int) -> list[str]:
        """At most n different sentences that forbid the goal, or ask for nothing to be done at all."""
        things = self._things(goal, names)
        kind = "paraphrase" if self.split == "paraphrase" else "train"
        if things is None:
            return []
        draw, task = _Draw(rng), task_named(goal.task, self._tasks)
        acts = negatable(task, kind) or negatable(task, "train")  # none: the family has outcomes alone

        def sentence() -> str | None:
            if draw.chance() < WAIT or not acts:
                return draw.pick(waits(kind))
            wording = draw.pick(acts)
            frame = draw.pick(draw.pick(FRAMES["forbid", kind]))
            return self._filled(framed(frame, wording), things, draw, False, False)

        return _different(n, sentence)

    def _things(self, goal: Goal, names: tuple[str, ...]) -> dict[str, Phrases] | None:
        """What each placeholder may be called; None if the goal is of another split or can't be named."""
        if not split_named(self.split).allows(goal, names):
            return None
        family = task_named(goal.task, self._tasks)
        things = {"fixture": fixture_of(family)} if family.fixture else {}
        for key, index in (("object", goal.object), ("other", goal.other)):
            if index >= 0:
                things[key] = phrases_for(names[index], names)
        return things if all(phrases.plain for phrases in things.values()) else None

    def _pool(self, task: Task, things: dict[str, Phrases]) -> list[str]:
        key = (task.name, *(phrases.plain for phrases in things.values()))
        if key not in self._pools:
            seeded = np.random.default_rng(crc32(repr((self.split, key)).encode()))
            self._pools[key] = self._sentences(task, things, seeded, self.variety or 0)
        return self._pools[key]

    def _sentences(
        self, task: Task, things: dict[str, Phrases], rng: np.random.Generator, n: int
    ) -> list[str]:
        draw = _Draw(rng)
        return _different(n, lambda: self._sentence(task, things, draw))

    def _sentence(self, task: Task, things: dict[str, Phrases], draw: _Draw) -> str | None:
        """One sentence; None if this draw came to nothing new where something new is called for."""
        wording_kind, frame_kind = self._kinds(draw)
        words = wordings_of(task, wording_kind)
        groups = words.outcomes if draw.chance() < OUTCOME else words.acts
        if not groups:
            groups = words.acts or words.outcomes
        if not groups:  # the family holds no such wording out
            if self.split == "paraphrase":
                frame_kind = "paraphrase"
            words = wordings_of(task, "train")
            wording_kind, groups = "train", words.acts or words.outcomes
        wording = draw.pick(draw.pick(groups))
        frame = "{do}"
        place = frame_class(wording)
        if place == "outcome" or frame_kind == "paraphrase" or draw.chance() >= PLAIN_FRAME:
            frame = draw.pick(draw.pick(FRAMES[place, frame_kind]))
        text = framed(frame, wording)
        return self._filled(text, things, draw, self.split == "synonym", wording_kind == "synonym")

    def _kinds(self, draw: _Draw) -> tuple[str, str]:
        """(kind of wording, kind of frame) for one sentence."""
        if self.split == "synonym":
            return ("synonym" if draw.chance() < 0.5 else "train"), "train"
        if self.split == "paraphrase":
            chance = draw.chance()
            return ("train" if chance < 0.25 else "paraphrase"), ("train" if chance >= 0.75 else "paraphrase")
        return "train", "train"

    def _filled(
        self, text: str, things: dict[str, Phrases], draw: _Draw, synonyms: bool, is_new: bool
    ) -> str | None:
        """The text with its things named; None if it should be new (`synonyms`) and cannot be.

        It is new by its wording (`is_new`), or by a held-out word in the name of a thing.
        """
        keys = [key for key in things if f"{{{key}}}" in text]
        new = [key for key in keys if synonyms and things[key].held_out]
        if synonyms and not is_new:
            if not new:
                return None
            forced = draw.pick(new)
            new = [key for key in new if key == forced or draw.chance() < 0.25]
        elif new:
            new = [key for key in new if draw.chance() < 0.25]
        articles = draw.chance() >= NO_ARTICLE
        for key in keys:
            phrase = draw.pick(things[key].held_out) if key in new else self._named(things[key], draw)
            text = text.replace(f"{{{key}}}", phrase if articles else phrase.removeprefix("the "))
        return text

    def _named(self, phrases: Phrases, draw: _Draw) -> str:
        if self.split in ("object", "composition"):  # the sentence must say what is new about it
            return phrases.plain[0] if draw.chance() < PLAIN_NAME else draw.pick(phrases.full)
        if draw.chance() < PLAIN_NAME:
            return draw.pick(phrases.plain)
        return draw.pick(phrases.short if phrases.short and draw.chance() < 0.5 else phrases.full)
