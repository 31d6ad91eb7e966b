"""What a policy is told to do: a sentence, or a goal state. `Policy.reset` is the one door for both."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from robopolicy.common.errors import UserError
from sim.common.printable import shown
from sim.observation import Observation


class GoalState(NamedTuple):
    """How things are, and how they should be, as the policy's sensors see them (no leading axes)."""

    before: Observation
    after: Observation


Condition: TypeAlias = str | GoalState
"""A sentence in plain English ("" says nothing), or a goal state. New ways of telling are added here."""


class BadCondition(UserError):
    """A policy was told something that it cannot be told."""


def name_of(kind: type) -> str:
    """The name of a type of condition, in words for messages."""
    return {str: "a sentence", GoalState: "a goal state"}[kind]


def check_conditions(
    conditions: Sequence[Condition], names: Sequence[Sequence[str]], reads: tuple[type, ...], most: int
) -> None:
    """Refuse what a policy that reads these types of conditions, among `most` things, cannot be told.

    Raises `BadCondition`.
    """
    if len(conditions) != len(names):
        raise BadCondition(
            f"reset was given {len(conditions)} conditions and the names of the things in {len(names)} "
            "environments; give one condition, and one tuple of names, for each environment"
        )
    for condition in conditions:
        if not isinstance(condition, reads):
            known = isinstance(condition, str | GoalState)
            given = name_of(type(condition)) if known else shown(condition)
            raise BadCondition(
                f"this policy cannot be told {given}; it takes {' or '.join(map(name_of, reads))}"
            )
    for row in names:
        if len(row) > most:
            raise BadCondition(f"this policy was trained among at most {most} things; here are {len(row)}")
