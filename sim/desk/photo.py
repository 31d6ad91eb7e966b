"""Taking pictures of a physics client, for `sim.desk.simulator`."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.bullet.client import pybullet, silence
from sim.desk.furniture import FURNITURE

Floats = Sequence[float]


class Light(NamedTuple):
    """The light of a picture."""

    direction: Floats  # where it comes from, m, world frame
    colour: Floats  # RGB, 1 is white
    ambient: float  # how much of it comes from everywhere


def take_picture(
    client: int,
    renderer: int,
    view: Floats,
    projection: Floats,
    size: tuple[int, int],
    light: Light,
    shadow: bool,
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """(H, W, 3) colours and (H, W) depth in [0, 1] of an OpenGL camera; `size` is (width, height).

    `view` and `projection` are OpenGL's matrices, column by column, (16,) each.
    """
    with silence():  # EGL talks
        _, _, colours, depth, _ = pybullet.getCameraImage(
            *size, view, projection, lightDirection=light.direction, lightColor=light.colour,
            lightAmbientCoeff=light.ambient, lightDiffuseCoeff=0.45,
            lightSpecularCoeff=0.04, shadow=int(shadow), renderer=renderer,
            flags=pybullet.ER_NO_SEGMENTATION_MASK, physicsClientId=client,
        )  # fmt: skip
    shape = (size[1], size[0])
    return np.reshape(colours, (*shape, 4))[..., :3].astype(np.uint8), np.reshape(depth, shape)


def paint_bulbs(client: int, bodies: Sequence[int], lit: Sequence[bool]) -> None:
    """Give the bulbs, in the order of `LIGHTS`, the colours of lights that are on, or off."""
    bulbs = [fixture.bulb for fixture in FURNITURE if fixture.bulb]
    for body, bulb, on in zip(bodies, bulbs, lit, strict=True):
        paint = [*(bulb.lit if on else bulb.dark), 1]
        pybullet.changeVisualShape(body, -1, rgbaColor=paint, physicsClientId=client)
