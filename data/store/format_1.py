"""Format 1 of datasets: the final state of an episode in another order. Everything else is read as today."""

import numpy as np
from numpy.typing import NDArray

from sim.rotations import about_z
from sim.state import JOINT, LIGHT, POS, QUAT, SIZE, THING_DIM

WIDTH = 84
OBJECTS, FIXTURES, JOINTED = 5, 5, 4  # rows of the desk, the only world that there was


def final_states(old: NDArray[np.float32]) -> NDArray[np.float32]:
    """Final states (N, 84) of format 1 -> (N, 128), as `FrameFormat.final_of` makes them.

    They were: hand (8), objects' positions (15), orientations (20) and sizes (15), furniture's positions (15)
    and headings (5), joints (4), and the lights of button and lever (2).
    """
    n = len(old)
    widths = (8, 3 * OBJECTS, 4 * OBJECTS, 3 * OBJECTS, 3 * FIXTURES, FIXTURES, JOINTED, 2)
    hand, pos, quat, size, points, yaws, joints, lights = np.split(old, np.cumsum(widths)[:-1], axis=1)
    things = np.zeros((n, OBJECTS + FIXTURES, THING_DIM), np.float32)
    objects, furniture = things[:, :OBJECTS], things[:, OBJECTS:]
    objects[..., POS], objects[..., QUAT] = pos.reshape(n, -1, 3), quat.reshape(n, -1, 4)
    objects[..., SIZE] = size.reshape(n, -1, 3)
    furniture[..., POS], furniture[..., QUAT] = points.reshape(n, -1, 3), about_z(yaws)
    furniture[:, :JOINTED, JOINT], furniture[:, 2:4, LIGHT] = joints, lights
    return np.concatenate([hand, things.reshape(n, -1)], axis=1)
