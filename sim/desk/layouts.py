"""Where the furniture stands, and where its handles are for given joint positions.

Layouts are data: one pose (x, y, yaw) per fixture, metres and radians in the world frame. Each
fixture is built in a frame of its own that faces the robot: its local -x points to whoever uses it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.state import Array

DRAWER_TRAVEL = 0.18  # m, fully open
DOOR_TRAVEL = 0.09  # m, either way of the middle
BUTTON_TRAVEL = 0.015  # m, fully pressed
LEVER_TRAVEL = 0.45  # rad, either way of level

HANDLE_OUT = 0.035  # m, from the drawer's front to the middle of its handle
HANDLE_HEIGHT = 0.066
HANDLE_WIDTH = 0.022  # m, between the fingers that hold it
KNOB_OUT = 0.035  # m, from the door's face to the middle of its knob
KNOB_HEIGHT = 0.085
KNOB_WIDTH = 0.022
BUTTON_HEIGHT = 0.05  # m, top of the button when nobody presses it
LEVER_LENGTH = 0.075  # m, pivot to the middle of its tip
LEVER_HEIGHT = 0.065  # m, of the pivot
LEVER_WIDTH = 0.024
TRAY_SIZE = (0.16, 0.20, 0.02)  # m, outer: x, y and height of its rim
TRAY_FLOOR = 0.005
DRAWER_INSIDE = (0.16, 0.19, 0.05)  # m: depth, width and height of the walls
DRAWER_FLOOR = 0.010
GRIP_WIDTHS = (HANDLE_WIDTH, KNOB_WIDTH, 0.0, LEVER_WIDTH, 0.0)
"""How wide what a hand holds of each fixture is, m, in the order of `FIXTURES`; 0 where it holds nothing."""


@dataclass(frozen=True)
class Layout:
    """One arrangement of the desk."""

    name: str
    drawer: tuple[float, float, float]
    door: tuple[float, float, float]
    button: tuple[float, float, float]
    lever: tuple[float, float, float]
    tray: tuple[float, float, float]
    area: tuple[tuple[float, float], tuple[float, float]]  # free for objects: x and y from, to

    @property
    def poses(self) -> Array:
        """(5, 3) x, y, yaw in the order of `FIXTURES`."""
        return np.array([self.drawer, self.door, self.button, self.lever, self.tray])


def _mirrored(layout: Layout, name: str) -> Layout:
    """The same desk seen in a mirror: left and right exchanged."""
    poses = {part: (x, -y, -yaw) for part, (x, y, yaw) in _parts(layout).items()}
    (x_low, x_high), (y_low, y_high) = layout.area
    return Layout(name, **poses, area=((x_low, x_high), (-y_high, -y_low)))


def _parts(layout: Layout) -> dict[str, tuple[float, float, float]]:
    return {part: getattr(layout, part) for part in ("drawer", "door", "button", "lever", "tray")}


RIGHT_HANDED = Layout(
    name="right_handed",
    drawer=(0.66, 0.235, 0.0),
    door=(0.70, -0.14, 0.0),
    button=(0.36, -0.31, 0.0),
    lever=(0.42, 0.33, 0.0),
    tray=(0.53, -0.35, 0.0),
    area=((0.36, 0.57), (-0.20, 0.11)),
)
LAYOUTS: dict[str, Layout] = {
    layout.name: layout for layout in (RIGHT_HANDED, _mirrored(RIGHT_HANDED, "left_handed"))
}


def layout_of(name: str, shifts: Sequence[tuple[float, float, float]] = ()) -> Layout:
    """A named layout with its fixtures moved by (x, y, yaw) each; no shifts leave it as it is."""
    layout = LAYOUTS[name]
    if not shifts:
        return layout
    moved: dict[str, Any] = {
        part: (x + dx, y + dy, yaw + turn)
        for (part, (x, y, yaw)), (dx, dy, turn) in zip(_parts(layout).items(), shifts, strict=True)
    }
    return replace(layout, **moved)


def fixture_points(poses: Array, joints: Array) -> Array:
    """Where the hand acts: (5, 3) poses and (..., 4) joints -> (..., 5, 3) points, m, world frame.

    The handle of the drawer, the knob of the door, the top of the button, the tip of the lever and
    the middle of the tray's floor.
    """
    drawer, door, button, lever = np.moveaxis(np.asarray(joints, float), -1, 0)
    zero = np.zeros_like(drawer)
    local = np.stack(
        [
            np.stack([-HANDLE_OUT - drawer, zero, zero + HANDLE_HEIGHT], -1),
            np.stack([zero - KNOB_OUT, door, zero + KNOB_HEIGHT], -1),
            np.stack([zero, zero, BUTTON_HEIGHT - button], -1),
            np.stack([-LEVER_LENGTH * np.cos(lever), zero, LEVER_HEIGHT + LEVER_LENGTH * np.sin(lever)], -1),
            np.stack([zero, zero, zero + TRAY_FLOOR], -1),
        ],
        axis=-2,
    )  # (..., 5, 3)
    cos, sin = np.cos(poses[:, 2]), np.sin(poses[:, 2])
    x, y = local[..., 0], local[..., 1]
    return np.stack([poses[:, 0] + cos * x - sin * y, poses[:, 1] + sin * x + cos * y, local[..., 2]], -1)


class Points:
    """`fixture_points` of one layout for one timestep at a time, thirty times faster, for `World.step`."""

    def __init__(self, layout: Layout) -> None:
        poses = layout.poses
        self._frames = [
            (float(x), float(y), float(np.cos(yaw)), float(np.sin(yaw))) for x, y, yaw in poses[:4]
        ]
        self._tray = fixture_points(poses, np.zeros(4))[4].tolist()

    def at(self, drawer: float, door: float, button: float, lever: float) -> Array:
        """Joint positions -> (5, 3) points, m, world frame."""
        up, out = math.sin(lever), math.cos(lever)
        local = (
            (-HANDLE_OUT - drawer, 0.0, HANDLE_HEIGHT),
            (-KNOB_OUT, door, KNOB_HEIGHT),
            (0.0, 0.0, BUTTON_HEIGHT - button),
            (-LEVER_LENGTH * out, 0.0, LEVER_HEIGHT + LEVER_LENGTH * up),
        )
        points = [
            (x0 + cos * x - sin * y, y0 + sin * x + cos * y, z)
            for (x0, y0, cos, sin), (x, y, z) in zip(self._frames, local, strict=True)
        ]
        return np.array((*points, self._tray))
