"""What to say of a name that does not exist: what was given, the nearest that does, and all that do."""

from collections.abc import Iterable
from difflib import get_close_matches
from textwrap import shorten

from sim.common.printable import shown

LISTED = 400  # characters of the accepted names in a message
SIMILARITY = 0.5  # the least `difflib` ratio, from 0 to 1, at which a name counts as near


def nearest(name: object, accepted: Iterable[str]) -> str:
    """The accepted name that is most like the one given; "" if none is near, or it is no string."""
    names = tuple(accepted)
    longest = max(map(len, names), default=0)
    # One more than three times as long cannot reach SIMILARITY; comparing it would only take time.
    if not isinstance(name, str) or len(name) > 3 * longest:
        return ""
    return next(iter(get_close_matches(name, names, n=1, cutoff=SIMILARITY)), "")


def unknown_name(kind: str, name: object, accepted: Iterable[str] | str, near: str | None = None) -> str:
    """The sentence about a wrong name: "no level is called 'sean'; did you mean seen? There are: ...".

    `accepted` are the names that exist, or a text that describes them where they are too many to list;
    then `near` is the name to suggest ("" for none).
    """
    if not isinstance(accepted, str):
        names = tuple(accepted)
        near = nearest(name, names) if near is None else near
        accepted = shorten(", ".join(names), LISTED, placeholder=" ...")
    hint = f"; did you mean {near}?" if near else "."
    return f"no {kind} is called {shown(name)}{hint} There are: {accepted.removesuffix('.')}."
