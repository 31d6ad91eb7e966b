"""docs/reliability.md: what was injected, how, how often, and what was lost; `make faults` writes it."""

from collections.abc import Sequence
from typing import NamedTuple

_HEAD = """# Reliability

Faults that were injected, and what was lost. `make faults` injects them and writes this page; the fast ones
are part of `make test`, and `ROBOPOLICY_FUZZ=overnight` has a million cases a parser.

| fault | how it was injected | times | lost |
|---|---|---|---|
"""


class Fault(NamedTuple):
    """One row."""

    fault: str
    how: str
    times: int
    lost: str


def document(faults: Sequence[Fault], failed: Sequence[str]) -> str:
    """The page."""
    rows = "".join(f"| {one.fault} | {one.how} | {one.times:,} | {one.lost} |\n" for one in sorted(faults))
    broken = "".join(f"- `{name}`\n" for name in failed)
    return _HEAD + rows + (f"\nNot withstood:\n\n{broken}" if broken else "")
