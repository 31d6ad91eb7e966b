"""Whether a kind of world is one that all commands can work with."""

from collections.abc import Iterator
from multiprocessing.reduction import ForkingPickler
from typing import NamedTuple

import numpy as np

from sim.common.checks import number, whole
from sim.common.printable import shown
from sim.desk.scenes.sampler import MOST_NAMED
from sim.task import Task
from sim.world import WorldKind
from sim.world_spec import WorldSpec

FINITE = 1e9  # in size, whatever the unit: infinite numbers, and those that are none, are beyond it


class BadWorldKind(ValueError):
    """A kind of world that contradicts itself; the message says what was found and what would be accepted."""


class Finding(NamedTuple):
    """One thing that is wrong."""

    what: str  # it is about
    found: object
    accepted: str


def check_kind(kind: WorldKind) -> None:
    """Raise `BadWorldKind` with the first thing that no command could work with."""
    for finding in _findings(kind):
        raise BadWorldKind(
            f"in the world {shown(getattr(kind.spec, 'name', ''))}, {finding.what} is "
            f"{shown(finding.found)}; accepted is {finding.accepted}"
        )


def _findings(kind: WorldKind) -> Iterator[Finding]:
    """What is wrong, in an order in which each check may rely on those before it."""
    if not isinstance(kind.spec, WorldSpec):
        yield Finding("spec", kind.spec, "a WorldSpec")
    yield from _in_spec(kind.spec)
    if not whole(kind.per_process, 1, 1_000_000):
        yield Finding("per_process", kind.per_process, "a whole number of worlds, 1 or more")
    if not isinstance(kind.tasks, list | tuple) or not kind.tasks:
        yield Finding("tasks", kind.tasks, "a tuple of families (sim.task.Task), one at least")
    for task in kind.tasks:
        yield from _in_task(task, kind.spec)
    if not isinstance(kind.more_tasks, list | tuple):
        yield Finding("more_tasks", kind.more_tasks, "a tuple of families (sim.task.Task)")
    for task in kind.more_tasks:
        yield from _in_words(task, 3)
    names = [task.name for task in (*kind.tasks, *kind.more_tasks)]
    if twice := _twice(names):
        yield Finding("the name of two families", twice, "a name of its own for each")
    if not any(task.appeal for task in kind.tasks):
        yield Finding("the appeal of every family", 0, "a positive number for one of them at least")
    try:
        ForkingPickler.dumps(kind)
    except Exception as error:
        yield Finding(
            "what worker processes get of it",
            f"{type(error).__name__}: {error}",
            "a kind that can be pickled: its class stands in a module, and its instance holds no functions",
        )


def _in_spec(spec: WorldSpec) -> Iterator[Finding]:
    if not whole(spec.control_hz, 1, 10_000):
        yield Finding("control_hz", spec.control_hz, "a whole number of actions in a second, 1 or more")
    if not whole(spec.most_objects, 1, MOST_NAMED):
        yield Finding("most_objects", spec.most_objects, f"a whole number from 1 to {MOST_NAMED}")
    if not all(isinstance(name, str) and name for name in spec.fixed):
        yield Finding("the fixtures' names", spec.fixed, "words for each")
    if twice := _twice(spec.fixed):
        yield Finding("the name of two fixtures", twice, "a name of its own for each")
    box = np.array(spec.workspace, dtype=object)
    corners = box.shape == (2, 3) and all(number(value, -FINITE, FINITE) for value in box.ravel())
    if not corners or not (box[0] < box[1]).all():
        yield Finding("workspace", spec.workspace, "its lowest and its highest corner (x, y, z), m")
    if not number(spec.action.opening, 1e-9, FINITE):
        yield Finding("action.opening", spec.action.opening, "a positive number, m")


def _in_words(task: Task, most: int) -> Iterator[Finding]:
    if not isinstance(task, Task):
        yield Finding("one of its families", task, "a sim.task.Task")
    if not isinstance(task.name, str) or not task.name.isidentifier():
        yield Finding("the name of a family", task.name, "letters, digits and _, as in put_on_mat")
    if not isinstance(task.wordings, tuple) or not task.wordings:
        yield Finding(f"wordings of {task.name}", task.wordings, "a tuple of wordings, one at least")
    if not whole(task.arguments, 0, most):
        accepted = f"{', '.join(map(str, range(most)))} or {most} movable objects"
        yield Finding(f"arguments of {task.name}", task.arguments, accepted)


def _in_task(task: Task, spec: WorldSpec) -> Iterator[Finding]:
    yield from _in_words(task, 2)
    if task.fixture not in ("", *spec.fixed):
        known = ", ".join(map(shown, spec.fixed)) or "none, as nothing stands fixed"
        yield Finding(f"fixture of {task.name}", task.fixture, f'"" or a name of spec.fixtures: {known}')
    if task.arguments == 0 and not task.fixture:
        yield Finding(f"fixture of {task.name}", "", "a fixture, or arguments=1: a family is about something")
    if task.arguments == 2 and task.fixture:
        accepted = '"" for a family of two objects, or arguments=1 with this fixture'
        yield Finding(f"fixture of {task.name}", task.fixture, accepted)
    if not number(task.appeal, 0, FINITE):
        yield Finding(f"appeal of {task.name}", task.appeal, "a number, 0 or more")


def _twice(names: list[str] | tuple[str, ...]) -> str:
    """A name that occurs twice; "" if none does."""
    return next((name for i, name in enumerate(names) if name in names[:i]), "")
