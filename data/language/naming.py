"""What things are called: noun phrases that tell a thing apart in its scene, and what was done, told."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, product
from typing import NamedTuple, overload

from data.language.held_out import HELD_OUT_WORDS, colour_and_shape
from data.language.lexicon import normalise
from data.language.vocabulary import (
    ANYTHING,
    BY_COLOUR,
    BY_NAME,
    BY_SHAPE,
    COLOUR_WORDS,
    FIXTURE_PHRASES,
    NOUNS,
    TOLD_FIXTURES,
    WITH_COLOUR,
    Noun,
)
from sim.desk.tasks.families import TASKS
from sim.desk.tasks.task import Task as DeskTask
from sim.task import Goal, Task, task_named


class Ways(Sequence[str]):
    """All combinations of a form, a colour word and a noun, as a sequence that writes them when asked for.

    There are thousands, and a sentence needs one. Each of `products` is (forms, colours, nouns).
    """

    def __init__(self, *products: tuple[Sequence[str], Sequence[str], Sequence[str]]) -> None:
        self._products = [each for each in products if all(each)]
        sizes = (len(forms) * len(colours) * len(nouns) for forms, colours, nouns in self._products)
        self._ends = list(accumulate(sizes))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[str]:
        for forms, colours, nouns in self._products:
            for form, colour in product(forms, colours):
                painted = form.replace("{colour}", colour)
                yield from (painted.replace("{noun}", noun) for noun in nouns)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        at = range(len(self))[index]
        k = bisect_right(self._ends, at)
        forms, colours, nouns = self._products[k]
        at, noun = divmod(at - (self._ends[k - 1] if k else 0), len(nouns))
        form, colour = divmod(at, len(colours))
        return forms[form].replace("{colour}", colours[colour]).replace("{noun}", nouns[noun])


class Phrases(NamedTuple):
    """The noun phrases that tell one thing apart in its scene; all empty if nothing does."""

    plain: tuple[str, ...]  # what one would say first: "the red cube", "the cube", "the red one"
    full: Sequence[str]  # colour and shape: "the block that is crimson"; the name where there is no colour
    short: Sequence[str]  # the colour or the shape, where that is enough
    held_out: Sequence[str]  # like full and short, but with a held-out word; not among those


def phrases_for(thing: str, names: tuple[str, ...]) -> Phrases:
    """How to name the thing among the scene's things ("red cube").

    Its own name may always be said, whatever words are held out: it has no other for certain.
    """
    colour, shape = colour_and_shape(thing)
    rest = [colour_and_shape(name) for name in names]
    if (colour, shape) in rest:
        rest.remove((colour, shape))
    rivals = tuple(sorted({kind for paint, kind in rest if paint == colour}))
    others = tuple(sorted({kind for _, kind in rest}))
    return _phrases(colour, shape, rivals, others, all(paint for paint, _ in rest))


@lru_cache(maxsize=4096)
def _phrases(
    colour: str, shape: str, rivals: tuple[str, ...], others: tuple[str, ...], coloured: bool
) -> Phrases:
    """As `phrases_for`; rivals are the shapes of other things of that colour, others those of all.

    `coloured` is whether every other thing's name says its colour: one without may be of any.
    """
    if shape in rivals:
        return Phrases((), (), (), ())
    nouns = _nouns_of(shape, others)
    alone = [
        noun.word for noun in nouns if noun.taken_for.isdisjoint(others) and not _ends(noun.word, others)
    ]
    by_shape = _split([*alone, *(ANYTHING if not others else ())], shape)
    none = ("",)
    if not colour:
        ways = Ways(
            (BY_SHAPE if shape in alone else BY_NAME, none, (shape,)), (BY_SHAPE, none, by_shape.known)
        )
        return Phrases((f"the {shape}",), ways, (), Ways((BY_SHAPE, none, by_shape.held_out)))
    words = _split(COLOUR_WORDS[colour], colour)
    both = _split([noun.word for noun in nouns if noun.taken_for.isdisjoint(rivals)], shape)
    plain = [f"the {colour} {shape}"]
    by_colour = coloured and not rivals
    if by_colour and others:
        plain += [f"the {colour} one", f"the {colour} object"]
    if shape in alone:
        plain.append(f"the {shape}")
    short = [(BY_SHAPE, none, by_shape.known)]
    held_out = [
        (WITH_COLOUR, words.held_out, (*both.known, *both.held_out)),
        (WITH_COLOUR, words.known, both.held_out),
        (BY_SHAPE, none, by_shape.held_out),
    ]
    if by_colour:
        short += [(WITH_COLOUR, words.known, ANYTHING), (BY_COLOUR, words.known, none)]
        held_out += [(WITH_COLOUR, words.held_out, ANYTHING), (BY_COLOUR, words.held_out, none)]
    return Phrases(tuple(plain), Ways((WITH_COLOUR, words.known, both.known)), Ways(*short), Ways(*held_out))


def _nouns_of(shape: str, others: tuple[str, ...]) -> tuple[Noun, ...]:
    """The nouns for a shape; its own name alone where it or another is of no catalogue: a cylinder may be
    called a mug, but not beside a mug.
    """
    if shape in NOUNS and all(other in NOUNS for other in others):
        return NOUNS[shape]
    return (Noun(shape, shape, frozenset({shape})),)


def _ends(word: str, names: tuple[str, ...]) -> bool:
    """Whether a longer name ends with the word: beside a coffee mug, a red mug is not just "the mug"."""
    return any(name.endswith(f" {word}") for name in names)


class _Split(NamedTuple):
    """Words split into those that training may use and those that are held out of it."""

    known: tuple[str, ...]
    held_out: tuple[str, ...]


def _split(words: Sequence[str], own: str = "") -> _Split:
    """`own` is the plainest word, which may always be said."""
    held_out = tuple(word for word in words if word != own and has_held_out_word(word))
    return _Split(tuple(word for word in words if word not in held_out), held_out)


@lru_cache(maxsize=16)
def fixture_phrases(fixture: str) -> Phrases:
    """How to name a piece of the desk's furniture, of which a scene has one each."""
    own, *others = FIXTURE_PHRASES[fixture]
    split = _split([own, *others], own)
    return Phrases((own,), split.known, (), split.held_out)


def fixture_of(task: Task) -> Phrases:
    """How to name a family's fixture: the desk's families have `FIXTURE_PHRASES`, others the given name.

    On the desk a button is the LED that it toggles; in another world it is a button.
    """
    if isinstance(task, DeskTask) and task.fixture in FIXTURE_PHRASES:
        return fixture_phrases(task.fixture)
    name = f"the {normalise(task.fixture)}"
    return Phrases((name,), (name,), (), ())


def tell(goal: Goal, names: tuple[str, ...], tasks: Sequence[Task] = TASKS) -> str:
    """A report in the past tense of what was done: "put the red cube on the blue bar"."""
    family = task_named(goal.task, tasks)
    known = _named_in(goal, family, names)
    if family.told:
        return re.sub(r"\{(\w+)\}", lambda match: known.get(match[1], ""), family.told)
    did = f"did {family.name.replace('_', ' ')}"
    return f"{did} with {' and '.join(known.values())}" if known else did


def _named_in(goal: Goal, family: Task, names: tuple[str, ...]) -> dict[str, str]:
    """What each placeholder stands for, in the plainest words."""
    known: dict[str, str] = {}
    for key, index in (("object", goal.object), ("other", goal.other)):
        if index >= 0:
            known[key] = f"{'the' if names.count(names[index]) == 1 else 'a'} {names[index]}"
    if family.fixture:
        named = TOLD_FIXTURES.get(family.fixture) if isinstance(family, DeskTask) else None
        known["fixture"] = named or f"the {normalise(family.fixture)}"
    return known


def has_held_out_word(text: str) -> bool:
    """Whether the text contains a word that is held out of training."""
    return not HELD_OUT_WORDS.isdisjoint(text.split())
