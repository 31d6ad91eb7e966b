"""Acts: what an item asks to be done, as a file writes it and as a goal in a scene.

[push_left, object, {by: 0.1}]      [put_at, object, far left]      [put_left_of, object, drawer]
"""

from collections.abc import Mapping
from math import pi
from typing import Any, NamedTuple

from data.trials.examination.words import FIXTURE_WORDS, PLACEHOLDERS, BadItem
from sim.common.checks import number
from sim.common.names import unknown_name
from sim.common.printable import shown
from sim.state import State
from sim.task import Amount, Goal, Task
from sim.world import WorldKind

SETS = ("all", "any", "all_but", "any_but")
"""Arguments that stand for several things. They are known, and refused."""

MANY = 1e6  # larger numbers are no amounts of anything

SMALLER = {"metres": ("in metres", "cm"), "of its travel": ("a share of the travel", "%")}
"""Unit of an amount -> how a hint says it, and the hundredth part that people give instead."""

DEGREES, FULL_TURN = "degrees", 2 * pi  # rad, which people may give instead


class Act(NamedTuple):
    """One thing to be done, with placeholders for the things."""

    family: str
    things: tuple[str, ...] = ()  # placeholders, or names of fixtures
    region: str = ""
    amount: float | None = None  # SI units

    def goal(self, kind: WorldKind, scene: Any, state: State, rows: Mapping[str, int]) -> Goal:
        """The goal in a scene; `rows` are those of the placeholders in its states."""
        things = [rows[thing] if thing in rows else state.row(thing) for thing in self.things]
        things += [-1] * (len(PLACEHOLDERS) - len(things))
        region = kind.region(scene, self.region) if self.region else None
        return Goal(self.family, *things, region=region, amount=self.amount)

    def __str__(self) -> str:
        return f"[{', '.join((self.family, *self.things, *([self.region] if self.region else [])))}]"


def acts_of(given: Any, kind: WorldKind) -> tuple[Act, ...]:
    """The acts of a `goal`, in order; raises `BadItem`, or `UnknownTask` for a family that does not exist."""
    if not isinstance(given, list):
        raise BadItem(f"goal should be a list of acts, `goal: [[open_drawer]]`, not {shown(given)}")
    if given and isinstance(given[0], str):
        raise BadItem(
            f"each act of a goal is a list of its own, `goal: [[lift, object]]`, so put another pair of "
            f"brackets around {shown(given)}"
        )
    return tuple(_act(one, kind) for one in given)


def _act(given: Any, kind: WorldKind) -> Act:
    if not isinstance(given, list) or not given or not isinstance(given[0], str):
        raise BadItem(f"an act is a family and its arguments, `[lift, object]`, not {shown(given)}")
    task = kind.task(given[0])
    amount: float | None = None
    arguments = given[1:]
    if arguments and isinstance(arguments[-1], dict):
        amount = _amount(arguments.pop(), task)
    if arguments and not task.arguments and not task.in_region:
        raise BadItem(f"{task.name} takes no arguments, `[{task.name}]`, so leave out {shown(arguments)}")
    things, regions = [], []
    for argument in arguments:
        word = _word(argument, task, kind)
        (things if word in PLACEHOLDERS or word in FIXTURE_WORDS.values() else regions).append(word)
    _check_things(task, things)
    if len(regions) != task.in_region:
        needs = "one region" if task.in_region else "no region"
        raise BadItem(
            f"{task.name} takes {needs}, not {shown(regions)}; regions are {', '.join(kind.regions)}"
        )
    if amount is None and task.amount is not None and task.amount.needed:
        raise BadItem(f"{task.name} needs an amount: {_example(task.amount)}")
    return Act(task.name, tuple(things), "".join(regions), amount)


def _word(argument: Any, task: Task, kind: WorldKind) -> str:
    """A placeholder, the name of a fixture, or that of a region."""
    several = argument if isinstance(argument, dict) else [argument]
    for one in several:
        _refuse_set(one)
    if not isinstance(argument, str):
        raise BadItem(f"an argument of {task.name} is a bare word, such as object, not {shown(argument)}")
    fixtures = FIXTURE_WORDS if task.about_fixtures else {}
    regions = kind.regions if task.in_region else ()
    word = argument.replace("_", " ") if argument.replace("_", " ") in regions else argument
    if word in FIXTURE_WORDS and not fixtures:
        raise BadItem(f"{task.name} takes movable things alone ({', '.join(PLACEHOLDERS)}), not the {word}")
    accepted = (*PLACEHOLDERS, *fixtures, *regions)
    if word not in accepted:
        raise BadItem(unknown_name(f"argument of {task.name}", argument, accepted))
    return fixtures.get(word, word)


def _refuse_set(word: Any) -> None:
    if isinstance(word, str) and word in SETS:
        raise BadItem(f"{word} stands for several things, which is not supported yet; name each thing")


def _check_things(task: Task, things: list[str]) -> None:
    if len(things) != task.arguments or len(set(things)) < len(things):
        needs = ("no thing", "one thing", "two different things", "three different things")[task.arguments]
        example = f"[{', '.join((task.name, *PLACEHOLDERS[: task.arguments]))}]"
        raise BadItem(f"{task.name} is about {needs}, `{example}`, not {', '.join(things) or 'nothing'}")
    fixed = [thing for thing in things[:-1] if thing not in PLACEHOLDERS]
    if fixed:
        raise BadItem(f"only the last thing of {task.name} may be one that stands fixed, not the {fixed[0]}")


# -- amounts ----------------------------------------------------------------------------------------


def _amount(given: dict[str, Any], task: Task) -> float:
    """In SI units."""
    for word in given:
        _refuse_set(word)
    amount = task.amount
    if amount is None:
        raise BadItem(f"{task.name} has no amount; leave out {shown(given)}")
    if list(given) != [amount.word]:
        raise BadItem(f"the amount of {task.name} is written {_example(amount)}, not {shown(given)}")
    value = given[amount.word]
    if not number(value, -MANY, MANY):
        raise BadItem(f"the amount of {task.name} is a number, {_example(amount)}, not {shown(value)}")
    asked = float(value) * amount.one
    slack = 1e-9 * abs(amount.one)
    if not amount.least - slack <= asked <= amount.most + slack:
        nearest = amount.least if asked < amount.least else amount.most
        raise BadItem(
            f"{task.name} takes {amount.word} from {_said(amount.least, amount)} to "
            f"{_said(amount.most, amount)} {amount.unit}, not {value:g}; "
            f"{_hint(value, asked, amount) or f'the nearest is {{{amount.word}: {_said(nearest, amount)}}}'}"
        )
    return asked


def _hint(value: float, asked: float, amount: Amount) -> str:
    """What was probably meant by an amount out of range that is right in another unit; "" for nothing."""
    if amount.unit in SMALLER and value > 1 and asked > amount.most:
        unit, smaller = SMALLER[amount.unit]
        return f"{amount.word} is {unit}: {value:g} {smaller} is {value / 100:g}"
    if amount.unit == DEGREES and 0 < value <= FULL_TURN:
        return f"{amount.word} is in degrees: a quarter turn is 90"
    return ""


def _said(value: float, amount: Amount) -> str:
    """A value in SI units as files write it."""
    return f"{round(value / amount.one, 6):g}"


def _example(amount: Amount) -> str:
    middle = float(f"{(amount.least + amount.most) / 2 / amount.one:.1g}")
    return f"`{{{amount.word}: {middle:g}}}` ({amount.unit})"
