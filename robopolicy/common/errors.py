"""What a user did wrong, said in one sentence: what was given, what would be accepted, the nearest fix.

The command line prints such an error without a traceback and exits with 2 (`data.common.errors`).
"""

from collections.abc import Iterable
from difflib import get_close_matches
from textwrap import shorten

from sim.common.printable import shown

LISTED = 400  # characters of the names in a message


class UserError(ValueError):
    """Something the user gave cannot be used."""


class UnknownName(UserError):
    """A name that is none of those that exist."""

    def __init__(self, kind: str, name: str, accepted: Iterable[str]) -> None:
        super().__init__(f"no {kind} is called {shown(name)}; {suggestion(name, tuple(accepted))}")


def check_whole(name: str, value: object, least: int, most: int) -> None:
    """Raises `UserError` unless a value is a whole number within bounds."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise UserError(f"{name} must be a whole number from {least} to {most}, not {shown(value)}")


def suggestion(name: str, accepted: tuple[str, ...]) -> str:
    """The nearest of the accepted names if one is near, else all of them, as far as they fit."""
    near = get_close_matches(name, accepted, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]}?"
    return f"there are: {shorten(', '.join(accepted), LISTED, placeholder=' ...')}."
