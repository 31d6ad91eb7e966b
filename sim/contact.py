"""Whether a hand holds something, from distances alone: for whoever sees poses with noise, in any world.

Relabelling, the object tracker and policies ask this. What is stricter or knows more of a world, such as the
desk's judges and skills, stands with the world.
"""

import numpy as np
from numpy.typing import NDArray

from sim.task import Truth

GRIPPED = 0.018  # m from the tool to the object's centre, sideways: it is between the fingers
LEVEL = 0.03  # m from the tool to the object's centre, in height: likewise
GRIP = (0.5, 1.5)  # of a thing's width: how far fingers that hold it, maybe off its middle or askew, are open


def between_fingers(gap: NDArray[np.floating]) -> Truth:
    """Whether a thing is where the fingers close, by how far (..., 3), m, its centre is from the tool."""
    return (np.hypot(gap[..., 0], gap[..., 1]) < GRIPPED) & (np.abs(gap[..., 2]) < LEVEL)


def closing_on(gap: NDArray[np.floating], opening: NDArray[np.floating], open_hand: float) -> Truth:
    """Whether a thing is between fingers that are not wide open.

    `gap` (..., 3) and `opening` (...), m; `open_hand` as in `sim.world_spec.WorldSpec`.
    """
    return between_fingers(gap) & (opening < open_hand)


def in_grip(
    gap: NDArray[np.floating], opening: NDArray[np.floating], width: NDArray[np.floating], open_hand: float
) -> Truth:
    """Whether fingers open so far, m, hold a thing so wide, m, by how far (..., 3), m, its centre is.

    `open_hand` as in `sim.world_spec.WorldSpec`.
    """
    low, high = GRIP
    closed = (opening > low * width) & (opening < np.minimum(high * width, open_hand))
    return between_fingers(gap) & closed
