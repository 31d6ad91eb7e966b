"""What somebody asks of the next scene of a live world, and the scene that this gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from data.language.held_out import all_objects, train_objects
from robopolicy.common.errors import UnknownName, UserError
from sim.common.printable import shown
from sim.desk.scenes.sampler import SceneConfig
from sim.world import WorldKind

ANY = "any"


class BadSceneRequest(UserError):
    """A number in a request is out of its range."""


@dataclass(frozen=True)
class SceneRequest:
    """The same request always gives the same scene. Dynamics that are not named are nominal.

    Layouts and dynamics are those that the kind of world has. Raises `UnknownName`, `BadSceneRequest`,
    and ValueError for more objects than there can be.
    """

    kind: WorldKind  # of world
    seed: int = 0  # what is drawn at random: objects, places, the state of the furniture
    layout: str = ANY  # of the furniture: a name, or "any"
    n_objects: int = 3  # movable objects, 1 to 5
    unseen: bool = False  # whether objects may be drawn that training never had
    dynamics: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))  # factor -> value

    def __post_init__(self) -> None:
        self.kind.check_scenes(SceneConfig(self.n_objects))
        layouts = (ANY, *self.kind.layouts)
        if self.layout not in layouts:
            raise UnknownName("layout", self.layout, layouts)
        if not 0 <= self.seed < 1 << 63:
            raise BadSceneRequest(
                f"the number of a scene is 0 or more, and below 2^63, not {shown(self.seed)}"
            )
        within = {factor.name: factor.held_out for factor in self.kind.factors}
        for name, value in self.dynamics.items():
            if name not in within:
                raise UnknownName("factor", name, tuple(within))
            low, high = within[name]
            if not low <= value <= high:  # true of what is not a number, too
                raise BadSceneRequest(f"{name} is from {low:g} to {high:g}, not {shown(value)}")

    def scene(self) -> Any:
        """The `sim.world.Scene` that was asked for."""
        things = all_objects() if self.unseen else train_objects()
        whole = {factor.name for factor in self.kind.factors if factor.scale == "whole"}
        values = {name: round(v) if name in whole else float(v) for name, v in self.dynamics.items()}
        layout = "" if self.layout == ANY else self.layout
        return self.kind.draw_asked(self.seed, SceneConfig(self.n_objects, objects=things), layout, values)
