"""What a user did wrong, said in one sentence: what was given, what would be accepted, the nearest fix.

Every error of this project that a person can cause is a subclass of ValueError defined in one of its
three packages; the command line prints such an error without a traceback and exits with 2.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from textwrap import shorten

from sim.printable import shortened, shown, visible

OUR_PACKAGES = ("sim", "data", "robopolicy")
LONGEST = 600  # characters of a message
LISTED = 400  # characters of the names in it


class UserError(ValueError):
    """Something the user gave cannot be used."""


class UnknownName(UserError):
    """A name that is none of those that exist."""

    def __init__(self, kind: str, name: str, accepted: Iterable[str]) -> None:
        super().__init__(f"no {kind} is called {shown(name)}; {suggestion(name, tuple(accepted))}")


def suggestion(name: str, accepted: tuple[str, ...]) -> str:
    """The nearest of the accepted names if one is near, else all of them, as far as they fit."""
    near = get_close_matches(name, accepted, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]}?"
    return f"there are: {shorten(', '.join(accepted), LISTED, placeholder=' ...')}."


def told(error: BaseException) -> str:
    """What an error says, in one line of moderate length."""
    return shortened(visible(str(error)), LONGEST)


def is_users(error: BaseException) -> bool:
    """Whether an error is one of ours about input, to be told without a traceback."""
    return isinstance(error, ValueError) and type(error).__module__.partition(".")[0] in OUR_PACKAGES
