"""Errors that a user can mend, in one sentence: what was given, what is accepted, the nearest fix.

The command line prints such an error without a traceback and exits with 2 (`data.common.errors`).
"""

from collections.abc import Iterable

from sim.common.names import unknown_name
from sim.common.printable import shown


class UserError(ValueError):
    """Something that the user gave cannot be used."""


class UnknownName(UserError):
    """A name that does not exist; the message suggests the nearest one."""

    def __init__(self, kind: str, name: str, accepted: Iterable[str]) -> None:
        super().__init__(unknown_name(kind, name, accepted))


def check_whole(name: str, value: object, least: int, most: int) -> None:
    """Raise `UserError` unless a value is a whole number from `least` to `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise UserError(f"{name} must be a whole number from {least} to {most}, not {shown(value)}")
