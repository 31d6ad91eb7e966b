"""What a sentence may be, wherever it is typed."""

from sim.common.printable import shown

LONGEST = 500  # characters
SPOKEN = {"spoken": True}
"""Metadata of an option that holds a sentence: taken as it was typed, with nothing in it replaced."""


class BadSentence(ValueError):
    """A sentence that cannot be read."""


def checked(sentence: str) -> str:
    """The sentence, unchanged; raises `BadSentence`."""
    if len(sentence) > LONGEST:
        raise BadSentence(
            f"a sentence has at most {LONGEST} characters, this has more; shorten it: {shown(sentence)}"
        )
    if any("\ud800" <= one <= "\udfff" for one in sentence):
        raise BadSentence(
            f"{shown(sentence)} holds bytes that are no text; a sentence is typed in UTF-8: "
            "is the terminal set to it?"
        )
    return sentence
