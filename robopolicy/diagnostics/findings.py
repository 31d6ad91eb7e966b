"""A finding is one line of `robopolicy doctor`; a check yields findings, or raises, which is one, too."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from sim.common.printable import visible

State = Literal["ok", "note", "FAILS"]
"""Works; works less well, or an extra is absent; a feature of the base install does not work."""


class Finding(NamedTuple):
    """What was found out about one thing."""

    name: str
    state: State
    says: str
    fix: str = ""  # what to do about it

    def __str__(self) -> str:
        fix = f" -> {self.fix}" if self.fix else ""
        return visible(f"{self.state:6}{self.name:16}{self.says}{fix}")


Check = Callable[[], Iterator[Finding]]


class Guarded(NamedTuple):
    """A check, and what is said if it raises."""

    name: str
    check: Check
    fix: str

    def findings(self) -> Iterator[Finding]:
        """What the check finds; an error that it raises becomes a finding."""
        try:
            yield from self.check()
        except Exception as error:
            yield Finding(self.name, "FAILS", in_one_line(error), self.fix)


def in_one_line(error: BaseException) -> str:
    """An error's kind and the first line of what it says."""
    first = next(iter(str(error).strip().splitlines()), "")
    kind = type(error).__name__
    return f"{kind}: {first}" if first else kind


def print_all(checks: Iterable[Guarded]) -> None:
    """Print what the checks find, one line of JSON each, for another process to read."""
    for check in checks:
        for finding in check.findings():
            print(as_line(finding), flush=True)


def as_line(finding: Finding) -> str:
    """One line of JSON."""
    return json.dumps(finding)


def from_line(line: str) -> Finding:
    """What `as_line` wrote; raises ValueError for anything else."""
    name, state, says, fix = json.loads(line)
    return Finding(name, state, says, fix)
