"""States for tests, made by naming only what a test is about."""

from collections.abc import Mapping

import numpy as np

from sim.bullet.arm import HOME_POSE
from sim.desk.layouts import LAYOUTS, LEVER_TRAVEL, fixture_points
from sim.state import State

SIDE = 0.045  # m, of every cube
HALF = SIDE / 2
HERE = (0.42, -0.05, HALF)  # where object 0 stands; the next ones stand 12 cm apart along y
POSES = LAYOUTS["right_handed"].poses

Vec = tuple[float, float, float]


def state_with(
    objects: int = 3,
    pos: Mapping[int, Vec] | None = None,
    yaw: Mapping[int, float] | None = None,
    hand: Vec = HOME_POSE[0],
    gripper: float = 0.08,
    drawer: float = 0.0,
    door: float = 0.0,
    button: float = 0.0,
    up: bool = False,
    led: bool = False,
) -> State:
    """A right-handed desk with cubes on it and everything shut, down and off, but for what is named."""
    places = np.array([(HERE[0], HERE[1] + 0.12 * i, HALF) for i in range(objects)])
    turns = np.zeros((objects, 4))
    turns[:, 3] = 1
    for index, where in (pos or {}).items():
        places[index] = where
    for index, angle in (yaw or {}).items():
        turns[index] = 0, 0, np.sin(angle / 2), np.cos(angle / 2)
    joints = np.array([drawer, door, button, LEVER_TRAVEL if up else -LEVER_TRAVEL])
    return State(
        ee_pos=np.array(hand),
        ee_quat=np.array(HOME_POSE[1]),
        gripper=np.array(gripper),
        object_pos=places,
        object_quat=turns,
        object_size=np.full((objects, 3), SIDE),
        fixture_pos=fixture_points(POSES, joints),
        fixture_yaw=POSES[:, 2].copy(),
        joints=joints,
        lights=np.array([float(led), float(up)]),
    )


def in_drawer(drawer: float) -> Vec:
    """The place of a cube in the middle of the drawer when it is so far out."""
    x, y, _ = state_with(drawer=drawer).fixture_pos[0]
    return (float(x) + 0.115, float(y), 0.010 + HALF)


def in_tray() -> Vec:
    """The place of a cube in the middle of the tray."""
    x, y, _ = state_with().fixture_pos[4]
    return (float(x), float(y), 0.005 + HALF)
