"""Everything that is held out of training, in one place, and the splits of the grammar that it makes.

Words, frames, pairings and objects are declared here; a family's held-out wordings stand beside the others in
its `Task` (`sim.desk.tasks`), and `held_out_wordings` reads them.

Training never sees a sentence, a pairing or an object that is held out: the grammar leaves them
out by construction, `why_held_out` guards the door for sentences written by people, and
`tests/test_held_out.py` proves both. Changing any of it changes what "unseen" means: results from
before and after are not comparable.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from zlib import crc32

from data.language.lexicon import expand, normalise
from data.language.vocabulary import COLOUR_WORDS, NOUNS
from sim.common.colours import COLOURS
from sim.common.names import unknown_name
from sim.desk.scene import SHAPES
from sim.desk.tasks.families import TASKS
from sim.task import Goal, Task, task_named

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
    shape in training, and each thing is met in most families.
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
    """Row and column of a thing in the catalogue; -1 for a word that the catalogue lacks."""
    colour, shape = colour_and_shape(thing)
    return _COLOUR_ROWS.get(colour, -1), _SHAPE_COLUMNS.get(shape, -1)


def colour_and_shape(thing: str) -> tuple[str, str]:
    """ "red cube" -> ("red", "cube")."""
    colour, _, shape = thing.rpartition(" ")
    return colour, shape


_COLOUR_ROWS = {colour: i for i, colour in enumerate(COLOURS)}
_SHAPE_COLUMNS = {shape: i for i, shape in enumerate(SHAPES)}

# -- level "object": things -----------------------------------------------------------------------

HELD_OUT_COLOURS = ("purple", "brown")
HELD_OUT_SHAPES = ("tile",)
HELD_OUT_PAIRINGS = (("red", "bar"), ("blue", "puck"), ("yellow", "cube"), ("green", "cylinder"))
"""Training has each of these colours and shapes, but never together."""


def is_held_out_object(colour: str, shape: str) -> bool:
    """Whether no training scene contains such a thing."""
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

# -- the splits -----------------------------------------------------------------------------------


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
    words = held_out_words_in(sentence)
    if words:
        return f"{words[0]!r} is held out for the level synonym"
    text = normalise(sentence)
    if text in HELD_OUT_WAITS:
        return "it is held out: it asks for nothing to be done"
    for held_out in (_frames(), _wordings(task_named(goal.task, tasks))):
        if held_out.search(text):
            return "its wording is held out for the level paraphrase"
    return None


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
