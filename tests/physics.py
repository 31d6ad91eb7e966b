"""Scenes and actions for tests of physics."""

import numpy as np

from sim.desk.layouts import LEVER_TRAVEL
from sim.desk.scene import Scene, Thing

STILL = np.array([0, 0, 0, 0, 0, 0, 1.0])


def scene_with(joints=(0.0, 0.0, 0.0, -LEVER_TRAVEL), led=False, objects=(), layout="right_handed") -> Scene:
    return Scene(0, layout, objects, joints, led)


def cube(x: float, y: float, z: float = 0.0225) -> Thing:
    return Thing("red", "cube", (0.045, 0.045, 0.045), (x, y, z), 0.0)
