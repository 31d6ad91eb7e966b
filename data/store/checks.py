"""What the values of an episode may be; whatever enters as data is held against this.

Play is physics with bounded actions, so a value beyond these limits was not recorded, and one such value
(a NaN, say) spoils a whole training without a word.
"""

import numpy as np

from sim.state import JOINT, LIGHT, POS, QUAT, SIZE, Array, State

_NEAR = (-20.0, 20.0)  # m: the hand and what stands fixed, wherever a layout puts it
_FALLEN = (-2e5, 2e5)  # m: what is flung beyond the floor falls on to the end of an episode
_JOINT = (-4 * np.pi, 4 * np.pi)  # m or rad
_UNIT = (-1.001, 1.001)

OFF_UNIT = 1e-3  # how far the norm of a quaternion may be from 1


def why_unsound(states: State, actions: Array) -> str:
    """What is wrong with the first bad value of an episode, T + 1 states and T actions; "" if nothing."""
    hand, objects, fixed = states.hand, states.objects, states.things[:, states.n_objects :]
    ranges = (
        ("actions", actions, (-1.0, 1.0)),
        ("positions of the hand", hand[:, POS], _NEAR),
        ("orientations of the hand", hand[:, QUAT], _UNIT),
        ("openings of the gripper", hand[:, 7], (-0.01, 1.0)),
        ("positions of objects", objects[..., POS], _FALLEN),
        ("positions of fixtures", fixed[..., POS], _NEAR),
        ("orientations of things", states.things[..., QUAT], _UNIT),
        ("sizes of objects", objects[..., SIZE], (1e-3, 1.0)),
        ("joints", states.things[..., JOINT], _JOINT),
        ("lights", states.things[..., LIGHT], (0.0, 1.0)),
    )
    for name, values, (low, high) in ranges:
        if values.size and not (values.min() >= low and values.max() <= high):  # False for a NaN, too
            at = np.argwhere(~((values >= low) & (values <= high)))[0]
            bad = f"{name} of step {at[0]} are {values[tuple(at)]:g}"
            return f"{bad}, and must be finite, from {low:g} to {high:g}"
    for name, quat in (("hand", hand[:, QUAT]), ("things", states.things[..., QUAT])):
        off = np.abs(np.einsum("...i,...i", quat, quat) - 1)
        if off.size and off.max() > 2 * OFF_UNIT:
            at = np.argwhere(off > 2 * OFF_UNIT)[0][0]
            return f"orientation of the {name} of step {at} is not a unit quaternion"
    return ""
