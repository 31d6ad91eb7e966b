"""Checks in processes of their own: one that is killed, hangs or cannot be imported is one line, too.

All start at once, and what they find is read in their order.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from robopolicy.diagnostics.findings import Finding, from_line


class Module(NamedTuple):
    """A module of checks, and what its failure is called."""

    name: str  # of the finding
    module: str
    fix: str
    arguments: tuple[str, ...] = ()


def in_parallel(modules: Sequence[Module], seconds: float) -> Iterator[Finding]:
    """What all the modules find, each within so many seconds of the start."""
    until = time.monotonic() + seconds
    running = [(module, _start(module)) for module in modules]
    try:
        for module, process in running:
            yield from _findings(module, process, until, seconds)
    finally:
        for _, process in running:
            process.kill()
            process.communicate()


def _start(module: Module) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module.module, *module.arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1"}, errors="replace",
    )  # fmt: skip


def _findings(
    module: Module, process: subprocess.Popen[str], until: float, seconds: float
) -> Iterator[Finding]:
    trouble = ""
    try:
        out, err = process.communicate(timeout=max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        trouble = f"did not come to an end within {seconds:g} s"
    for line in out.splitlines():
        with suppress(ValueError):  # what a library prints
            yield from_line(line)
    if not trouble and process.returncode < 0:
        trouble = f"ended by {signal.Signals(-process.returncode).name}"
    elif not trouble and process.returncode:
        trouble = next(filter(str.strip, reversed(err.splitlines())), f"exit code {process.returncode}")
    if trouble:
        yield Finding(module.name, "FAILS", trouble, module.fix)
