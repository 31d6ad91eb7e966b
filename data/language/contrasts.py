"""Which families and templates go together in a minimal pair (`data.trials.pairs`).

Nothing here is written for one sentence: a template of one family is turned by `OPPOSITES` into what
would be its opposite, and counts only if `data.language.templates.templates` has that for the sibling family.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from data.language.frames import IMPERATIVE_FRAMES, INFINITIVE_FRAMES, NEGATION_FRAMES
from data.language.held_out import HELD_OUT_FRAMES
from data.language.lexicon import expand
from data.language.naming import has_held_out_word
from data.language.templates import negatable, templates
from sim.common.seeds import rng_of
from sim.desk.tasks.families import TASKS, task_named
from sim.task import ContrastKind


class Contrast(NamedTuple):
    """Which families a pair is of, and in what their things differ."""

    kind: str
    tasks: tuple[str, str]
    differs: str = ""  # "colour" or "shape" where the same is asked of two things


def _siblings(kind: ContrastKind) -> tuple[tuple[str, str], ...]:
    """Pairs of families that are set apart in that way, as the families say."""
    return tuple((task.name, other) for task in TASKS for of, other in task.contrasts if of == kind)


_MANY = tuple(task for task in TASKS if task.arguments and not task.begins.place)
"""Families that a desk often offers for two things at once: no rare place is needed."""

FAMILIES: dict[str, tuple[tuple[str, str], ...]] = {
    "direction": _siblings("direction"),
    "roles": tuple((task.name, task.name) for task in TASKS if task.arguments == 2),
    "state": _siblings("state"),
    "thing": (
        *sorted(_siblings("thing"), key=lambda both: not task_named(both[0]).arguments),  # objects first
        *((task.name, task.name) for task in _MANY),
    ),
    "negation": tuple((task.name, task.name) for task in TASKS),
}
KINDS = tuple(FAMILIES)

OPPOSITES: dict[str, tuple[tuple[str, str], ...]] = {
    "direction": (
        *(("left", "right"), ("leftwards", "rightwards"), ("against", "with")),
        *(("counterclockwise", "clockwise"), ("anticlockwise", "clockwise")),
        *(("further away from", "closer to"), ("farther away from", "nearer to")),
        *(("further away", "closer"), ("farther away", "nearer"), ("away from", "towards")),
        *(("forward", "backward"), ("forwards", "backwards"), ("forward", "back"), ("ahead", "back")),
        *(("in front of", "behind"), ("before", "behind"), ("far", "near"), ("back", "front")),
        ("away", "back"),
    ),
    "state": (
        *(("open", "shut"), ("open", "closed"), ("open", "close"), ("opened", "closed"), ("out", "in")),
        *(("on", "off"), ("on", "out"), ("lit", "dark"), ("up", "down"), ("raise", "lower")),
    ),
}
"""Words that part two families, the first family's first, the better opposites before the others. Two
templates that go together differ in one of these; `templates` decides whether that is said at all."""


def contrasts(seed: int, n: int, n_objects: int) -> list[Contrast]:
    """In turn every kind, and of every kind every family; by colour and by shape by turns."""
    rng = rng_of("contrasts", seed)
    offered: dict[str, list[tuple[str, str]]] = {}
    for kind, families in FAMILIES.items():  # in an order by the seed, for the last ones of few pairs
        fit = [both for both in families if _things_needed(kind, both) <= n_objects]
        offered[kind] = [fit[i] for i in rng.permutation(len(fit))]
    kinds = [kind for kind in KINDS if offered[kind]]
    found = []
    for i in range(n):
        kind, k = kinds[i % len(kinds)], i // len(kinds)
        one, other = offered[kind][k % len(offered[kind])]
        turn = k % len(offered[kind]) + k // len(offered[kind])
        two_things = kind == "thing" and one == other
        found.append(Contrast(kind, (one, other), ("colour", "shape")[turn % 2] if two_things else ""))
    return found


def _things_needed(kind: str, both: tuple[str, str]) -> int:
    family = task_named(both[0])
    one_more = family.begins.place == "stacked" or (kind == "thing" and both[0] == both[1])
    return family.arguments + int(one_more)


@lru_cache(maxsize=256)
def twins(kind: str, one: str, other: str) -> tuple[tuple[str, str], ...]:
    """The templates of two families that go together, of the split furthest from training that has any."""
    for split in ("paraphrase", "train"):
        ours, theirs = (templates(task_named(name), split) for name in (one, other))
        if kind == "negation":
            frames = product(forbidding(), negatable(task_named(one), split))
            found = [(negate(act, affirmed(frame)), negate(act, frame)) for frame, act in frames]
        elif kind in OPPOSITES:
            found = _exchanged(OPPOSITES[kind], ours, theirs)
        else:
            found = [(text, text) for text in sorted(ours & theirs)]
            named = re.compile(r"\{\w+\}")
            most = max((len(named.findall(text)) for text, _ in found), default=0)
            found = [twin for twin in found if len(named.findall(twin[0])) == most]
        if found:
            return tuple(found)
    raise ValueError(f"{one} and {other} have no sentences that differ in so little")


def _exchanged(
    opposites: Sequence[tuple[str, str]], ours: frozenset[str], theirs: frozenset[str]
) -> list[tuple[str, str]]:
    """Each template with its first opposite: two words exchanged wherever one of them occurs."""
    found: dict[str, str] = {}
    for a, b in opposites:
        words = re.compile(rf"\b({a}|{b})\b")
        for text in sorted(ours - found.keys()):
            twin = words.sub(lambda match, a=a, b=b: b if match[1] == a else a, text)
            if twin != text and twin in theirs:
                found[text] = twin
    return list(found.items())


# -- saying no ------------------------------------------------------------------------------------

DENIALS = frozenset({"not", "never", "no"})
"""No frame that contains one of these serves as the one that asks: "why do not you {do}"."""


@lru_cache(maxsize=1)
def forbidding() -> tuple[str, ...]:
    """The frames that forbid and that training never uses."""
    frames = (frame for pattern in NEGATION_FRAMES for frame in expand(pattern))
    return tuple(dict.fromkeys(frame for frame in frames if frame in HELD_OUT_FRAMES))


def negate(wording: str, frame: str) -> str:
    """The template that forbids what the wording asks for: "do not open {fixture}"."""
    return frame.replace("{do}", wording)


@lru_cache(maxsize=256)
def affirmed(frame: str) -> str:
    """The frame that asks, nearest to one that forbids: "could you please {do}" for "... not {do}"."""
    asking = [
        text
        for text in (text for pattern in (*IMPERATIVE_FRAMES, *INFINITIVE_FRAMES) for text in expand(pattern))
        if not has_held_out_word(text) and DENIALS.isdisjoint(text.split())
    ]
    return min(asking, key=lambda text: (words_apart(text, frame, exchange=2), len(text)))


def words_apart(one: str, other: str, exchange: int = 1) -> int:
    """How many words must be put in, left out or exchanged to get from one to the other.

    With `exchange` 2 an exchanged word counts as one left out and one put in.
    """
    before = list(range(len(other.split()) + 1))
    for i, word in enumerate(one.split(), 1):
        row = [i]
        for j, target in enumerate(other.split(), 1):
            same = 0 if word == target else exchange
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + same))
        before = row
    return before[-1]
