"""Everything that is held out of training, in one place.

Words, frames, pairings and objects are declared here; a family's held-out wordings stand beside the others in
its `Task`, and `held_out_wordings` reads them. `data.language.splits` makes the splits of the grammar of it.

Training never sees a sentence, a pairing or an object that is held out: the grammar leaves them
out by construction, `data.language.splits.why_held_out` guards the door for sentences written by people, and
`tests/test_held_out.py` proves both. Changing any of it changes what "unseen" means: results from
before and after are not comparable.
"""

from collections.abc import Iterable
from functools import cache
from zlib import crc32

from data.language.lexicon import expand, normalise
from data.language.vocabulary import COLOUR_WORDS, NOUNS
from sim.common.colours import COLOURS
from sim.desk.scene import SHAPES
from sim.task import Task

# -- level "synonym": words -----------------------------------------------------------------------

WORDS_BY_LOT = frozenset(
    [
        *("alabaster", "blossom", "blush", "carton", "cask", "cerulean", "checker", "cupboard", "hot"),
        *("ingot", "lime", "onyx", "pilot", "pine", "strip", "sunflower", "sunset", "tomato"),
        *("ultramarine", "wall", "access", "airborne", "bottom", "clear", "click", "completely", "crank"),
        *("cut", "decrease", "expose", "fish", "guide", "increase", "life", "pop", "present", "slam"),
        *("spot", "within"),
    ]
)
"""Held-out words that were drawn by lot when the describer grew; nothing was ever chosen on them."""

HELD_OUT_WORDS = WORDS_BY_LOT | frozenset(
    [
        # verbs: some for every family, each common enough that its meaning can be known from reading
        *(
            "yank",
            "tug",
            "ram",
            "haul",
            "glide",
            "activate",
            "illuminate",
            "deactivate",
            "extinguish",
            "douse",
        ),
        *("illuminated", "hoist", "hoisted", "heave", "elevate", "seize", "clutch", "shove", "scoot"),
        *("swivel", "swivelled", "pivot", "detach", "dismount", "unload", "tuck", "insert", "deposit"),
        *("deposited", "stash", "stashed", "stow", "retrieve", "retrieved", "extract", "perch", "perched"),
        *("mount", "crown", "position", "positioned", "park"),
        # directions and places; few, for hardly anything carries over to them
        *("onward", "rearward", "foreground", "beyond", "beneath"),
        # colours, one of each
        *("cherry", "jade", "sapphire", "canary", "pumpkin", "bubblegum", "milky", "ebony"),
        # things
        *("dice", "barrel", "canister", "plank", "coin", "token"),
        *("compartment", "cabinet", "shutter", "hatch", "gate", "diode", "beacon", "lantern", "spotlight"),
        *("dish", "basin", "platter"),
    ]
)
"""Content words that no training sentence contains, inflections included. A synonym-level sentence
contains at least one of them; everything else about it is as in training."""

# -- level "paraphrase": wordings and frames ------------------------------------------------------


@cache
def held_out_wordings(task: Task) -> frozenset[str]:
    """Wordings and outcomes of a family that training never uses, although all their words occur in it.

    The family declares them itself, beside those that it does use: another word order, another verb for
    the act.
    """
    return frozenset(wording for pattern in task.held_out for wording in expand(pattern))


HELD_OUT_FRAMES: frozenset[str] = frozenset(
    frame
    for pattern in (
        "this is what you should do next {do}",
        "please {do} for me now",
        "if you can please {do}",
        "ok robot {do} if you can",
        "next i want you to {do}",
        "what you should do now is {do}",
        "now it is time for you to {do}",
        "what i would like you to do is to {do}",
        "robot your job now is to {do}",
        "could i have you {do}",
        "see if you can {do}",
        "i need you to go ahead and {do}",
        "robot {what} should be {how}",
        "i want you to see to it that {what} is {how}",
        "what i need is {what} {how}",
        "the task is this {what} has to be {how}",
        "would you please make sure that {what} is {how}",
        # drawn by lot when the describer grew
        "be sure that {what} is {how}",
        "could you quickly|carefully|kindly {do}",
        "my wish|order is this {do}",
        "can i get you to {do}",
        "carefully|gently|slowly|quickly {do}",
        # frames that forbid
        "robot do not {do} please",
        "please robot do not {do}",
        "ok do not {do}",
        "no please do not {do}",
        "do not {do} whatever you do",
        "please do not ever {do}",
        "please do not try to {do}",
        "never {do} please",
        "robot you must not {do}",
        "you should never {do}",
        "you must not ever {do}",
        "you better not {do}",
        "you do not need to {do}",
        "no need to {do}",
        "i want|need|would_like you not to {do}",
        "i would not like you to {do}",
        "i am asking you not to {do}",
        "i would be glad if you did not {do}",
        "it is not time to {do}",
        "under no circumstances should|may you {do}",
        "on no account should you {do}",
        "make sure that you never {do}",
        "please be_careful|try not to {do}",
        "would you please not {do}",
        "your task|mission is not to {do}",
        "the task is this do not {do}",
        "what i want is this do not {do}",
    )
    for frame in expand(pattern)
)
"""Frames of `data.language.frames` that training never uses, although all their words occur in it."""

HELD_OUT_WAITS: frozenset[str] = frozenset(
    text
    for pattern in (
        "robot stop",
        "please freeze",
        "please wait a moment",
        "stay still",
        "please hold still",
        "stay there",
        "do nothing at all",
        "do not do anything now",
        "robot do not move",
        "never move",
        "keep everything as it is",
        "you should do nothing",
        "i do not want you to move",
    )
    for text in expand(pattern)
)
"""Sentences that ask for nothing to be done and that training never uses."""

# -- level "composition": pairings ----------------------------------------------------------------


def is_held_out_combination(task: str, thing: str = "", other: str = "") -> bool:
    """Whether the pairing of these is never described in training; things are named "red cube".

    Verb x object: with colours down and shapes across in the order of `sim.desk.scene`, each family holds
    out every eighth diagonal, so one thing in eight; which diagonal, its name says. Object x object:
    one ordered pair in sixteen, likewise by diagonals. Every family thus meets every colour and every
    shape in training, and each thing is met in most families. A word that the catalogue lacks ("mug", or
    no colour at all) has a number of its own in place of a row or a column, so that in other worlds about
    as many pairings are held out.
    """
    if not thing:
        return False
    colour, shape = _place(thing)
    if (colour + 3 * shape + crc32(task.encode())) % 8 == 0:
        return True
    if not other:
        return False
    onto, kind = _place(other)
    return (colour + 5 * onto + 7 * shape + 3 * kind) % 16 == 0


@cache
def _place(thing: str) -> tuple[int, int]:
    """Row and column of a thing in the catalogue; a hash of the word where the catalogue lacks it."""
    colour, shape = colour_and_shape(thing)
    return _COLOUR_ROWS.get(colour, crc32(colour.encode())), _SHAPE_COLUMNS.get(shape, crc32(shape.encode()))


@cache
def colour_and_shape(thing: str) -> tuple[str, str]:
    """ "red cube" -> ("red", "cube"), "coffee mug" -> ("", "coffee mug"); colours are those of `COLOURS`.

    In the form of `normalise`, as sentences are.
    """
    name = normalise(thing)
    colour, _, shape = name.partition(" ")
    return (colour, shape) if shape and colour in COLOURS else ("", name)


_COLOUR_ROWS = {colour: i for i, colour in enumerate(COLOURS)}
_SHAPE_COLUMNS = {shape: i for i, shape in enumerate(SHAPES)}

# -- level "object": things -----------------------------------------------------------------------

HELD_OUT_COLOURS = ("purple", "brown")
HELD_OUT_SHAPES = ("tile",)
HELD_OUT_PAIRINGS = (("red", "bar"), ("blue", "puck"), ("yellow", "cube"), ("green", "cylinder"))
"""Training has each of these colours and shapes, but never together."""


def is_held_out_object(colour: str, shape: str) -> bool:
    """Whether no training scene contains such a thing; one without a colour is of no catalogue and may be."""
    if not colour:
        return False
    return colour in HELD_OUT_COLOURS or shape in HELD_OUT_SHAPES or (colour, shape) in HELD_OUT_PAIRINGS


def all_objects() -> tuple[tuple[str, str], ...]:
    """The whole catalogue: (colour, shape)."""
    return tuple((colour, shape) for colour in COLOURS for shape in SHAPES)


def train_objects() -> tuple[tuple[str, str], ...]:
    """What play may be given: (colour, shape)."""
    return tuple(pair for pair in all_objects() if not is_held_out_object(*pair))


def _words(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(word for phrase in phrases for word in phrase.split())


_TRAINED_ON = _words(w for c in COLOURS if c not in HELD_OUT_COLOURS for w in COLOUR_WORDS[c]) | _words(
    noun.word for s in SHAPES if s not in HELD_OUT_SHAPES for noun in NOUNS[s]
)
OBJECT_WORDS: frozenset[str] = (
    _words(w for c in HELD_OUT_COLOURS for w in COLOUR_WORDS[c])
    | _words(noun.word for s in HELD_OUT_SHAPES for noun in NOUNS[s])
) - _TRAINED_ON
"""Words for held-out colours and shapes: in no training sentence either."""
