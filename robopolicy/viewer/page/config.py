"""The options of the page."""

from dataclasses import dataclass
from typing import ClassVar

from data.common.bounds import MOST_CONTROL_STEPS, MOST_SEED, check_bounds
from robopolicy.common.errors import UnknownName
from robopolicy.common.listening import ListenConfig
from robopolicy.runtime.scene_request import ANY
from sim.common.printable import shown
from sim.desk.scenes.sampler import SceneConfig

PARTS = (1, 2, 3, 4, 6, 12)  # into which the physics of a control step can be cut


@dataclass(frozen=True)
class PageConfig(ListenConfig):
    """Which policy is shown on the page, in which scene, and what is kept."""

    DEFAULT_PORT: ClassVar[int] = 8080

    output: str = "runs/serve"  # page: folder for what visitors keep and record
    dataset: str | None = None  # page: folder of play that visitors may describe in their own words
    seed: int = 0  # page: of the first scene
    layout: str = ANY  # page: of the furniture in it, a name or "any"
    n_objects: int = 3  # page: movable objects in it, 1 to 5
    max_steps: int = 120  # page: control steps (of a desk 0.1 s) after which a command is given up
    speed: float = 1.0  # page: simulated seconds per real one
    parts: int = 3  # page: pictures of the scene per control step
    cameras: float = 1.0  # page: camera pictures per second while the robot moves; 0: none

    def __post_init__(self) -> None:
        super().__post_init__()
        check_bounds(self, {"seed": (0, MOST_SEED), "max_steps": (1, MOST_CONTROL_STEPS)})
        layouts = (ANY, *self.kind.layouts)
        if self.layout not in layouts:
            raise UnknownName("layout", self.layout, layouts)
        self.kind.check_scenes(SceneConfig(self.n_objects))
        if not 0.05 <= self.speed <= 20:
            raise ValueError(f"speed must be from 0.05 to 20, not {shown(self.speed)}")
        if self.parts not in PARTS:
            raise ValueError(f"parts must be one of {', '.join(map(str, PARTS))}, not {shown(self.parts)}")
        if not 0 <= self.cameras <= 10:
            raise ValueError(f"cameras must be from 0 to 10 pictures per second, not {shown(self.cameras)}")
