"""Making text from outside safe to print: on a terminal, on a page, in a message.

visible("open\x1b[31m it")   "open\\x1b[31m it": nothing in it can steer a terminal
shown("x" * 10**6)           the beginning and the end of it, in quotes
"""

import io
import reprlib
import sys
import unicodedata
from math import log10

SHOWN = 160  # characters of something given that a message shows at most
LONGEST_INT = 1000  # bits; Python refuses to write out an int of 4300 digits
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # control, format, surrogate, line and paragraph ends
_JOINERS = "\u200c\u200d"  # inside words of Persian, of Hindi, and in emoji

_brief = reprlib.Repr()
_brief.maxstring = _brief.maxother = _brief.maxlong = 100
_brief.maxlevel = 3


def visible(text: str, keep: str = "") -> str:
    """The text with controls, bidi overrides and lone surrogates spelled out, but for those kept."""
    if text.isprintable():
        return text
    return "".join(one if one in keep or _is_seen(one) else _spelled(one) for one in text)


def shown(value: object) -> str:
    """What was given, as Python writes it, on one line of at most `SHOWN` characters."""
    if isinstance(value, int) and value.bit_length() > LONGEST_INT:
        return f"a number of about {round(value.bit_length() * log10(2))} digits"
    try:
        return shortened(" ".join(_brief.repr(value).split()), SHOWN)
    except Exception:  # a type with a repr of its own, or what holds an int of too many digits
        return f"something of the type {type(value).__name__}"


def shortened(text: str, most: int) -> str:
    """The text, its middle left out where it is longer than so many characters."""
    if len(text) <= most:
        return text
    tail = most // 4
    return f"{text[: most - tail - 3]}...{text[-tail:]}"


def forgive_encodings() -> None:
    """What the encoding of a terminal or a pipe has no sign for is spelled out, and never an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # what is no text is refused as a sentence


def _is_seen(one: str) -> bool:
    return one in _JOINERS or unicodedata.category(one) not in _UNSEEN


def _spelled(one: str) -> str:
    return one.encode("unicode_escape").decode("ascii")
