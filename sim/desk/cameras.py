"""Pictures of a world: what the default camera sees is what left, right, forward and backward mean.

    world = World(visuals=True)
    world.build(draw_scene(0))
    picture = render(world)  # (360, 480, 3) uint8

Rendered on the CPU by PyBullet's TinyRenderer, so the same world gives the same picture anywhere;
`World(visuals=True, renderer="egl")` takes the graphics card instead, where there is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.bullet.client import pybullet
from sim.common.checks import number, numbers, one_of, whole
from sim.common.errors import BadArgument
from sim.common.names import unknown_name
from sim.desk.photo import Light
from sim.desk.simulator import World
from sim.figures import GROUND, SKY, Vec
from sim.randomize.dynamics import Looks
from sim.state import Array

Picture = NDArray[np.uint8]  # (H, W, 3)

SIZE = (480, 360)  # width, height, px
NEAR, FAR = 0.1, 4.0  # m
LIGHT = (-0.35, 0.55, 1.6)  # where it comes from
LARGEST = 4096  # px, of a side: ten seconds a picture
FARTHEST = 100.0  # m
FIELDS = (1.0, 170.0)  # degrees
_PLACE = f"a tuple of three numbers within {FARTHEST:g} m"


@dataclass(frozen=True)
class Camera:
    """Where from, where to. The default looks down on the desk, from above its middle.

    Forward (+x) is up in its picture, left (+y) is left: as they are to the robot. From behind, the
    arm would hide what it works on; from here it enters at the lower edge and hides little.
    """

    eye: Vec = (0.56, 0.0, 1.42)  # m, world frame
    target: Vec = (0.462, 0.0, 0.0)
    up: Vec = (1.0, 0.0, 0.0)
    field: float = 35.0  # degrees, vertical

    def __post_init__(self) -> None:
        for name in ("eye", "target", "up"):
            if not numbers(getattr(self, name), 3, -FARTHEST, FARTHEST):
                raise BadArgument(f"a camera's {name}", _PLACE, getattr(self, name))
        if np.linalg.norm(np.cross(np.subtract(self.target, self.eye), self.up)) < 1e-6:
            raise BadArgument("a camera's up", "a direction across the one that it looks in", self.up)
        if not number(self.field, *FIELDS):
            raise BadArgument("a camera's field", f"from {FIELDS[0]} to {FIELDS[1]} degrees", self.field)

    def view(self) -> tuple[float, ...]:
        """OpenGL's view matrix, column by column."""
        return pybullet.computeViewMatrix(self.eye, self.target, self.up)

    def projection(self, size: tuple[int, int] = SIZE) -> tuple[float, ...]:
        """OpenGL's projection matrix, column by column."""
        return pybullet.computeProjectionMatrixFOV(self.field, size[0] / size[1], NEAR, FAR)

    def project(self, points: Array | Sequence[float], size: tuple[int, int] = SIZE) -> Array:
        """World points (..., 3), m -> pixels (..., 2), x to the right and y down from the top left."""
        points = np.asarray(points, float)
        view = np.array(self.view()).reshape(4, 4).T
        projection = np.array(self.projection(size)).reshape(4, 4).T
        homogeneous = np.concatenate([points, np.ones((*points.shape[:-1], 1))], -1)
        clip = homogeneous @ (projection @ view).T
        seen = clip[..., :2] / clip[..., 3:]
        return (seen * [0.5, -0.5] + 0.5) * size


CAMERAS: dict[str, Camera] = {
    "desk": Camera(),
    "front": Camera(eye=(1.28, -0.72, 0.80), target=(0.40, 0.0, 0.10), up=(0.0, 0.0, 1.0), field=44.0),
}
"""By name; "front" stands across the desk, to the robot's right, and sees left and right swapped."""


class UnknownCamera(ValueError):
    """No camera has this name."""

    def __init__(self, name: object) -> None:
        super().__init__(unknown_name("camera", name, CAMERAS))


def camera_named(name: str) -> Camera:
    """The camera of that name; raises `UnknownCamera`."""
    if not one_of(name, CAMERAS):
        raise UnknownCamera(name)
    return CAMERAS[name]


def check_size(size: Any) -> tuple[int, int]:
    """(width, height) of a picture, px; raises `BadArgument`."""
    pair = size if isinstance(size, (tuple, list)) else ()
    if len(pair) != 2 or not all(whole(side, 1, LARGEST) for side in pair):
        raise BadArgument("the size of a picture", f"(width, height) from 1 to {LARGEST} pixels each", size)
    return int(pair[0]), int(pair[1])


def moved(camera: Camera, looks: Looks) -> Camera:
    """The camera, displaced and zoomed as the world's randomised looks say."""
    x, y, z = camera.eye
    eye = x + looks.camera_x, y + looks.camera_y, z + looks.camera_z
    return replace(camera, eye=eye, field=camera.field * looks.camera_field)


def lit(looks: Looks) -> Light:
    """The light as the world's randomised looks say."""
    x, y, z = LIGHT
    colour = looks.light_red, looks.light_green, looks.light_blue
    return Light((x + looks.light_x, y + looks.light_y, z), colour, looks.light_ambient)


def render(
    world: World, camera: Camera = CAMERAS["desk"], size: tuple[int, int] = SIZE, shadow: bool = False
) -> Picture:
    """What the camera sees now, (H, W, 3); `size` is (width, height). A shadow doubles the cost.

    Raises `BadArgument`, and as `World.photograph`.
    """
    size = check_size(size)
    if not isinstance(camera, Camera):
        raise BadArgument("camera", "a Camera, such as camera_named gives", camera)
    looks = world.scene.looks if world.scene else Looks()
    camera = moved(camera, looks)
    picture, depth = world.photograph(camera.view(), camera.projection(size), size, lit(looks), shadow)
    fade = np.linspace(0, 1, size[1])[:, None]  # (H, 1)
    background = ((1 - fade) * SKY + fade * GROUND).astype(np.uint8)[:, None, :]  # (H, 1, 3)
    return np.where(depth[..., None] >= 1.0, background, picture)
