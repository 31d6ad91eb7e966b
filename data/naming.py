"""What things are called: noun phrases that tell a thing apart in its scene, and reports in words."""

import re
from functools import lru_cache
from typing import NamedTuple

from data.lexicon import (
    ANYTHING,
    BY_COLOUR,
    BY_SHAPE,
    COLOUR_WORDS,
    FIXTURE_PHRASES,
    NOUNS,
    TOLD_FIXTURES,
    WITH_COLOUR,
    Noun,
    normalise,
)
from data.splits import HELD_OUT_WORDS, colour_and_shape
from sim.tasks import Goal, Task, task_named


class CannotFill(ValueError):
    """A wording asks for something that its family does not name."""

    def __init__(self, wording: str, task: str, unknown: str) -> None:
        usable = [f"{{{key}}}" for key in placeholders(task_named(task))]
        accepted = f"{task} names {' and '.join(usable)}" if usable else f"{task} names nothing to fill in"
        super().__init__(f"{{{unknown}}} in {wording!r} can't be filled in: {accepted}")


class Phrases(NamedTuple):
    """The noun phrases that tell one thing apart in its scene; all empty if nothing does."""

    plain: tuple[str, ...]  # what one would say first: "the red cube", "the cube", "the red one"
    full: tuple[str, ...]  # colour and shape: "the block that is crimson"
    short: tuple[str, ...]  # the colour or the shape, where that is enough
    unheard: tuple[str, ...]  # those of full and short that contain a held-out word; not in them


def phrases_for(thing: str, names: tuple[str, ...]) -> Phrases:
    """How to name the thing among the scene's things ("red cube")."""
    colour, shape = colour_and_shape(thing)
    rest = [colour_and_shape(name) for name in names]
    if (colour, shape) in rest:
        rest.remove((colour, shape))
    rivals = tuple(sorted({kind for paint, kind in rest if paint == colour}))
    return _phrases(colour, shape, rivals, tuple(sorted({kind for _, kind in rest})))


@lru_cache(maxsize=4096)
def _phrases(colour: str, shape: str, rivals: tuple[str, ...], others: tuple[str, ...]) -> Phrases:
    """As `phrases_for`; rivals are the shapes of other things of that colour, others those of all."""
    if shape in rivals:
        return Phrases((), (), (), ())
    colours = COLOUR_WORDS.get(colour, (colour,))
    nouns = NOUNS.get(shape, (Noun(shape, shape, frozenset({shape})),))
    plain = [f"the {colour} {shape}"]
    full = [
        form.replace("{colour}", word).replace("{noun}", noun.word)
        for noun in nouns
        if noun.taken_for.isdisjoint(rivals)
        for form in WITH_COLOUR
        for word in colours
    ]
    alone = [noun.word for noun in nouns if noun.taken_for.isdisjoint(others)]
    if not others:
        alone += ANYTHING
    elif not rivals:
        plain += [f"the {colour} one", f"the {colour} object"]
    short = [form.replace("{noun}", noun) for noun in alone for form in BY_SHAPE]
    if shape in alone:
        plain.append(f"the {shape}")
    if not rivals:
        forms = [form.replace("{noun}", noun) for form in WITH_COLOUR for noun in ANYTHING] + list(BY_COLOUR)
        short += [form.replace("{colour}", word) for form in forms for word in colours]
    heard = [[phrase for phrase in group if not unheard_in(phrase)] for group in (full, short)]
    unheard = [phrase for phrase in (*full, *short) if unheard_in(phrase)]
    return Phrases(tuple(plain), tuple(heard[0]), tuple(heard[1]), tuple(unheard))


@lru_cache(maxsize=16)
def fixture_phrases(fixture: str) -> Phrases:
    phrases = FIXTURE_PHRASES.get(fixture, (f"the {fixture}",))
    heard = tuple(phrase for phrase in phrases if not unheard_in(phrase))
    return Phrases(heard[:1], heard, (), tuple(phrase for phrase in phrases if unheard_in(phrase)))


def object_phrases(name: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Plain ways to name an object of the scene, fullest first; none if nothing tells it apart."""
    return phrases_for(name, names).plain


def fill(wording: str, goal: Goal, names: tuple[str, ...]) -> str:
    """A user's wording with {object}, {other} and {fixture} filled in from the scene, plainly.

    "Lift the {object}!" and "lift {object}" give the same. Raises `CannotFill`.
    """
    known = _named_in(goal, names)

    def phrase(match: re.Match[str]) -> str:
        if match[1] not in known:
            raise CannotFill(wording, goal.task, match[1])
        return known[match[1]]

    return normalise(re.sub(r"(?:\b(?:the|a|an) )?\{(\w*)\}", phrase, wording))


def tell(goal: Goal, names: tuple[str, ...]) -> str:
    """A report in the past tense of what was done: "put the red cube on the blue bar"."""
    family = task_named(goal.task)
    text = family.told or f"did {family.name.replace('_', ' ')} with {{object}}{{fixture}}"
    known = _named_in(goal, names)
    return re.sub(r"\{(\w+)\}", lambda match: known.get(match[1], ""), text)


def _named_in(goal: Goal, names: tuple[str, ...]) -> dict[str, str]:
    """What each placeholder stands for, in the plainest words."""
    family = task_named(goal.task)
    known = {"fixture": TOLD_FIXTURES.get(family.fixture, f"the {family.fixture}")} if family.fixture else {}
    for key, index in (("object", goal.object), ("other", goal.other)):
        if index >= 0:
            known[key] = f"{'the' if names.count(names[index]) == 1 else 'a'} {names[index]}"
    return known


def unheard_in(text: str) -> bool:
    """Whether the text contains a word that is held out of training."""
    return not HELD_OUT_WORDS.isdisjoint(text.split())


def placeholders(family: Task) -> tuple[str, ...]:
    """What a wording of the family may leave open."""
    return (*(("fixture",) if family.fixture else ()), *("object", "other")[: family.arguments])
