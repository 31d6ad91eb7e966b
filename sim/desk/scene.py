"""What is drawn at a reset: which objects stand where, which layout, how the furniture begins.

A `Scene` is plain data, with the `Dynamics` and `Looks` of its world. It is drawn from a seed by a
pure function, stored with the episode as JSON, and rebuilt from that:
`Scene.from_dict(scene.to_dict()) == scene`.
"""

from collections.abc import Callable
from dataclasses import MISSING, asdict, dataclass, field, fields
from functools import cache
from typing import Any, TypeVar

from sim.common.checks import number, numbers, one_of, truth, whole
from sim.common.colours import COLOURS
from sim.common.errors import BadScene
from sim.desk.constants import FIXTURES, JOINTED, MAX_OBJECTS
from sim.desk.layouts import BUTTON_TRAVEL, DOOR_TRAVEL, DRAWER_TRAVEL, LAYOUTS, LEVER_TRAVEL
from sim.randomize.dynamics import Dynamics, Looks

SHAPES: dict[str, tuple[float, float, float]] = {
    "cube": (0.045, 0.045, 0.045),
    "cylinder": (0.045, 0.045, 0.050),
    "bar": (0.090, 0.032, 0.036),
    "tile": (0.056, 0.056, 0.028),
    "puck": (0.056, 0.056, 0.028),
}
"""Nominal full extents, m. Cylinder and puck are round about z."""

ROUND = ("cylinder", "puck")

SIZES = (0.005, 0.3)  # m: extents of what physics bears and a desk holds
ANYWHERE = 20.0  # m, rad: from the origin; farther than anything that is observed
TRAVELS = ((0, DRAWER_TRAVEL), (-DOOR_TRAVEL, DOOR_TRAVEL), (0, BUTTON_TRAVEL), (-LEVER_TRAVEL, LEVER_TRAVEL))
SLACK = 0.05  # m, rad: how far a joint may stand beyond its ends
MOST = 2**63 - 1  # of a seed: what any reader takes

_ONE_COLOUR, _ONE_SHAPE = f"one of {', '.join(COLOURS)}", f"one of {', '.join(SHAPES)}"
_EXTENTS = f"a tuple of three numbers from {SIZES[0]} to {SIZES[1]} m"
_PLACE, _ANGLE = f"a tuple of three numbers within {ANYWHERE:g} m", f"a number within {ANYWHERE:g} rad"
_JOINTS = f"a tuple of where {', '.join(JOINTED)} are on their ways"
_SHIFTS = f"(), or a tuple of {len(FIXTURES)} triples of numbers from -1 to 1"

Made = TypeVar("Made")


def _need(fits: bool, part: str, accepted: str, given: Any) -> None:
    if not fits:
        raise BadScene(part, accepted, given)


@dataclass(frozen=True)
class Thing:
    """A movable object: what it is and where it begins."""

    colour: str
    shape: str
    size: tuple[float, float, float]  # full extents, m
    pos: tuple[float, float, float]  # centre, m, world frame
    yaw: float  # rad

    def __post_init__(self) -> None:
        _need(one_of(self.colour, COLOURS), "an object's colour", _ONE_COLOUR, self.colour)
        _need(one_of(self.shape, SHAPES), "an object's shape", _ONE_SHAPE, self.shape)
        _need(numbers(self.size, 3, *SIZES), "an object's size", _EXTENTS, self.size)
        _need(numbers(self.pos, 3, -ANYWHERE, ANYWHERE), "an object's pos", _PLACE, self.pos)
        _need(number(self.yaw, -ANYWHERE, ANYWHERE), "an object's yaw", _ANGLE, self.yaw)

    @property
    def name(self) -> str:
        """The name in words, as the policy reads it: "red cube"."""
        return f"{self.colour} {self.shape}"


@dataclass(frozen=True)
class Scene:
    """One drawn desk with its world. Raises `BadScene` for what cannot be built, as its parts do."""

    seed: int
    layout: str
    objects: tuple[Thing, ...]
    joints: tuple[float, float, float, float]  # of `JOINTED`: drawer, door, button, lever
    led: bool
    shifts: tuple[tuple[float, float, float], ...] = ()  # of each fixture from its layout: m, m, rad
    dynamics: Dynamics = field(default_factory=Dynamics)
    looks: Looks = field(default_factory=Looks)

    def __post_init__(self) -> None:
        _need(isinstance(self.dynamics, Dynamics), "a scene's dynamics", "a Dynamics", self.dynamics)
        _need(isinstance(self.looks, Looks), "a scene's looks", "a Looks", self.looks)
        joints, shifts, things, tints = self.joints, self.shifts, self.objects, self.looks.object_tint
        _need(whole(self.seed, 0, MOST), "a scene's seed", f"a whole number from 0 to {MOST}", self.seed)
        _need(one_of(self.layout, LAYOUTS), "a scene's layout", f"one of {', '.join(LAYOUTS)}", self.layout)
        fits = _all(things, lambda thing: isinstance(thing, Thing)) and len(things) <= MAX_OBJECTS
        _need(fits, "a scene's objects", f"a tuple of at most {MAX_OBJECTS} things", things)
        fits = _all(joints, lambda at: number(at, -1, 1)) and len(joints) == len(JOINTED)
        fits = fits and all(
            low - SLACK <= at <= high + SLACK for at, (low, high) in zip(joints, TRAVELS, strict=True)
        )
        _need(fits, "a scene's joints", _JOINTS, joints)
        _need(truth(self.led), "a scene's led", "True or False", self.led)
        fits = _all(shifts, lambda shift: numbers(shift, 3, -1, 1)) and len(shifts) in (0, len(FIXTURES))
        _need(fits, "a scene's shifts", _SHIFTS, shifts)
        _need(not tints or len(tints) >= len(things), "looks.object_tint", "() or one for each object", tints)

    @property
    def names(self) -> tuple[str, ...]:
        """The objects in words, in their order: "red cube"."""
        return tuple(thing.name for thing in self.objects)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Any) -> "Scene":
        """A scene from wherever it was stored; raises `BadScene` for whatever else is there.

        A scene of an earlier version, without the last three fields, is a nominal one.
        """
        values = _fields(cls, raw, "a scene")
        objects = values["objects"]
        fits = isinstance(objects, (list, tuple)) and len(objects) <= MAX_OBJECTS
        _need(fits, "a scene's objects", f"a list of at most {MAX_OBJECTS} things", objects)
        values["objects"] = tuple(_made(Thing, thing, "an object") for thing in objects)
        values["dynamics"] = _made(Dynamics, values.get("dynamics", {}), "dynamics")
        values["looks"] = _made(Looks, values.get("looks", {}), "looks")
        return cls(**values)


def _all(values: Any, fits: Callable[[Any], bool]) -> bool:
    """Whether it is a tuple of values that fit."""
    return isinstance(values, tuple) and all(fits(value) for value in values)


def _made(kind: type[Made], raw: Any, what: str) -> Made:
    """A dataclass from its fields as JSON has them."""
    return kind(**_fields(kind, raw, what))


def _fields(kind: type, raw: Any, what: str) -> dict[str, Any]:
    """A mapping's values, with all of the fields that the dataclass needs and no others."""
    needed, known = _names_of(kind)
    fits = isinstance(raw, dict) and needed <= raw.keys() <= known
    _need(fits, what, f"a mapping with the fields {', '.join(sorted(known))}", raw)
    return {name: _as_tuple(value) for name, value in raw.items()}


@cache
def _names_of(kind: Any) -> tuple[frozenset[str], frozenset[str]]:
    """The fields that a dataclass needs, and all of them."""
    needed = [one for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING]
    return frozenset(one.name for one in needed), frozenset(one.name for one in fields(kind))


def _as_tuple(value: Any, levels: int = 2) -> Any:
    """JSON's lists as tuples, and those in them."""
    if not isinstance(value, list) or not levels:
        return value
    return tuple(_as_tuple(one, levels - 1) for one in value)
