"""The words that an item is written in, beside families and regions: placeholders and fixtures."""

import re
from collections.abc import Sequence
from typing import Any

from sim.common.names import unknown_name
from sim.common.printable import shown
from sim.desk.constants import BUTTON, DOOR, FIXTURES, LEVER

PLACEHOLDERS = ("object", "other", "third")
"""What an item calls the movable things of its scene."""

ABSENT = "absent"
"""A placeholder of sentences alone: a thing that is not on the desk."""

SHORT = {"door": DOOR, "lever": LEVER, "led": BUTTON, "lamp": LEVER}
"""Short words for fixtures: a light stands for what it is switched by."""

FIXTURE_WORDS = {name: name for name in FIXTURES} | SHORT
"""Every word for a fixture -> its name, as states and scenes have it."""

_BRACES = re.compile(r"\{([^{}]*)\}")


class BadItem(ValueError):
    """A file of items, or a part of one, that cannot be used."""


def check_names(kind: str, given: Any, accepted: Sequence[str]) -> None:
    """Raises `BadItem` for the first of the names that is not accepted."""
    for name in given:
        if name not in accepted:
            raise BadItem(unknown_name(kind, name, accepted))


def mapping_of(what: str, given: Any, accepted: Sequence[str], example: str) -> dict[str, Any]:
    """A mapping with no other keys than those accepted; raises `BadItem`."""
    if not isinstance(given, dict) or not given:
        raise BadItem(f"{what} should be a mapping, `{example}`, not {shown(given)}")
    check_names(f"part of {what}", given, accepted)
    return given


def placeholders_in(sentence: str) -> tuple[str, ...]:
    """The placeholders of a sentence, in the order in which they occur; raises `BadItem` for unknown ones."""
    found = _BRACES.findall(sentence)
    accepted = (*PLACEHOLDERS, ABSENT)
    check_names("placeholder", found, accepted)
    if set(_BRACES.sub("", sentence)) & set("{}"):
        names = ", ".join("{" + name + "}" for name in accepted)
        raise BadItem(
            f"{shown(sentence)} has a brace that belongs to no placeholder; these are known: {names}"
        )
    return tuple(found)


def filled(sentence: str, names: dict[str, str]) -> str:
    """The sentence with each placeholder replaced by its name."""
    return _BRACES.sub(lambda match: names[match[1]], sentence)
