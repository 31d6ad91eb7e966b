"""The consoles that everything is printed on: figures on standard output, complaints on standard error."""

import sys

from rich.console import Console

WIDE = 120  # columns where there is no terminal to ask

console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
errors = Console(highlight=False, soft_wrap=True, stderr=True, width=None if sys.stderr.isatty() else WIDE)


def warn(text: str) -> None:
    """Complain in one line, and go on."""
    errors.print(f"robopolicy: {text}", markup=False)
