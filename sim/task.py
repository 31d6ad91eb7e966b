"""What a family of tasks is, in any world: all that is known of it, in one value.

Wordings are verb phrases in the imperative ("pull {fixture} open"); outcomes are clauses with "is" that are
true once it is done ("{fixture} is open"). `data.language.grammar` turns them into sentences. In both, `|`
parts alternatives, `_` is a space inside one and an empty one leaves the word out: "pull|slide_back {fixture}
|now" is four wordings.
"""

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import permutations
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

Judge = Callable[..., Truth]
"""(before, after, *arguments) -> (...,) bool, vectorised over leading axes.

The arguments of a family are those of `Task.arguments_of`: the rows of the object and of the other thing, -1
for none; then the third thing's row and the region, where the family has them. Pure: no environment, no
memory. Thresholds stand beside the judges."""

Condition = Callable[..., bool]
"""(state, *arguments) -> whether it can be done."""

Skill = Callable[..., Array]
"""(state, *arguments, style) -> the next action (7,). What a style is, a world says itself."""

Measure = Callable[..., Array]
"""(before, after, *arguments) -> (...,) how much it was, or how far off, between the two states; SI units."""

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


class Region(NamedTuple):
    """A part of the ground that has a name ("far left"): x and y from and to, m, world frame."""

    name: str
    x: tuple[float, float]
    y: tuple[float, float]

    @property
    def centre(self) -> Array:
        """(2,) m."""
        return np.array([sum(self.x) / 2, sum(self.y) / 2])

    def holds(self, xy: Array) -> Truth:
        """Whether points (..., 2), m, lie in it."""
        x, y = xy[..., 0], xy[..., 1]
        return (self.x[0] <= x) & (x <= self.x[1]) & (self.y[0] <= y) & (y <= self.y[1])


class Goal(NamedTuple):
    """A family with its arguments filled in: things as rows of the state, -1 if not needed."""

    task: str
    object: int = -1
    other: int = -1  # of an object; where the family takes fixtures, of what stands fixed too
    third: int = -1
    region: Region | None = None
    amount: float | None = None  # by or to how much, SI units; None: whatever the family says itself

    @property
    def things(self) -> tuple[int, int, int]:
        """Rows of the object, the other and the third thing."""
        return self.object, self.other, self.third


@dataclass(frozen=True, eq=False)
class Amount:
    """By or to how much a family can be asked for, and what then takes the place of its judge and skill."""

    word: Literal["by", "to"]  # how files of commands say it
    unit: str  # what people count it in, in words
    one: float  # of that unit, in SI units
    least: float  # that can be asked for, in SI units
    most: float
    measured: Measure  # how much was done
    tolerance: Callable[[float], float]  # of the amount asked for -> how far off may be, SI units
    kept: Judge  # what else must be true, as that it stands on its surface yet
    possible: Callable[..., bool]  # (state, *arguments, amount) -> whether it can be done by or to so much
    skill: Callable[..., Array]  # (before, state, *arguments, style, amount) -> the next action (7,)
    needed: bool = False  # whether the family cannot be asked for without an amount


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
    arguments: int = 0  # how many things it names: 0, 1 ({object}), 2 ({other} too) or 3 ({third} too)
    about_fixtures: bool = False  # whether its last thing may be one that stands fixed
    in_region: bool = False  # whether it names a region
    amount: Amount | None = None  # by or to how much it can be asked for; None: it has no amount
    settles: bool = False  # whether it counts only if it is so once the robot is done, and a second later
    error: Measure | None = None  # how far what was done is from the middle of what was meant, m
    fixture: str = ""  # what it is about of what stands fixed ({fixture}), by name
    manner: Manner = ""  # how its object is handled on the way; "" for what stands fixed
    lifts: bool = False  # its object is in the hand once it is done
    rides: Rides | None = None  # which objects may move along with its fixture
    told: str = ""  # what was done, in the past tense, for reports: "opened {fixture}"
    appeal: float = 1.0  # how much play prefers it where it is possible: what needs a rare situation, more
    contrasts: tuple[tuple[ContrastKind, str], ...] = ()  # the sibling families it makes minimal pairs with

    def arguments_of(self, goal: Goal) -> tuple[Any, ...]:
        """What its judge, condition and skill are called with, see `Judge`."""
        third = (goal.third,) if self.arguments > 2 else ()
        return (goal.object, goal.other, *third, *((goal.region,) if self.in_region else ()))

    def achieved(self, before: State, after: State, goal: Goal) -> Truth:
        """Whether the goal was reached between the two states; an amount takes the threshold's place."""
        given = self.arguments_of(goal)
        if goal.amount is None:
            return self.judge(before, after, *given)
        amount = self.amount_asked(goal)
        off = np.abs(amount.measured(before, after, *given) - goal.amount)
        return (off <= amount.tolerance(goal.amount)) & amount.kept(before, after, *given)

    def can(self, state: State, goal: Goal) -> bool:
        """Whether the goal can be reached from here in one act, and is not reached already."""
        given = self.arguments_of(goal)
        if goal.amount is None:
            return self.possible(state, *given)
        return self.amount_asked(goal).possible(state, *given, goal.amount)

    def act(self, before: State, state: State, goal: Goal, style: Any) -> Array:
        """The scripted expert's next action (7,) towards a goal that it was given in the state `before`."""
        given = self.arguments_of(goal)
        if goal.amount is None:
            return self.skill(state, *given, style)
        return self.amount_asked(goal).skill(before, state, *given, style, goal.amount)

    def settled(self, goal: Goal) -> bool:
        """Whether the goal counts only if it is reached once the robot is done, and a second later."""
        return self.settles or goal.amount is not None

    def error_of(self, before: State, after: State, goal: Goal) -> float | None:
        """How far off it ended, SI units; None where nothing is measured."""
        given = self.arguments_of(goal)
        if goal.amount is not None:
            return float(abs(self.amount_asked(goal).measured(before, after, *given) - goal.amount))
        return None if self.error is None else float(self.error(before, after, *given))

    def amount_asked(self, goal: Goal) -> Amount:
        """Its amount; raises `BadArgument` for a family that has none."""
        if self.amount is None:
            raise BadArgument(f"the amount of {self.name}", "None, for this family has none", goal.amount)
        return self.amount

    @property
    def sets_down(self) -> bool:
        """Whether its object is carried somewhere and let go of there."""
        return self.manner == "carried" and not self.lifts


AnyTask = TypeVar("AnyTask", bound=Task)


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
    """Every way to fill the family's things with different ones of n objects, without region and amount."""
    return tuple(goal_about(task, rows) for rows in permutations(range(n_objects), task.arguments))


def goal_about(task: Task, rows: Sequence[int]) -> Goal:
    """The family's goal about the things in these rows, in the order object, other, third."""
    obj, other, third = (*rows, -1, -1, -1)[:3]
    return Goal(task.name, obj, other, third)


def goals_in(task: Task, state: State, regions: Sequence[Region] = ()) -> tuple[Goal, ...]:
    """Every way to fill the family's things in a state, fixtures included, and its region; without amount."""
    objects, n = range(state.n_objects), task.arguments
    filled = list(permutations(objects, n))
    if task.about_fixtures and n:
        fixtures = range(state.n_objects, len(state.names))
        filled += [(*rows, row) for rows in permutations(objects, n - 1) for row in fixtures]
    goals = (goal_about(task, rows) for rows in filled)
    if not task.in_region:
        return tuple(goals)
    return tuple(goal._replace(region=region) for goal in goals for region in regions)


def with_amount(task: Task, goal: Goal, rng: np.random.Generator) -> Goal:
    """The goal, with an amount drawn from the range of a family that cannot be asked for without one."""
    if task.amount is None or not task.amount.needed:
        return goal
    return goal._replace(amount=float(rng.uniform(task.amount.least, task.amount.most)))


def check_goal(goal: Any, n_objects: int, tasks: Sequence[Task]) -> None:
    """Raises `UnknownTask`, or `BadArgument` for what is no goal in a scene of n objects."""
    if not isinstance(goal, Goal):
        raise BadArgument("a goal", "a Goal, such as Goal('lift', 0)", goal)
    task = task_named(goal.task, tasks)
    rows = goal[1:4]
    fits = all(whole(index, -1, n_objects - 1) for index in rows)
    if not fits or Goal(goal.task, *rows) not in goals_of(task, n_objects):
        which = "different objects' indices" if task.arguments > 1 else "an object's index"
        needs = f"{which}, from 0 to {n_objects - 1}, and -1 for the rest" if task.arguments else "no objects"
        raise BadArgument(f"what {task.name} is about", needs, rows[: max(2, task.arguments)])
