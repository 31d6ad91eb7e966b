"""The ranges that the values of an episode must be in; whatever enters as data is checked against them.

Play is physics with bounded actions, so a value beyond these limits was not recorded, and one such value
(a NaN, say) spoils a whole training without any error.
"""

import numpy as np

from sim.desk.scene import Scene
from sim.state import Array, State

_NEAR = (-20.0, 20.0)  # m: the desk and the arm, wherever a layout puts them
_FALLEN = (-2e5, 2e5)  # m: what is flung beyond the floor falls on to the end of an episode
_ANGLE = (-4 * np.pi, 4 * np.pi)  # rad; and m, for the joints that slide
_UNIT = (-1.001, 1.001)
RANGES: dict[str, tuple[float, float]] = {
    "ee_pos": _NEAR,
    "ee_quat": _UNIT,
    "gripper": (-0.01, 0.1),
    "object_pos": _FALLEN,
    "object_quat": _UNIT,
    "object_size": (1e-3, 1.0),
    "fixture_pos": _NEAR,
    "fixture_yaw": _ANGLE,
    "joints": _ANGLE,
    "lights": (0.0, 1.0),
    "actions": (-1.0, 1.0),
}
"""From the least to the greatest value of each field of `State`, in its units, and of actions."""

OFF_UNIT = 1e-3  # how far the norm of a quaternion may be from 1
OFF_SIZE = 1e-4  # m: of an object's size from what the scene says


def why_unsound(scene: Scene, states: State, actions: Array) -> str:
    """What is wrong with the first bad field of an episode, T + 1 states and T actions; "" if nothing."""
    for name, values in (("actions", actions), *states._asdict().items()):
        low, high = RANGES[name]
        if values.size and not (values.min() >= low and values.max() <= high):  # False for a NaN, too
            at = np.argwhere(~((values >= low) & (values <= high)))[0]
            bad = f"{name} of step {at[0]} are {values[tuple(at)]:g}"
            return f"{bad}, and must be finite, from {low:g} to {high:g}"
    for name, quat in (("ee_quat", states.ee_quat), ("object_quat", states.object_quat)):
        off = np.abs(np.einsum("...i,...i", quat, quat) - 1)
        if off.size and off.max() > 2 * OFF_UNIT:
            return f"{name} of step {np.argwhere(off > 2 * OFF_UNIT)[0][0]} is not a unit quaternion"
    sizes = np.array([thing.size for thing in scene.objects])
    if sizes.size and np.abs(states.object_size - sizes).max() > OFF_SIZE:
        return "sizes of the objects differ from those in the scene"
    return ""
