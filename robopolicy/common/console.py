"""The consoles that everything is printed on: figures on standard output, complaints on standard error.

Text is printed as it is: never read as markup, its control characters spelled out.
"""

import sys
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from sim.common.printable import visible

WIDE = 120  # columns where there is no terminal to ask


class PlainConsole(Console):
    """A console that prints every text literally, whoever wrote it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, soft_wrap=True, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Every string that is printed, and every one in a table, comes through here."""
        return super().render_str(visible(text, keep="\n"), **options)


def _width(stream: TextIO | None) -> int | None:
    """None where a terminal says it. A stream that was closed before the start is None."""
    return None if stream is not None and stream.isatty() else WIDE


console = PlainConsole(width=_width(sys.stdout))
errors = PlainConsole(stderr=True, width=_width(sys.stderr))


def warn(text: str) -> None:
    """Complain in one line, and go on."""
    errors.print(f"robopolicy: {text}")
