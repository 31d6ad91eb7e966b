"""The consoles that everything is printed on: figures on standard output, complaints on standard error.

Text is printed as it is: never read as markup, its control characters spelled out.
"""

import io
import sys
from typing import Any

from rich.console import Console
from rich.text import Text

from sim.printable import visible

WIDE = 120  # columns where there is no terminal to ask


class PlainConsole(Console):
    """A console on which no text, of whomever, does anything but stand there."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, soft_wrap=True, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Every string that is printed, and every one in a table, comes through here."""
        return super().render_str(visible(text, keep="\n"), **options)


console = PlainConsole(width=None if sys.stdout.isatty() else WIDE)
errors = PlainConsole(stderr=True, width=None if sys.stderr.isatty() else WIDE)


def forgive_encodings() -> None:
    """What the encoding of a terminal or a pipe has no sign for is spelled out, and never an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # what is no text is refused as a sentence
