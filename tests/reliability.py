"""docs/reliability.md: what was injected, how, how often, and what was lost; `make faults` writes it."""

import os
import platform
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

_PROMISE = """# Reliability

What is finished is safe, and what is damaged is named. A process that is killed, a disk that fills up or a
file that somebody changed costs at most the piece of work that was under way: the same command goes on from
there and ends with the same result, bit for bit. Whatever comes in from outside (an option, a sentence, a
YAML, a dataset, a checkpoint, a frame from the network, an action) is accepted or refused in one sentence,
with exit code 2, before work begins.

This page is written by

    make faults           # every fault below, under 30 minutes on two cores
    make fuzz-overnight   # the same with a million cases for each pure parser; writes no page

and holds what that command injected: a real kill, a real full disk, flipped bits in real files. The fast
ones are part of `make test` too.
"""
_TABLE = "\n| fault | how it was injected | times | lost |\n|---|---|---|---|\n"


class Fault(NamedTuple):
    """One row."""

    fault: str
    how: str
    times: int
    lost: str


class Outcome(NamedTuple):
    """What became of the tests that inject faults."""

    withstood: Sequence[Fault]
    failed: Sequence[str] = ()  # names of tests
    skipped: Sequence[str] = ()  # reasons
    known: Sequence[str] = ()  # reasons of failures that are expected


def document(outcome: Outcome) -> str:
    """The page."""
    rows = merged(outcome.withstood)
    times = sum(row.times for row in rows)
    return (
        _PROMISE
        + f"\n{len(rows)} faults, injected {times:,} times in all, on {os.cpu_count()} cores with Python "
        + f"{platform.python_version()} on {platform.system()}.\n"
        + _TABLE
        + "".join(
            f"| {_cell(row.fault)} | {_cell(row.how)} | {row.times:,} | {_cell(row.lost)} |\n" for row in rows
        )
        + _list("Not withstood, so `make faults` failed", [f"`{name}`" for name in outcome.failed])
        + _list("Known, and not mended yet", outcome.known)
        + _list("Not injected here", outcome.skipped)
    )


def merged(faults: Sequence[Fault]) -> list[Fault]:
    """One row for each fault, sorted: what several tests injected alike is counted together."""
    times: Counter[tuple[str, str, str]] = Counter()
    for one in faults:
        times[one.fault, one.how, one.lost] += one.times
    return [Fault(fault, how, n, lost) for (fault, how, lost), n in sorted(times.items())]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def _list(title: str, lines: Sequence[str]) -> str:
    return f"\n{title}:\n\n" + "".join(f"- {_cell(line)}\n" for line in sorted(set(lines))) if lines else ""
