"""Headings, angles and quaternions, in one place.

Quaternions are xyzw. A heading is an angle about the world's z axis, rad, counter-clockwise from above.
"""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Angle = TypeVar("Angle", float, Array)


def wrap(angle: Angle) -> Angle:
    """An angle or a difference of angles, brought to [-pi, pi)."""
    return (angle + np.pi) % (2 * np.pi) - np.pi


def yaw_of(quat: Array) -> Array:
    """Heading of something that stands upright, rad in (-pi, pi]: (..., 4) -> (...,)."""
    x, y, z, w = np.moveaxis(np.asarray(quat), -1, 0)
    return np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))


def tool_heading(quat: Array) -> Array:
    """Heading of a hand that points down, rad in [-2 pi, 2 pi]: (..., 4) -> (...,).

    0 when its fingers open along the world's y axis.
    """
    quat = np.asarray(quat)
    return 2 * np.arctan2(quat[..., 1], quat[..., 0])


def tool_axis(quat: Array) -> Array:
    """Where the hand points, a unit vector in the world frame: (4,) -> (3,)."""
    x, y, z, w = quat
    return np.array([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)])


def about_z(angle: Array | float) -> Array:
    """The quaternion of a turn about the vertical: (...,) rad -> (..., 4)."""
    half = np.asarray(angle) / 2
    zero = np.zeros_like(half)
    return np.stack([zero, zero, np.sin(half), np.cos(half)], -1)


def ahead(yaw: float) -> Array:
    """The horizontal unit vector in the direction of a heading, (2,)."""
    return np.array([np.cos(yaw), np.sin(yaw)])


def leftward(yaw: float) -> Array:
    """The horizontal unit vector a quarter turn to the left of a heading, (2,)."""
    return np.array([-np.sin(yaw), np.cos(yaw)])


def into_frame(x: Any, y: Any, yaw: Any) -> tuple[Any, Any]:
    """A horizontal vector of the world in a frame with that heading: how far ahead, how far to the left.

    Floats or arrays that broadcast.
    """
    cos, sin = np.cos(yaw), np.sin(yaw)
    return cos * x + sin * y, cos * y - sin * x


def out_of_frame(x: Any, y: Any, yaw: Any) -> tuple[Any, Any]:
    """The inverse of `into_frame`: a vector of a frame with that heading in the world, x and y."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    return cos * x - sin * y, sin * x + cos * y


def rotation_vector(quat: Array) -> Array:
    """Axis times angle, rad, of the shorter way round: (4,) -> (3,)."""
    x, y, z, w = quat
    sign = 1.0 if w >= 0 else -1.0
    length = np.sqrt(x * x + y * y + z * z)
    if length < 1e-9:
        return np.zeros(3)
    return sign * 2 * np.arctan2(length, abs(w)) / length * np.array((x, y, z))
