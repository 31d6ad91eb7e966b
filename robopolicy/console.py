"""The consoles that everything is printed on: figures on standard output, complaints on standard error."""

import sys
from typing import TextIO

from rich.console import Console

WIDE = 120  # columns where there is no terminal to ask


def _width(stream: TextIO | None) -> int | None:
    """None where a terminal says it. A stream that was closed before the start is None."""
    return None if stream is not None and stream.isatty() else WIDE


console = Console(highlight=False, soft_wrap=True, width=_width(sys.stdout))
errors = Console(highlight=False, soft_wrap=True, stderr=True, width=_width(sys.stderr))


def warn(text: str) -> None:
    """Complain in one line, and go on."""
    errors.print(f"robopolicy: {text}", markup=False)
