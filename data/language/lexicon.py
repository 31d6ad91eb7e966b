"""The notation of the tables of words, and the normal form that every sentence is brought into.

Notation, in `data.language.frames`, `data.language.vocabulary` and the wordings of `sim.desk.tasks`:
alternatives are separated by `|`, a space inside an alternative is written `_`, an empty alternative leaves
the word out. "pull|slide_back {object} |now" is four sentences, each in the normal form of `normalise`.
"""

import re
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
    """Every sentence that a pattern in this notation stands for, in order, each once."""
    choices = [token.split("|") for token in pattern.split()]
    texts = (" ".join(" ".join(words).replace("_", " ").split()) for words in product(*choices))
    return tuple(dict.fromkeys(texts))
