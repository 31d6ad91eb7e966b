"""From a goal to sentences that ask for it: the grammar, and the door for other describers.

A sentence is a frame around a wording with a noun phrase for each thing: "could you please | pick up
{object} | the red cube". Things are named by what tells them apart in their scene. Which part of the
words, wordings and frames may be used is the grammar's split; `data.language.held_out` declares them.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeVar
from zlib import crc32

import numpy as np

from data.language.held_out import (
    HELD_OUT_FRAMES,
    HELD_OUT_WAITS,
    held_out_wordings,
    split_named,
    train_objects,
)
from data.language.lexicon import (
    IMPERATIVE_FRAMES,
    INFINITIVE_FRAMES,
    NEGATION_FRAMES,
    OUTCOME_FRAMES,
    WAITS,
    expand,
)
from data.language.naming import Phrases, fixture_phrases, phrases_for, unheard_in
from sim.desk.tasks.families import TASKS, Goal, task_named
from sim.desk.tasks.task import Task

PLAIN_FRAME = 0.3  # of the sentences are the bare imperative
PLAIN_NAME = 0.5  # of the noun phrases are the plainest that will do: "the red cube"
OUTCOME = 0.2  # of the sentences say how things should be, not what to do
NO_ARTICLE = 0.06  # of the sentences leave articles out: "open drawer"
WAIT = 0.1  # of the sentences that forbid ask for nothing to be done at all
TRIES = 4  # attempts per sentence asked for at sentences that differ

FRONTED = frozenset(
    [
        *("a", "anticlockwise", "at", "atop", "away", "before", "behind", "clockwise", "counterclockwise"),
        *("down", "from", "in", "inside", "into", "left", "off", "on", "onto", "out", "past", "right"),
        *("round", "to", "towards", "up", "upon", "with"),
    ]
)
"""First words of wordings that put the place first, which only a bare imperative allows."""


Option = TypeVar("Option")


class Describer(Protocol):
    """Says in words what was, or should be, done. A grammar, or a person's annotations."""

    def describe(self, goal: Goal, names: tuple[str, ...], rng: np.random.Generator, n: int) -> list[str]:
        """At most n sentences in the form of `data.language.lexicon.normalise`, all different.

        `names` are the scene's objects ("red cube"), indexed by the goal. Fewer than n, or none, come
        back where not so many can be said truthfully.
        """
        ...

    def forbid(self, goal: Goal, names: tuple[str, ...], rng: np.random.Generator, n: int) -> list[str]:
        """Likewise sentences that forbid the goal, or ask for nothing to be done at all."""
        ...


class _Words(NamedTuple):
    """The acts or the outcomes of a family that are of one kind, by the pattern they come from."""

    acts: tuple[tuple[str, ...], ...]
    outcomes: tuple[tuple[str, ...], ...]


def _kind(text: str, held_out: frozenset[str]) -> str:
    if unheard_in(text):
        return "synonym"
    return "paraphrase" if text in held_out else "train"


def _of_kind(patterns: tuple[str, ...], kind: str, held_out: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    groups = (
        tuple(text for text in expand(pattern) if _kind(text, held_out) == kind) for pattern in patterns
    )
    return tuple(group for group in groups if group)


@lru_cache(maxsize=256)
def _words(task: Task, kind: str) -> _Words:
    held_out = held_out_wordings(task)
    return _Words(_of_kind(task.wordings, kind, held_out), _of_kind(task.outcomes, kind, held_out))


_FRAMES = {
    (name, kind): _of_kind(frames, kind, HELD_OUT_FRAMES)
    for name, frames in (
        ("fronted", IMPERATIVE_FRAMES),
        ("act", IMPERATIVE_FRAMES + INFINITIVE_FRAMES),
        ("outcome", OUTCOME_FRAMES),
        ("forbid", NEGATION_FRAMES),
    )
    for kind in ("train", "paraphrase")
}


def frame_class(wording: str) -> str:
    """Which frames the wording may stand in: "act" all of them, "fronted" those of an imperative."""
    first, second, *_ = wording.split(" ")
    if first.startswith("{"):  # a clause: "{object} is up", "{object} goes into the tray"
        return "outcome" if second == "is" and "is where" not in wording else "fronted"
    return "fronted" if first in FRONTED else "act"


def _framed(frame: str, wording: str) -> str:
    if "{do}" in frame:
        return frame.replace("{do}", wording)
    what, how = wording.split(" is ", 1)
    return frame.replace("{what}", what).replace("{how}", how)


@lru_cache(maxsize=256)
def negatable(task: Task, kind: str) -> tuple[str, ...]:
    """The family's wordings of a kind that may follow "not": acts with their verb first."""
    return tuple(act for group in _words(task, kind).acts for act in group if frame_class(act) == "act")


@lru_cache(maxsize=4)
def _waits(kind: str) -> tuple[str, ...]:
    held_out = kind == "paraphrase"
    return tuple(
        text for pattern in WAITS for text in expand(pattern) if (text in HELD_OUT_WAITS) == held_out
    )


class _Draw:
    """Cheap uniform choices: numbers are drawn from the generator by the block."""

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
    families that it knows.
    """

    def __init__(
        self, split: str = "train", variety: int | None = None, tasks: tuple[Task, ...] = TASKS
    ) -> None:
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

        def sentence() -> str | None:
            if draw.chance() < WAIT:
                return draw.pick(_waits(kind))
            wording = draw.pick(negatable(task, kind))
            frame = draw.pick(draw.pick(_FRAMES["forbid", kind]))
            return self._filled(_framed(frame, wording), things, draw, False, False)

        return _different(n, sentence)

    def _things(self, goal: Goal, names: tuple[str, ...]) -> dict[str, Phrases] | None:
        """What each placeholder may be called; None if the goal is of another split or can't be named."""
        if not split_named(self.split).allows(goal, names):
            return None
        family = task_named(goal.task, self._tasks)
        things = {"fixture": fixture_phrases(family.fixture)} if family.fixture else {}
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
        words = _words(task, wording_kind)
        groups = words.outcomes if draw.chance() < OUTCOME else words.acts
        if not groups:
            groups = words.acts or words.outcomes
        if not groups:  # the family holds no such wording out
            if self.split == "paraphrase":
                frame_kind = "paraphrase"
            wording_kind, groups = "train", _words(task, "train").acts
        wording = draw.pick(draw.pick(groups))
        frame = "{do}"
        place = frame_class(wording)
        if place == "outcome" or frame_kind == "paraphrase" or draw.chance() >= PLAIN_FRAME:
            frame = draw.pick(draw.pick(_FRAMES[place, frame_kind]))
        text = _framed(frame, wording)
        return self._filled(text, things, draw, self.split == "synonym", wording_kind == "synonym")

    def _kinds(self, draw: _Draw) -> tuple[str, str]:
        """Which kind of wording and of frame to use."""
        if self.split == "synonym":
            return ("synonym" if draw.chance() < 0.5 else "train"), "train"
        if self.split == "paraphrase":
            chance = draw.chance()
            return ("train" if chance < 0.25 else "paraphrase"), ("train" if chance >= 0.75 else "paraphrase")
        return "train", "train"

    def _filled(
        self, text: str, things: dict[str, Phrases], draw: _Draw, synonyms: bool, unheard: bool
    ) -> str | None:
        """The text with its things named; with `synonyms`, by unheard words where nothing else is new."""
        keys = [key for key in things if f"{{{key}}}" in text]
        new = [key for key in keys if synonyms and things[key].unheard]
        if synonyms and not unheard:
            if not new:
                return None
            forced = draw.pick(new)
            new = [key for key in new if key == forced or draw.chance() < 0.25]
        elif new:
            new = [key for key in new if draw.chance() < 0.25]
        articles = draw.chance() >= NO_ARTICLE
        for key in keys:
            phrase = draw.pick(things[key].unheard) if key in new else self._named(things[key], draw)
            text = text.replace(f"{{{key}}}", phrase if articles else phrase.removeprefix("the "))
        return text

    def _named(self, phrases: Phrases, draw: _Draw) -> str:
        if self.split in ("object", "composition"):  # the sentence must say what is new about it
            return phrases.plain[0] if draw.chance() < PLAIN_NAME else draw.pick(phrases.full)
        if draw.chance() < PLAIN_NAME:
            return draw.pick(phrases.plain)
        return draw.pick(phrases.short if phrases.short and draw.chance() < 0.5 else phrases.full)


# -- all that a grammar can say -------------------------------------------------------------------


def templates(task: Task, split: str) -> frozenset[str]:
    """Every sentence of a family in a split, with its things left open."""
    return frozenset(
        _framed(frame, wording)
        for wording_kind, frame_kind in _kinds_of(split)
        for group in (*_words(task, wording_kind).acts, *_words(task, wording_kind).outcomes)
        for wording in group
        for frames in _FRAMES[frame_class(wording), frame_kind]
        for frame in frames
    )


def _kinds_of(split: str) -> list[tuple[str, str]]:
    """Which wordings go into which frames; of the synonyms, where the wording is what is new."""
    kinds = {
        "paraphrase": [("paraphrase", "train"), ("paraphrase", "paraphrase"), ("train", "paraphrase")],
        "synonym": [("synonym", "train")],
    }
    return kinds.get(split, [("train", "train")])


@lru_cache(maxsize=8)
def vocabulary(split: str) -> frozenset[str]:
    """Every word that a sentence of the split may contain."""
    things = [phrases_for(f"{colour} {shape}", ()) for colour, shape in train_objects()]
    things += [fixture_phrases(task.fixture) for task in TASKS if task.fixture]
    groups = [group for phrases in things for group in (phrases.plain, phrases.full, phrases.short)]
    for wording_kind, frame_kind in _kinds_of(split):
        for task in TASKS:
            words = _words(task, wording_kind)
            places = {frame_class(wording) for group in (*words.acts, *words.outcomes) for wording in group}
            groups += [*words.acts, *words.outcomes]
            groups += [frames for place in places for frames in _FRAMES[place, frame_kind]]
    kind = "paraphrase" if split == "paraphrase" else "train"
    groups += [_waits(kind), *_FRAMES["forbid", kind]]
    if split == "synonym":
        groups += [phrases.unheard for phrases in things]
    known = {word for group in groups for text in group for word in text.split() if "{" not in word}
    return frozenset(known | vocabulary("train") if split == "synonym" else known)
