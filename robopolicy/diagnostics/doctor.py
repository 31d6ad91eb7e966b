"""All checks, in order: what costs nothing first, then what needs a process of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from robopolicy.diagnostics import installed, machine
from robopolicy.diagnostics.findings import Finding, Guarded
from robopolicy.diagnostics.processes import Module, in_parallel

TIMEOUT = 120.0  # s


@dataclass(frozen=True)
class DoctorConfig:
    """What is looked at."""

    checkpoint: str = "benchmark"  # folder of a policy that should load, or the "benchmark" that is shipped
    output: str = "runs"  # folder that should take files


def findings(config: DoctorConfig) -> Iterator[Finding]:
    """One for each thing that works, works less well, or does not work."""
    again = "pip install --force-reinstall {}"
    folders = partial(machine.folders, Path(config.output))
    for check in (
        Guarded("Python", installed.python, again.format("robopolicy")),
        Guarded("packages", installed.packages, again.format("robopolicy")),
        Guarded("extras", installed.extras, again.format("robopolicy")),
        Guarded("cores", machine.processors, "say workers=1 to play and evaluations"),
        Guarded("memory", machine.memory, "say workers=1 to play and evaluations"),
        Guarded("output", folders, "say output=FOLDER to each command"),
    ):
        yield from check.findings()
    modules = (
        Module("physics", "robopolicy.diagnostics.physics", again.format(installed.engine())),
        Module("learning", "robopolicy.diagnostics.learning", again.format("torch"), (config.checkpoint,)),
    )
    yield from in_parallel(modules, TIMEOUT)
