"""The one value that flows through everything: what the world is like, in SI units, world frame.

The world frame stands on the desk top at the robot's base: x away from the robot ("forward"),
y to the robot's left ("left"), z up. Every array may carry leading axes (time, batch), so one type
holds a timestep or a whole episode.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]

FIXTURES = ("drawer", "sliding door", "button", "lever switch", "tray")
"""The desk's furniture, in the order of every fixture axis; the names are what the policy reads."""

JOINTS = ("drawer", "door", "button", "lever")
"""The furniture's joints, in the order of `State.joints`."""

LIGHTS = ("led", "lamp")
"""What the button and the lever switch on, in the order of `State.lights`."""

MAX_OBJECTS = 5
"""The most movable objects that a scene may hold."""


class State(NamedTuple):
    """Everything that a task may judge. N is the number of movable objects in the scene."""

    ee_pos: Array  # (..., 3) point between the fingertips, m
    ee_quat: Array  # (..., 4) orientation of the hand, xyzw
    gripper: Array  # (...,) distance between the fingers, m, 0 to 0.08
    object_pos: Array  # (..., N, 3) centres, m
    object_quat: Array  # (..., N, 4) xyzw
    object_size: Array  # (..., N, 3) full extents along the object's own axes, m
    fixture_pos: Array  # (..., 5, 3) where the hand acts: handle, knob, button, lever tip, tray; m
    fixture_yaw: Array  # (..., 5) heading of the fixture, rad
    joints: Array  # (..., 4) drawer m out, door m to the left, button m pressed, lever rad up
    lights: Array  # (..., 2) 1 if on: led, lamp

    @property
    def n_objects(self) -> int:
        """How many movable objects there are."""
        return self.object_pos.shape[-2]

    def at(self, index: Any) -> "State":
        """The state at an index, slice or index array of the leading axis."""
        return State(*(field[index] for field in self))


def stack(states: Sequence[State]) -> State:
    """States of successive timesteps -> one State with a leading time axis."""
    return State(*(np.stack(field) for field in zip(*states, strict=True)))
