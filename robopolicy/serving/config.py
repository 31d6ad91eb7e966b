"""The options of `robopolicy serve`, for the page and for openpi's clients alike."""

import errno
from dataclasses import dataclass

from data.common.bounds import MOST_CONTROL_STEPS, MOST_SEED, Bounds, check_bounds
from robopolicy.common.errors import UnknownName, UserError
from robopolicy.runtime.scene_request import ANY
from sim.common.printable import shown
from sim.desk.layouts import LAYOUTS
from sim.desk.scenes.sampler import SceneConfig

PORTS = {"page": 8080, "openpi": 8000}
"""Protocols, and where each listens unless told otherwise."""

SMALLEST = 4096  # bytes: a request has about 1200
BOUNDS: Bounds = {
    "clients": (1, 10_000), "max_message": (SMALLEST, 1 << 30), "seed": (0, MOST_SEED),
    "max_steps": (1, MOST_CONTROL_STEPS),
}  # fmt: skip
PARTS = (1, 2, 3, 4, 6, 12)  # into which the physics of a control step can be cut


@dataclass(frozen=True)
class ServeConfig:
    """Which policy is served, where, to how many."""

    checkpoint: str = "benchmark"  # folder of the policy, or the "benchmark" that is shipped
    protocol: str = "page"  # page: a desk to watch in a browser; openpi: a server for openpi's clients
    host: str = "127.0.0.1"  # address to listen at; 0.0.0.0 lets the whole network in, unencrypted
    port: int | None = None  # null: 8080 of the page, 8000 of openpi; 0: any that is free
    clients: int = 32  # visitors or programs at once; more are turned away
    max_message: int = 1 << 20  # openpi: bytes of one message
    refuse: bool = True  # openpi: hold still where something cannot be done, or is done already
    output: str = "runs/serve"  # page: folder for what visitors keep and record
    dataset: str | None = None  # page: folder of play that visitors may describe in their own words
    seed: int = 0  # page: of the first scene
    layout: str = ANY  # page: of the furniture in it, a name or "any"
    n_objects: int = 3  # page: movable objects in it, 1 to 5
    max_steps: int = 120  # page: control steps (0.1 s) after which a command is given up
    speed: float = 1.0  # page: simulated seconds per real one
    parts: int = 3  # page: pictures of the scene per control step
    cameras: float = 1.0  # page: camera pictures per second while the robot moves; 0: none

    def __post_init__(self) -> None:
        if self.protocol not in PORTS:
            raise UnknownName("protocol", self.protocol, tuple(PORTS))
        if not 0 <= self.listens_at <= 65535:
            raise ValueError(f"port must be from 0 to 65535, not {shown(self.port)}")
        check_bounds(self, BOUNDS)
        if self.layout not in (ANY, *LAYOUTS):
            raise UnknownName("layout", self.layout, (ANY, *LAYOUTS))
        SceneConfig(n_objects=self.n_objects)
        if not 0.05 <= self.speed <= 20:
            raise ValueError(f"speed must be from 0.05 to 20, not {shown(self.speed)}")
        if self.parts not in PARTS:
            raise ValueError(f"parts must be one of {', '.join(map(str, PARTS))}, not {shown(self.parts)}")
        if not 0 <= self.cameras <= 10:
            raise ValueError(f"cameras must be from 0 to 10 pictures per second, not {shown(self.cameras)}")

    @property
    def listens_at(self) -> int:
        """The port; 0 for any that is free."""
        return PORTS[self.protocol] if self.port is None else self.port


class CannotListen(UserError):
    """The address cannot be listened at."""

    def __init__(self, config: ServeConfig, error: OSError) -> None:
        hint = "; say another port=..., or port=0 for any" if error.errno == errno.EADDRINUSE else ""
        super().__init__(f"cannot listen at {config.host}:{config.listens_at}: {_reason(error)}{hint}")


def _reason(error: OSError) -> str:
    """What the system says, without its numbers and addresses."""
    return (error.strerror or str(error)).rpartition(": ")[2]
