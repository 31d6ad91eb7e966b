"""What somebody asks of the next scene of a live desk, and the scene that this gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType

from data.language.held_out import all_objects, train_objects
from robopolicy.common.errors import UnknownName, UserError
from sim.common.printable import shown
from sim.desk.layouts import LAYOUTS
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import SceneConfig, draw_scene
from sim.randomize.dynamics import Dynamics
from sim.randomize.factors import PHYSICS, SENSING, Factor

ANY = "any"
SLIDERS: tuple[Factor, ...] = (*PHYSICS, *SENSING)
"""The factors that may be set: every number of `sim.randomize.dynamics.Dynamics`."""


class BadSceneRequest(UserError):
    """A number in a request is out of its range."""


@dataclass(frozen=True)
class SceneRequest:
    """The same request always gives the same scene. Dynamics that are not named are nominal.

    Raises `UnknownName` and `BadSceneRequest`.
    """

    seed: int = 0  # what is drawn at random: objects, places, the state of the furniture
    layout: str = ANY  # of the furniture: a name, or "any"
    n_objects: int = 3  # movable objects, 1 to 5
    unseen: bool = False  # whether objects may be drawn that training never had
    dynamics: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))  # factor -> value

    def __post_init__(self) -> None:
        if self.layout not in (ANY, *LAYOUTS):
            raise UnknownName("layout", self.layout, (ANY, *LAYOUTS))
        if not 0 <= self.seed < 1 << 63:
            raise BadSceneRequest(
                f"the number of a scene is 0 or more, and below 2^63, not {shown(self.seed)}"
            )
        known = tuple(one.name for one in fields(Dynamics))
        within = {factor.name: factor.held_out for factor in SLIDERS}
        for name, value in self.dynamics.items():
            if name not in known:
                raise UnknownName("factor", name, known)
            low, high = within[name]
            if not low <= value <= high:  # true of what is not a number, too
                raise BadSceneRequest(f"{name} is from {low:g} to {high:g}, not {shown(value)}")

    def scene(self) -> Scene:
        """The scene that was asked for."""
        layouts = tuple(LAYOUTS) if self.layout == ANY else (self.layout,)
        things = all_objects() if self.unseen else train_objects()
        scene = draw_scene(self.seed, SceneConfig(self.n_objects, layouts, things))
        whole = {factor.name for factor in SLIDERS if factor.scale == "whole"}
        values = {name: round(v) if name in whole else float(v) for name, v in self.dynamics.items()}
        return replace(scene, dynamics=replace(scene.dynamics, **values))
