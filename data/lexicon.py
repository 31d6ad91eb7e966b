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
    "red": expand(
        "red|crimson|scarlet|ruby_red|fire_red|cherry|vermilion|ruby|blood_red|tomato_red|poppy_red|"
        "cardinal_red|strawberry_red|bright_red|carmine"
    ),
    "green": expand(
        "green|emerald|grass_green|leaf_green|forest_green|jade|lime_green|lime|olive_green|olive|"
        "mint_green|mint|moss_green|pine_green|apple_green|pea_green|fern_green|shamrock|bright_green"
    ),
    "blue": expand(
        "blue|royal_blue|cobalt|azure|sea_blue|sapphire|navy|navy_blue|sky_blue|ocean_blue|ultramarine|"
        "cerulean|denim_blue|cornflower_blue|bright_blue"
    ),
    "yellow": expand(
        "yellow|golden|lemon_yellow|sun_yellow|canary|gold|lemon|mustard|mustard_yellow|banana_yellow|"
        "butter_yellow|honey_yellow|daffodil|sunflower_yellow|bright_yellow"
    ),
    "orange": expand(
        "orange|tangerine|carrot_orange|pumpkin|mandarin|apricot|clementine|carrot|marmalade|persimmon|"
        "sunset_orange|bright_orange"
    ),
    "purple": ("purple", "violet"),
    "pink": expand(
        "pink|rose|rosy|pale_pink|bubblegum|flamingo|hot_pink|candy_pink|baby_pink|rose_pink|"
        "blossom_pink|blush|pinkish|bright_pink"
    ),
    "white": expand(
        "white|snow_white|ivory|chalk_white|milky|snowy|pearl_white|pearl|paper_white|bone_white|off_white|"
        "cotton_white|alabaster|bright_white"
    ),
    "black": expand(
        "black|jet_black|coal_black|pitch_black|ebony|charcoal|onyx|raven_black|ink_black|inky|midnight_black|"
        "soot_black|obsidian|deep_black"
    ),
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
        ("cube|dice|cube_shaped_object|cube_shaped_block", ()),
        ("cubic_object|cubic_block|cubic_piece|cubical_block", ()),
        ("box|square_block|square_object|square_piece|square_item|crate|carton", ("tile",)),
        ("block|building_block|toy_block", _BLOCKS),
    ),
    "cylinder": _nouns(
        "cylinder",
        (
            "cylinder|can|tin|drum|barrel|canister|upright_cylinder|tube|pillar|column|jar|keg|cask|tin_can",
            (),
        ),
        ("cylindrical_object|cylindrical_block|cylinder_shaped_object|round_object|round_block", ("puck",)),
    ),
    "bar": _nouns(
        "bar",
        ("bar|stick|beam|rod|plank|bar_shaped_object|stick_shaped_object", ()),
        ("baton|log|pole|strip|ingot|girder", ()),
        ("long_block|long_object|long_piece|long_bar|long_thing", ()),
        ("oblong_block|elongated_block|elongated_object", ()),
        ("brick|rectangular_block|rectangular_object", ("cube", "tile")),
        ("block", _BLOCKS),
    ),
    "tile": _nouns("tile", ("tile|square_tile", ()), ("slab", ("bar", "puck"))),
    "puck": _nouns(
        "puck",
        ("puck|disc|hockey_puck|coin|token|disc_shaped_object|puck_shaped_object|disc_shaped_piece", ()),
        ("checker|chip|wheel|medal|medallion|poker_chip", ()),
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
        *expand("the wooden|desk's|table's drawer"),
        *expand("the drawer under|below the desk|table"),
        *expand("the storage_bin|storage_unit|storage_space|locker|chest|cupboard"),
    ),
    "sliding door": (
        *expand("the sliding_door|door"),
        *expand("the sliding_panel|panel|door_panel|slide_door"),
        *expand("the door|sliding_door of|on the desk|table"),
        *expand("the door|panel on the rail"),
        *expand("the shutter|hatch|gate"),
        *expand("the wooden|desk's door"),
        *expand("the door that slides"),
        *expand("the slider|sliding_board|sliding_wall|sliding_cover|partition|screen"),
    ),
    "button": (
        *expand("the led|led_light|button_light"),
        *expand("the small|little|tiny light"),
        *expand("the indicator|indicator_light|signal_light|control_light"),
        *expand("the light of|by|at the button"),
        *expand("the button's light|led"),
        *expand("the diode|beacon"),
        *expand("the status_light|pilot_light|warning_light|led_indicator|signal"),
        *expand("the little|small|tiny|round led"),
        *expand("the light that belongs_to the button"),
    ),
    "lever switch": (
        *expand("the lamp"),
        *expand("the light_bulb|bulb|lightbulb"),
        *expand("the desk|table|reading|big|large lamp"),
        *expand("the big|large light"),
        *expand("the lamp on the desk|table"),
        *expand("the lantern|spotlight"),
        *expand("the reading_light|desk_light|table_light|main_light|overhead_light|torch"),
        *expand("the bright|tall|standing lamp"),
        *expand("the lamp with|of the lever|switch"),
    ),
    "tray": (
        *expand("the tray"),
        *expand("the shallow|flat|open|serving tray"),
        *expand("the tray on the desk|table"),
        *expand("the platter|dish|basin"),
        *expand("the low|little|rectangular tray"),
        *expand("the plate|saucer|pan|bowl|salver|flat_container|open_container"),
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
    "{do} at_once|immediately|straight_away",
    "{do} as soon as you can",
    "{do} when you are ready",
    "{do} for once",
    "carefully|gently|slowly|quickly {do}",
    "please carefully|quickly {do}",
    "{do} carefully|gently|slowly|quickly",
    "alright|so|then|well|good {do}",
    "alright robot {do}",
    "and now {do}",
    "after that {do}",
    "step one|two|three {do}",
    "my request|wish|order is this {do}",
    "your instruction|command is as follows {do}",
    "listen robot {do}",
    "excuse me {do}",
    "{do} that is all",
    "{do} and then stop",
    "{do} my friend",
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
    "why do you not {do}",
    "do not forget to {do}",
    "remember to {do}",
    "be so kind as to {do}",
    "be sure to {do}",
    "i would love you to {do}",
    "i expect|want|order|ask you to {do}",
    "it would be great|lovely if you could {do}",
    "it would help me if you could {do}",
    "would it be possible to {do}",
    "is it possible for you to {do}",
    "are you able to {do}",
    "do you think you could {do}",
    "what you have to do is {do}",
    "the next step is to {do}",
    "the first|next thing to do is {do}",
    "your objective|assignment|duty is to {do}",
    "the idea|plan is to {do}",
    "you are_to|must|shall {do}",
    "you can now {do}",
    "use your arm|hand to {do}",
    "i need|want the robot to {do}",
    "the robot should|must|has_to {do}",
    "can i get you to {do}",
    "may i ask you to {do}",
    "get ready to {do}",
    "all you have to do is {do}",
    "it is your turn to {do}",
    "you are asked to {do}",
    "how about you {do}",
    "could you quickly|carefully|kindly {do}",
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
    "check|confirm that {what} is {how}",
    "be sure that {what} is {how}",
    "i expect {what} to be {how}",
    "arrange for {what} to be {how}",
    "get it done so that {what} is {how}",
    "act so that {what} is {how}",
    "do something so that {what} is {how}",
    "work until {what} is {how}",
    "keep going until {what} is {how}",
    "do not stop until {what} is {how}",
    "when you are done {what} should be {how}",
    "i will be happy when {what} is {how}",
    "please let {what} be {how}",
    "let {what} be {how}",
    "my wish is that {what} is {how}",
    "we want|need {what} to be {how}",
    "it is important that {what} is {how}",
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

NEGATION_FRAMES = (
    "|please|robot|ok_robot|kindly|just|now do not {do}",
    "robot please do not {do}",
    "no|stop|wait|careful do not {do}",
    "do not {do} please|yet|now|thanks|for_now|this_time",
    "do not {do} under any circumstances",
    "do not ever|even_try_to|try_to|attempt_to {do}",
    "do not you dare {do}",
    "whatever you do do not {do}",
    "|please|robot never {do}",
    "never ever {do}",
    "you must|should|may|shall|can not {do}",
    "you must|may never {do}",
    "you had better not {do}",
    "you are not|never|forbidden to {do}",
    "you are not allowed|supposed to {do}",
    "you do not have to {do}",
    "there is no need to {do}",
    "i do not want you to {do}",
    "i would rather you did not {do}",
    "i would prefer you not to {do}",
    "i ask|am_telling you not to {do}",
    "i forbid you to {do}",
    "it would be nice if you did not {do}",
    "it would be better not to {do}",
    "it is important not to {do}",
    "now is not the time to {do}",
    "under no circumstances {do}",
    "on no account {do}",
    "|please make sure not to {do}",
    "make sure |that you do not {do}",
    "be careful not to {do}",
    "take care not to {do}",
    "try not to {do}",
    "remember not to {do}",
    "could|can you please not {do}",
    "your job|goal is not to {do}",
    "let us not {do}",
    "here is your task do not {do}",
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
"""Frames that forbid. {do} is a wording with its verb first, which may follow "not"."""

WAITS = (
    "|please|robot wait",
    "wait a moment|second",
    "|please do nothing",
    "do not do anything",
    "|please do not move",
    "do not move at all",
    "do not touch anything",
    "|please stay where you are",
    "stay in your place",
    "stand|hold still",
    "keep still",
    "|please stop",
    "stop what you are doing",
    "stop moving",
    "freeze",
    "pause",
    "hold on",
    "rest",
    "take a break",
    "just wait there",
    "leave everything as it is",
    "there is nothing to do",
    "i want you to wait|do_nothing",
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
"""Sentences that ask for nothing to be done."""

TOLD_FIXTURES = {
    "drawer": "the drawer",
    "sliding door": "the sliding door",
    "button": "the led",
    "lever switch": "the lamp",
    "tray": "the tray",
}
"""What the furniture is called in reports."""
