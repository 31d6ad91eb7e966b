"""How families say their wordings once where siblings differ in a word: left and right, on and off.

The notation of wordings is that of `data.language.lexicon`: alternatives are parted by `|`, `_` is a space
inside one, an empty one leaves the word out. {fixture}, {object} and {other} become noun phrases.
"""


def said(patterns: tuple[str, ...], **words: str) -> tuple[str, ...]:
    """The patterns with every <word> filled in: ("push {object} <way>",), way="left" -> "... left"."""
    for key, text in words.items():
        patterns = tuple(pattern.replace(f"<{key}>", text) for pattern in patterns)
    return patterns
