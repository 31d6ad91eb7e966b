"""The task families: how each is judged, and in what words it may be asked for.

A family is one entry of `TASKS`: its name, what it is about, its judge, and its wordings beside the
judge. Wordings are verb phrases in the imperative ("pull {fixture} open"); outcomes are clauses that
are true once it is done ("{fixture} is open"). `data.grammar` turns them into sentences.
"""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import predicates as judge
from sim.state import FIXTURES, MAX_OBJECTS, State

Judge = Callable[[State, State, int, int], NDArray[np.bool_]]
"""(before, after, object index, other index) -> (...,) bool, vectorised over leading axes."""


@dataclass(frozen=True)
class Task:
    """One family of things that can be asked for."""

    name: str
    judge: Judge
    wordings: tuple[str, ...]
    outcomes: tuple[str, ...] = ()
    arguments: int = 0  # how many movable objects it names: 0, 1 ({object}) or 2 ({object}, {other})
    fixture: str = ""  # the furniture that it is about ({fixture}), one of FIXTURES
    carried: bool | None = None  # whether the object is off its support on the way; None: no object


class Goal(NamedTuple):
    """A family with its objects filled in, as indices into the scene's objects; -1 if not needed."""

    task: str
    object: int = -1
    other: int = -1

    def entities(self) -> tuple[int, int]:
        """Rows of the observation that are (acted on, related to); -1 where there is none."""
        fixture = task_named(self.task).fixture
        row = MAX_OBJECTS + FIXTURES.index(fixture) if fixture else -1
        if self.object < 0:
            return row, -1
        return self.object, row if fixture else self.other


TASKS: tuple[Task, ...] = (
    Task("open_drawer", judge.open_drawer, ("open {fixture}",), fixture="drawer"),
    Task("close_drawer", judge.close_drawer, ("close {fixture}",), fixture="drawer"),
    Task("slide_door_left", judge.slide_door_left, ("slide {fixture} to the left",), fixture="sliding door"),
    Task("slide_door_right", judge.slide_door_right, ("slide {fixture} to the right",), fixture="sliding door"),
    Task("turn_on_led", judge.turn_on_led, ("turn on {fixture}",), fixture="button"),
    Task("turn_off_led", judge.turn_off_led, ("turn off {fixture}",), fixture="button"),
    Task("turn_on_lamp", judge.turn_on_lamp, ("turn on {fixture}",), fixture="lever switch"),
    Task("turn_off_lamp", judge.turn_off_lamp, ("turn off {fixture}",), fixture="lever switch"),
    Task("lift", judge.lift, ("lift {object}",), arguments=1, carried=True),
    Task("push_left", judge.push_left, ("push {object} to the left",), arguments=1, carried=False),
    Task("push_right", judge.push_right, ("push {object} to the right",), arguments=1, carried=False),
    Task("push_forward", judge.push_forward, ("push {object} forward",), arguments=1, carried=False),
    Task("push_backward", judge.push_backward, ("push {object} backward",), arguments=1, carried=False),
    Task("rotate_left", judge.rotate_left, ("turn {object} to the left",), arguments=1, carried=False),
    Task("rotate_right", judge.rotate_right, ("turn {object} to the right",), arguments=1, carried=False),
    Task("unstack", judge.unstack, ("take {object} off the stack",), arguments=1, carried=True),
    Task("put_in_drawer", judge.put_in_drawer, ("put {object} in {fixture}",), arguments=1, fixture="drawer", carried=True),
    Task("take_out_of_drawer", judge.take_out_of_drawer, ("take {object} out of {fixture}",), arguments=1, fixture="drawer", carried=True),
    Task("put_in_tray", judge.put_in_tray, ("put {object} in {fixture}",), arguments=1, fixture="tray", carried=True),
    Task("stack", judge.stack, ("stack {object} on {other}",), arguments=2, carried=True),
    Task("put_left_of", judge.put_left_of, ("put {object} to the left of {other}",), arguments=2, carried=True),
    Task("put_right_of", judge.put_right_of, ("put {object} to the right of {other}",), arguments=2, carried=True),
    Task("put_in_front_of", judge.put_in_front_of, ("put {object} in front of {other}",), arguments=2, carried=True),
    Task("put_behind", judge.put_behind, ("put {object} behind {other}",), arguments=2, carried=True),
)
"""All families, in the order in which tables print them."""

_BY_NAME = {task.name: task for task in TASKS}


def task_named(name: str) -> Task:
    """The family of that name; raises `UnknownTask` with the nearest ones."""
    if name not in _BY_NAME:
        raise UnknownTask(name)
    return _BY_NAME[name]


class UnknownTask(ValueError):
    """No family has this name."""

    def __init__(self, name: str) -> None:
        near = get_close_matches(name, _BY_NAME, n=3, cutoff=0.4)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        super().__init__(f"no task family is called {name!r}{hint} The families: {', '.join(_BY_NAME)}.")


def goals_of(task: Task, n_objects: int) -> tuple[Goal, ...]:
    """Every way to fill the family's objects in a scene of n objects."""
    objects = range(n_objects)
    if task.arguments == 0:
        return (Goal(task.name),)
    if task.arguments == 1:
        return tuple(Goal(task.name, i) for i in objects)
    return tuple(Goal(task.name, i, j) for i in objects for j in objects if i != j)


def achieved(goal: Goal, before: State, after: State) -> NDArray[np.bool_]:
    """Whether the goal was reached between the two states; vectorised over leading axes."""
    return task_named(goal.task).judge(before, after, goal.object, goal.other)
