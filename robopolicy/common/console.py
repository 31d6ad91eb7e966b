"""The consoles that everything is printed on: results on standard output, errors on standard error.

Text is printed literally: it is never read as markup, and control characters are spelled out.
"""

import sys
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from sim.common.printable import visible

WIDTH = 120  # columns where there is no terminal to ask


class PlainConsole(Console):
    """A rich console that prints every text literally, whoever wrote it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, soft_wrap=True, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Make text of a string; rich calls this for every string that it prints, also those in tables."""
        return super().render_str(visible(text, keep="\n"), **options)


def _width(stream: TextIO | None) -> int | None:
    """Columns to print; None lets rich ask the terminal. A closed standard stream is None."""
    return None if stream is not None and stream.isatty() else WIDTH


console = PlainConsole(width=_width(sys.stdout))
errors = PlainConsole(stderr=True, width=_width(sys.stderr))


def warn(text: str) -> None:
    """Complain in one line, and go on."""
    errors.print(f"robopolicy: {text}")
