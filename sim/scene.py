"""What is drawn at a reset: which objects stand where, which layout, how the furniture begins.

A `Scene` is plain data, with the `Dynamics` and `Looks` of its world. It is drawn from a seed by a
pure function, stored with the episode as JSON, and rebuilt from that:
`Scene.from_dict(scene.to_dict()) == scene`.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from sim.dynamics import Dynamics, Looks

COLOURS: dict[str, tuple[float, float, float]] = {
    "red": (0.85, 0.13, 0.13),
    "green": (0.15, 0.60, 0.20),
    "blue": (0.13, 0.30, 0.85),
    "yellow": (0.95, 0.80, 0.10),
    "orange": (0.95, 0.50, 0.10),
    "purple": (0.50, 0.18, 0.65),
    "pink": (0.95, 0.50, 0.70),
    "white": (0.93, 0.93, 0.93),
    "black": (0.10, 0.10, 0.10),
    "brown": (0.45, 0.28, 0.15),
}

SHAPES: dict[str, tuple[float, float, float]] = {
    "cube": (0.045, 0.045, 0.045),
    "cylinder": (0.045, 0.045, 0.050),
    "bar": (0.090, 0.032, 0.036),
    "tile": (0.056, 0.056, 0.028),
    "puck": (0.056, 0.056, 0.028),
}
"""Nominal full extents, m. Cylinder and puck are round about z."""

ROUND = ("cylinder", "puck")


@dataclass(frozen=True)
class Thing:
    """A movable object: what it is and where it begins."""

    colour: str
    shape: str
    size: tuple[float, float, float]  # full extents, m
    pos: tuple[float, float, float]  # centre, m, world frame
    yaw: float  # rad

    @property
    def name(self) -> str:
        """The name in words, as the policy reads it: "red cube"."""
        return f"{self.colour} {self.shape}"


@dataclass(frozen=True)
class Scene:
    """One drawn world."""

    seed: int
    layout: str
    objects: tuple[Thing, ...]
    joints: tuple[float, float, float, float]  # drawer, door, button, lever: as State.joints
    led: bool
    shifts: tuple[tuple[float, float, float], ...] = ()  # of each fixture from its layout: m, m, rad
    dynamics: Dynamics = field(default_factory=Dynamics)
    looks: Looks = field(default_factory=Looks)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(thing.name for thing in self.objects)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> "Scene":
        """A scene of an earlier version, without the last three fields, is a nominal one."""
        things = tuple(
            Thing(**{**t, "size": tuple(t["size"]), "pos": tuple(t["pos"])}) for t in raw["objects"]
        )
        values = {
            **raw,
            "objects": things,
            "joints": tuple(raw["joints"]),
            "shifts": tuple(map(tuple, raw.get("shifts", ()))),
            "dynamics": Dynamics(**raw.get("dynamics", {})),
            "looks": Looks.from_dict(raw.get("looks", {})),
        }
        return cls(**values)
