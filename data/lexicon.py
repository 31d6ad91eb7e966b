"""The words: what things may be called, and the sentences that may stand around an act.

Everything that we can think of is listed here, because a word that is never listed is hardly ever
understood (colours and directions worst). What is kept out of training is declared in `data.splits`,
nowhere else.

Notation, here and in the wordings of `sim.tasks`: alternatives are parted by `|`, a space inside an
alternative is written `_`, an empty alternative leaves the word out. "pull|slide_back {object} |now"
is four sentences. Every sentence is in the normal form of `normalise`.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import product

CONTRACTIONS = (
    (re.compile(r"\bcan't\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\blet's\b"), "let us"),
    (re.compile(r"\b(it|that|what|there|here|where)'s\b"), r"\1 is"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'d\b"), " would"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"'(?!s\b)|(?<!\w)'"), " "),  # only a possessive keeps its apostrophe
    (re.compile(r"\b(counter|anti) (clock ?wise)\b"), r"\1clockwise"),
    (re.compile(r"\bclock wise\b"), "clockwise"),
)

SPELLINGS = {
    "colored": "coloured", "color": "colour", "gray": "grey", "disk": "disc", "toward": "towards",
    "okay": "ok", "pls": "please", "favor": "favour", "center": "centre",
}  # fmt: skip


def normalise(text: str) -> str:
    """Any sentence, a user's too, in the one form that the grammar writes and the policy reads.

    Lower case, no punctuation but the apostrophe of a possessive, contractions written out, British
    spelling: "Robot, don't lift the gray cube!" is "robot do not lift the grey cube".
    """
    text = re.sub(r"[‘’`´]", "'", text.lower())
    text = re.sub(r"[^\w']+|_", " ", text)
    for pattern, full in CONTRACTIONS:
        text = pattern.sub(full, text)
    return " ".join(SPELLINGS.get(word, word) for word in text.split())


@cache
def expand(pattern: str) -> tuple[str, ...]:
    """Every sentence that a pattern in our notation stands for, in order."""
    choices = [token.split("|") for token in pattern.split()]
    texts = (" ".join(" ".join(words).replace("_", " ").split()) for words in product(*choices))
    return tuple(dict.fromkeys(texts))


COLOUR_WORDS: dict[str, tuple[str, ...]] = {
    "red": ("red", "crimson", "scarlet", "ruby red", "fire red", "cherry", "vermilion"),
    "green": ("green", "emerald", "grass green", "leaf green", "forest green", "jade"),
    "blue": ("blue", "royal blue", "cobalt", "azure", "sea blue", "sapphire"),
    "yellow": ("yellow", "golden", "lemon yellow", "sun yellow", "canary", "gold"),
    "orange": ("orange", "tangerine", "carrot orange", "pumpkin"),
    "purple": ("purple", "violet"),
    "pink": ("pink", "rose", "rosy", "pale pink", "bubblegum", "flamingo"),
    "white": ("white", "snow white", "ivory", "chalk white", "milky"),
    "black": ("black", "jet black", "coal black", "pitch black", "ebony", "charcoal"),
    "brown": ("brown", "chocolate"),
}
"""Adjectives of each colour, the plainest first. A word stands under the one colour of the catalogue
that it fits: amber (yellow or orange) and dark (black, blue or brown) would tell nothing apart."""


@dataclass(frozen=True)
class Noun:
    """What a shape may be called."""

    word: str
    shape: str  # the shape that it is used for
    taken_for: frozenset[str]  # the shapes a listener may take it for, the shape itself among them

    @property
    def plain(self) -> bool:
        return self.word == self.shape


def _nouns(shape: str, *table: tuple[str, tuple[str, ...]]) -> tuple[Noun, ...]:
    return tuple(
        Noun(word, shape, frozenset({shape, *shapes})) for words, shapes in table for word in expand(words)
    )


_BLOCKS = ("cube", "bar", "tile", "cylinder")
NOUNS: dict[str, tuple[Noun, ...]] = {
    "cube": _nouns(
        "cube",
        ("cube|dice|cube_shaped_object|cube_shaped_block|cubic_object|cubic_block", ()),
        ("box|square_block|square_object|square_piece", ("tile",)),
        ("block|building_block|toy_block", _BLOCKS),
    ),
    "cylinder": _nouns(
        "cylinder",
        ("cylinder|can|tin|drum|barrel|canister|upright_cylinder", ()),
        ("cylindrical_object|cylindrical_block|cylinder_shaped_object|round_object|round_block", ("puck",)),
    ),
    "bar": _nouns(
        "bar",
        ("bar|stick|beam|rod|plank|bar_shaped_object|stick_shaped_object", ()),
        ("long_block|long_object|long_piece|long_bar|oblong_block|elongated_block|elongated_object", ()),
        ("brick|rectangular_block|rectangular_object", ("cube", "tile")),
        ("block", _BLOCKS),
    ),
    "tile": _nouns("tile", ("tile|square_tile", ()), ("slab", ("bar", "puck"))),
    "puck": _nouns(
        "puck",
        ("puck|disc|hockey_puck|coin|token|disc_shaped_object|puck_shaped_object", ()),
        ("flat_disc|flat_cylinder|flat_round_object|flat_round_piece", ()),
        ("round_object|round_piece", ("cylinder",)),
        ("flat_object|flat_piece", ("tile",)),
    ),
}

ANYTHING = expand("object|thing|item|piece")
"""Nouns that fit every movable object."""

WITH_COLOUR = (
    *expand("the|that {colour} {noun}"),
    "the {colour} coloured {noun}",
    *expand("the {noun} that|which is {colour}"),
    *expand("the {noun} with the {colour} colour"),
)
"""How a colour and a noun name one thing; with `ANYTHING` for the noun if the colour is enough."""

BY_COLOUR = (*expand("the|that {colour} one"), "the {colour} coloured one", "the one that is {colour}")
"""Further ways when the colour alone tells it apart."""

BY_SHAPE = (*expand("the |only {noun}"), "that {noun}")
"""Ways when the shape alone tells it apart."""

FIXTURE_PHRASES: dict[str, tuple[str, ...]] = {
    "drawer": (
        *expand("the drawer"),
        *expand("the desk|table|storage|pull_out drawer"),
        *expand("the drawer of|in the desk|table"),
        *expand("the compartment|storage_compartment|cabinet"),
    ),
    "sliding door": (
        *expand("the sliding_door|door"),
        *expand("the sliding_panel|panel|door_panel|slide_door"),
        *expand("the door|sliding_door of|on the desk|table"),
        *expand("the door|panel on the rail"),
        *expand("the shutter|hatch|gate"),
    ),
    "button": (
        *expand("the led|led_light|button_light"),
        *expand("the small|little|tiny light"),
        *expand("the indicator|indicator_light|signal_light|control_light"),
        *expand("the light of|by|at the button"),
        *expand("the button's light|led"),
        *expand("the diode|beacon"),
    ),
    "lever switch": (
        *expand("the lamp"),
        *expand("the light_bulb|bulb|lightbulb"),
        *expand("the desk|table|reading|big|large lamp"),
        *expand("the big|large light"),
        *expand("the lamp on the desk|table"),
        *expand("the lantern|spotlight"),
    ),
    "tray": (
        *expand("the tray"),
        *expand("the shallow|flat|open|serving tray"),
        *expand("the tray on the desk|table"),
        *expand("the platter|dish|basin"),
    ),
}
"""What the furniture is called, the plainest first. The button stands for the LED that it toggles and
the lever switch for the lamp; no phrase may mean both lights, so a bare "the light" is not among them."""

IMPERATIVE_FRAMES = (
    "{do}",
    "please {do}",
    "{do} please",
    "kindly {do}",
    "robot {do}",
    "robot please {do}",
    "hey|ok robot {do}",
    "now|next {do}",
    "ok now|next {do}",
    "now please {do}",
    "first {do}",
    "just {do}",
    "{do} now|next",
    "{do} for me",
    "{do} if you can",
    "{do} will you",
    "{do} for me please",
    "{do} thank_you|thanks",
    "the task|goal is this {do}",
    "what i want is this {do}",
    "here is your task {do}",
    "this is what you should do next {do}",
    "please {do} for me now",
    "if you can please {do}",
    "ok robot {do} if you can",
)
"""Frames in which any wording may stand, {other} first too: "please on the bar stack the cube"."""

INFINITIVE_FRAMES = (
    "could|can|would|will you {do}",
    "could|can|would you please {do}",
    "could|can you {do} for me",
    "robot could|can you {do}",
    "i want|need|would_like you to {do}",
    "i am asking you to {do}",
    "i would be glad if you could {do}",
    "your task|job|goal|mission is to {do}",
    "your next task|job is to {do}",
    "the task|goal|job is to {do}",
    "go ahead and {do}",
    "let us {do}",
    "try to {do}",
    "please try to {do}",
    "you should {do}",
    "you need|have to {do}",
    "it is time to {do}",
    "time to {do}",
    "do me a favour and {do}",
    "i wonder if you could {do}",
    "make sure to {do}",
    "next i want you to {do}",
    "what you should do now is {do}",
    "now it is time for you to {do}",
    "what i would like you to do is to {do}",
    "robot your job now is to {do}",
    "could i have you {do}",
    "see if you can {do}",
    "i need you to go ahead and {do}",
)
"""Frames that need the verb first."""

OUTCOME_FRAMES = (
    "make sure |that {what} is {how}",
    "please make sure |that {what} is {how}",
    "could|can you make sure |that {what} is {how}",
    "see to it that {what} is {how}",
    "ensure |that {what} is {how}",
    "do it so that {what} is {how}",
    "do what is needed so that {what} is {how}",
    "the goal is that {what} is {how}",
    "the goal {what} is {how}",
    "your task is to make sure |that {what} is {how}",
    "i want|need {what} to be {how}",
    "i would like {what} to be {how}",
    "i want|need|would_like {what} {how}",
    "i want to see {what} {how}",
    "{what} should|must be {how}",
    "{what} has|needs to be {how}",
    "in the end {what} should be {how}",
    "it would be nice|good if {what} was|were {how}",
    "{what} {how}",
    "{what} {how} please",
    "robot {what} should be {how}",
    "i want you to see to it that {what} is {how}",
    "what i need is {what} {how}",
    "the task is this {what} has to be {how}",
    "would you please make sure that {what} is {how}",
)
"""Frames for an outcome "{what} is {how}"."""

TOLD_FIXTURES = {
    "drawer": "the drawer",
    "sliding door": "the sliding door",
    "button": "the led",
    "lever switch": "the lamp",
    "tray": "the tray",
}
"""What the furniture is called in reports."""
