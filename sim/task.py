"""What a family of tasks is, in any world: all that is known of it, in one value.

Wordings are verb phrases in the imperative ("pull {fixture} open"); outcomes are clauses with "is" that are
true once it is done ("{fixture} is open"). `data.language.grammar` turns them into sentences. In both, `|`
parts alternatives, `_` is a space inside one and an empty one leaves the word out: "pull|slide_back {fixture}
|now" is four wordings.
"""

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.common.checks import whole
from sim.common.errors import BadArgument
from sim.common.names import unknown_name
from sim.state import Array, State

Truth = NDArray[np.bool_]

Manner = Literal["", "carried", "pushed", "turned"]
"""Off its support in the grip; along its support, not gripped; in the grip, on its support."""

Judge = Callable[[State, State, int, int], Truth]
"""(before, after, object's row, other's row) -> (...,) bool, vectorised over leading axes.

Pure: no environment, no memory. Thresholds stand beside the judges."""

Condition = Callable[[State, int, int], bool]
"""(state, object's row, other's row) -> whether it can be done."""

Skill = Callable[[State, int, int, Any], Array]
"""(state, object's row, other's row, style) -> the next action (7,). What a style is, a world says itself."""

Rides = Callable[[State, int], Truth]
"""(states, object's row) -> where the object moves along with the furniture, (...,) bool."""

ContrastKind = Literal["direction", "state", "thing"]
"""What sets two families apart in a minimal pair: left from right, on from off, one fixture from another."""

DONE, UNREACHABLE, IMPOSSIBLE = "done already", "out of reach", "impossible for now"


class Hindrance(NamedTuple):
    """Why something cannot be begun."""

    kind: str  # DONE, UNREACHABLE or IMPOSSIBLE
    clause: str  # {0}, {1} stand for the things
    things: tuple[int, ...] = ()  # rows of movable objects

    def told(self, names: Sequence[str]) -> str:
        """A sentence; names are those of the scene's objects."""
        says = self.clause.format(*(f"the {names[i]}" for i in self.things))
        return f"{says[0].upper()}{says[1:]}."


Hindering = Callable[[State, int, int], Hindrance | None]
"""(state, object's row, other's row) -> why it cannot be begun; None if nothing clearly stands in the way."""


def nothing(state: State, obj: int = -1, other: int = -1) -> Hindrance | None:
    """Nothing ever stands in the way of beginning."""
    del state, obj, other
    return None


@dataclass(frozen=True, eq=False)
class Task:
    """One family of things that can be asked for."""

    name: str
    judge: Judge  # whether it was done between two states
    wordings: tuple[str, ...]
    outcomes: tuple[str, ...] = ()
    _: KW_ONLY
    held_out: tuple[str, ...] = ()  # of the wordings and outcomes: what training never says
    possible: Condition  # whether it can be done from here in one act, and is not done already
    hindered: Hindering = nothing  # why it cannot be begun: done already, out of reach or impossible for now
    skill: Skill  # how the scripted expert does it
    arguments: int = 0  # how many movable objects it names: 0, 1 ({object}) or 2 ({object}, {other})
    fixture: str = ""  # what it is about of what stands fixed ({fixture}), by name
    manner: Manner = ""  # how its object is handled on the way; "" for what stands fixed
    lifts: bool = False  # its object is in the hand once it is done
    rides: Rides | None = None  # which objects may move along with its fixture
    told: str = ""  # what was done, in the past tense, for reports: "opened {fixture}"
    appeal: float = 1.0  # how much play prefers it where it is possible: what needs a rare situation, more
    contrasts: tuple[tuple[ContrastKind, str], ...] = ()  # the sibling families it makes minimal pairs with

    @property
    def sets_down(self) -> bool:
        """Whether its object is carried somewhere and let go of there."""
        return self.manner == "carried" and not self.lifts


AnyTask = TypeVar("AnyTask", bound=Task)


class Goal(NamedTuple):
    """A family with its objects filled in, as rows of the state; -1 if not needed."""

    task: str
    object: int = -1
    other: int = -1


class UnknownTask(ValueError):
    """No family has this name."""

    def __init__(self, name: object, tasks: Sequence[Task]) -> None:
        super().__init__(unknown_name("task family", name, [task.name for task in tasks]))


def task_named(name: object, tasks: Sequence[AnyTask]) -> AnyTask:
    """The family of that name; raises `UnknownTask` with the nearest one."""
    for task in tasks:
        if task.name == name:
            return task
    raise UnknownTask(name, tasks)


def goals_of(task: Task, n_objects: int) -> tuple[Goal, ...]:
    """Every way to fill the family's objects in a scene of n objects."""
    objects = range(n_objects)
    if task.arguments == 0:
        return (Goal(task.name),)
    if task.arguments == 1:
        return tuple(Goal(task.name, i) for i in objects)
    return tuple(Goal(task.name, i, j) for i in objects for j in objects if i != j)


def check_goal(goal: Any, n_objects: int, tasks: Sequence[Task]) -> None:
    """Raises `UnknownTask`, or `BadArgument` for what is no goal in a scene of n objects."""
    if not isinstance(goal, Goal):
        raise BadArgument("a goal", "a Goal, such as Goal('lift', 0)", goal)
    task = task_named(goal.task, tasks)
    fits = all(whole(index, -1, n_objects - 1) for index in goal[1:])
    if not fits or goal not in goals_of(task, n_objects):
        which = "different objects' indices" if task.arguments > 1 else "an object's index"
        needs = f"{which}, from 0 to {n_objects - 1}, and -1 for the rest" if task.arguments else "no objects"
        raise BadArgument(f"what {task.name} is about", needs, tuple(goal[1:]))
