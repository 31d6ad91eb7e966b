"""What goes into a policy and what comes out of it, by name: the part of a checkpoint that gives it meaning.

Numbers inside a network are positions: code 3, column 10, kind 2. The spec says what stands there, so a
checkpoint keeps its meaning when task families are added to this program or put into another order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from robopolicy.common.errors import UserError
from robopolicy.policies.base.columns import HAND, THING
from robopolicy.policies.base.intent import HOLD_STILL
from sim.common.printable import shown
from sim.state import HAND_COLUMNS, THING_COLUMNS
from sim.task import Task
from sim.world import WorldKind
from sim.world_spec import WorldSpec

OBJECT = "object"
"""What a family is about where it is no piece of furniture: any movable object."""

ABSENT, MOVABLE = -1, 0
"""Kinds of things; 1 and on are the pieces of furniture, in the order of `PolicySpec.furniture`."""

MOST_NAMES, LONGEST = 1000, 100  # in a list of names; characters of a name


class BadSpec(UserError):
    """A spec that is none, or not one for this program."""


class Family(NamedTuple):
    """A task family as a policy knows it."""

    name: str
    acts_on: str  # OBJECT, or a piece of furniture; "" for any thing (HOLD_STILL)
    relates_to: str  # likewise; "" for nothing


@dataclass(frozen=True)
class PolicySpec:
    """The meaning of a policy's inputs and outputs."""

    families: tuple[Family, ...]  # of the code book, in the order of the codes; the last is HOLD_STILL
    hand: tuple[str, ...]  # columns of the hand that it reads
    thing: tuple[str, ...]  # columns of each thing that it reads
    world: WorldSpec  # that it was trained in: rows, units, what actions mean

    def __post_init__(self) -> None:
        for name in ("furniture", "hand", "thing"):
            _check_names(name, getattr(self, name))
        if type(self.world.most_objects) is not int or not 1 <= self.world.most_objects <= MOST_NAMES:
            raise BadSpec(f"most_objects must be a whole number from 1 to {MOST_NAMES}")
        _check_names("families", self.names)
        if not self.names or self.names[-1] != HOLD_STILL:
            raise BadSpec(f"the last of its families must be {HOLD_STILL!r}")
        for family in self.families:
            for about in (family.acts_on, family.relates_to):
                if about not in ("", OBJECT, *self.furniture):
                    raise BadSpec(f"{shown(family.name)} is about {shown(about)}, which it has no kind for")

    @property
    def furniture(self) -> tuple[str, ...]:
        """Kinds of what stands fixed that it tells apart, by the names that they go by."""
        return self.world.fixed

    @property
    def names(self) -> tuple[str, ...]:
        """What each code stands for, by name."""
        return tuple(family.name for family in self.families)

    def kind_of(self, name: str) -> int:
        """The kind of a thing by its name; the empty name is `ABSENT`."""
        if not name:
            return ABSENT
        return 1 + self.furniture.index(name) if name in self.furniture else MOVABLE

    def kinds_of(self, names: Sequence[Sequence[str]]) -> Tensor:
        """The names of the things in B environments, E each -> their kinds (B, E)."""
        return torch.tensor([[self.kind_of(name) for name in row] for row in names])

    def to_json(self) -> dict[str, Any]:
        """As config.json has it."""
        families = [family._asdict() for family in self.families]
        return {
            "families": families, "hand": list(self.hand), "thing": list(self.thing),
            "world": self.world.to_json(),
        }  # fmt: skip

    @classmethod
    def from_json(cls, value: Any) -> "PolicySpec":
        """The inverse of `to_json`; raises `BadSpec`."""
        try:
            return cls(
                families=tuple(Family(**one) for one in value["families"]),
                hand=tuple(value["hand"]),
                thing=tuple(value["thing"]),
                world=WorldSpec.from_json(value["world"]),
            )
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise BadSpec(f"its spec of inputs and outputs is incomplete: {error}") from error


def spec_of(kind: WorldKind) -> PolicySpec:
    """The spec of a policy that is trained now in a kind of world; its codes are the families, in order."""
    families = (*map(_family, kind.tasks), Family(HOLD_STILL, "", ""))
    return PolicySpec(families, HAND, THING, kind.spec)


def check_spec(spec: PolicySpec, world: WorldSpec) -> None:
    """Refuse a policy that reads what is not observed in a world, or whose actions mean something else there.

    Compared are the columns that it reads, the rows of an observation (how many movable objects, and what
    stands fixed, by name and in order), the control rate and all of `ActionSpec`. A world of another name may
    be one derived from the policy's: it is accepted if the robot, its workspace and reach, the middle, and
    the widths of the open hand and of what it holds of fixtures are the same, too. Names are not compared.

    Raises `BadSpec`.
    """
    for what, needed, offered in (("hand", spec.hand, HAND_COLUMNS), ("things", spec.thing, THING_COLUMNS)):
        if missing := [name for name in needed if name not in offered]:
            raise BadSpec(
                f"it reads the column {shown(missing[0])} of the {what}, which is not observed here; "
                f"there are: {', '.join(offered)}"
            )
    trained = spec.world
    if trained.names(()) != world.names(()):
        raise BadSpec(
            f"it was trained in the world {shown(trained.name)}, among {_rows(trained)}; "
            f"in {shown(world.name)} there are {_rows(world)}"
        )
    meant, here = ({"control_hz": one.control_hz, **one.action._asdict()} for one in (trained, world))
    for name, value in meant.items():
        if value != here[name]:
            raise BadSpec(
                f"it was trained in the world {shown(trained.name)}, whose actions have {name} "
                f"{shown(value)}; those in {shown(world.name)} have {shown(here[name])}"
            )
    if trained.name == world.name:
        return
    for name, (value, other) in _by_which_actions_are_corrected(trained, world).items():
        if value != other:
            raise BadSpec(
                f"it was trained in the world {shown(trained.name)}, whose {name} is {shown(value)}; "
                f"that of {shown(world.name)} is {shown(other)}"
            )


def unknown_families(spec: PolicySpec, tasks: Sequence[Task]) -> tuple[str, ...]:
    """Families that the policy knows and that are none of these: nobody here can judge them."""
    known = {task.name for task in tasks} | {HOLD_STILL}
    return tuple(name for name in spec.names if name not in known)


def untrained_families(spec: PolicySpec, tasks: Sequence[Task]) -> tuple[str, ...]:
    """Those of the families that the policy does not know: it takes them for others."""
    return tuple(task.name for task in tasks if task.name not in spec.names)


def _by_which_actions_are_corrected(one: WorldSpec, other: WorldSpec) -> dict[str, tuple[Any, Any]]:
    names = ("robot", "workspace", "reach", "middle", "open_hand")
    grips = ([fixture.grip for fixture in world.fixtures] for world in (one, other))
    return {name: (getattr(one, name), getattr(other, name)) for name in names} | {
        "fixtures' grip": (next(grips), next(grips))
    }


def _rows(world: WorldSpec) -> str:
    """The things that a world has rows for, in words."""
    return " and ".join((f"{world.most_objects} objects", *map(str, world.fixed)))


def _family(task: Task) -> Family:
    if task.arguments == 0:
        return Family(task.name, task.fixture, "")
    return Family(task.name, OBJECT, OBJECT if task.arguments == 2 else task.fixture)


def _check_names(what: str, names: tuple[object, ...]) -> None:
    """Refuse what is no short list of different names."""
    if len(names) > MOST_NAMES or len(set(map(repr, names))) < len(names):
        raise BadSpec(f"its {what} are not at most {MOST_NAMES} different names")
    for name in names:
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST:
            raise BadSpec(f"its {what} include {shown(name)}, which is no name")
