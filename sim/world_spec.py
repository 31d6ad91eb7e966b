"""What states, observations and actions of a kind of world are: the numbers that a policy is trained for.

A checkpoint keeps its world's `WorldSpec`, and acts only where rows and actions mean the same, whatever the
world's name (`robopolicy.policies.base.spec.check_spec`).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

Box = tuple[tuple[float, float, float], tuple[float, float, float]]
"""The lowest and the highest corner, m, world frame."""

ACTION_COLUMNS = ("x", "y", "z", "rx", "ry", "rz", "gripper")


class ActionSpec(NamedTuple):
    """What an action (7,) in [-1, 1] means. It is relative to where the hand is."""

    shift: float  # m, of the hand, for 1 along x, y or z
    turn: float  # rad, of the hand, for 1 of the axis-angle vector rx, ry, rz
    opening: float  # m between the fingers for a gripper of +1; they are closed for -1
    frame: str = "world"  # whose axes shift and turn are given in
    columns: tuple[str, ...] = ACTION_COLUMNS


class Fixture(NamedTuple):
    """Something that stands fixed: a row of the state after those of the movable objects."""

    name: str  # in words, as policies read it; no two have the same
    moving: float = float("inf")  # m or rad of its joint in a control step, beyond which the joint is moving
    moved: float = float("inf")  # m or rad between two states, beyond which something was done to it
    grip: float = 0.0  # m: how wide what a hand holds of it is; 0 if nothing is held of it
    travel: float = float("inf")  # m or rad from one end of its joint to the other; infinite: not said
    springs: bool = False  # whether its joint goes back to 0 by itself


@dataclass(frozen=True)
class WorldSpec:
    """What states, observations and actions of a kind of world are, for whoever learns to act in it."""

    name: str
    robot: str  # what acts in it
    control_hz: int  # actions in a second
    action: ActionSpec
    workspace: Box  # where the hand may be sent
    middle: tuple[float, float, float]  # m: what positions are told from
    open_hand: float  # m between the fingers: nothing that there is can be held at this opening
    most_objects: int  # movable objects in a scene
    fixtures: tuple[Fixture, ...] = ()
    reach: float = float("inf")  # m from the robot's axis, beyond which the hand cannot be sent
    cameras: tuple[str, ...] = ()  # by which it can be photographed

    @property
    def fixed(self) -> tuple[str, ...]:
        """The names of what stands fixed, in the order of their rows."""
        return tuple(fixture.name for fixture in self.fixtures)

    @property
    def usual_objects(self) -> int:
        """The movable objects of a scene where nobody says how many: three, or all if there are fewer."""
        return min(3, self.most_objects)

    @property
    def most_things(self) -> int:
        """The rows of an observation."""
        return self.most_objects + len(self.fixtures)

    def steps(self, seconds: float) -> int:
        """The control steps that so much time takes, one at least."""
        return max(1, round(seconds * self.control_hz))

    def names(self, objects: Sequence[str]) -> tuple[str, ...]:
        """The names that go with an observation's rows; those of absent objects are empty."""
        return (*objects, *[""] * (self.most_objects - len(objects)), *self.fixed)

    def to_json(self) -> dict[str, Any]:
        """As a checkpoint keeps it: infinite bounds are null."""
        return _finite(asdict(self) | {
            "action": self.action._asdict(), "fixtures": [one._asdict() for one in self.fixtures],
        })  # fmt: skip

    @classmethod
    def from_json(cls, value: Any) -> "WorldSpec":
        """The inverse of `to_json`; raises TypeError and KeyError for what is none."""
        plain: dict[str, Any] = {key: one for key, one in value.items() if one is not None}
        fixtures = tuple(
            Fixture(**{key: one for key, one in fixture.items() if one is not None})
            for fixture in value["fixtures"]
        )
        action: dict[str, Any] = {**value["action"], "columns": tuple(value["action"]["columns"])}
        low, high = value["workspace"]
        plain |= {
            "action": ActionSpec(**action),
            "fixtures": fixtures,
            "workspace": (tuple(low), tuple(high)),
            "middle": tuple(value["middle"]),
            "cameras": tuple(value["cameras"]),
        }
        return cls(**plain)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if value == float("inf") else value
