"""What the fingers hold, told from where they are and how far they are open."""

import numpy as np
from numpy.typing import NDArray

OPEN_HAND = 0.062  # m between the fingers: nothing in our catalogue is held at this opening
GRIPPED = 0.018  # m from the tool to the object's centre, sideways: it is between the fingers
LEVEL = 0.03  # m from the tool to the object's centre, in height: likewise
GRIP = (0.5, 1.5)  # of a thing's width: how far fingers that hold it, maybe off its middle or askew, are open


def between_fingers(gap: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whether a thing is where the fingers close, by how far (..., 3), m, its centre is from the tool."""
    return (np.hypot(gap[..., 0], gap[..., 1]) < GRIPPED) & (np.abs(gap[..., 2]) < LEVEL)


def in_grip(
    gap: NDArray[np.floating], opening: NDArray[np.floating], width: NDArray[np.floating]
) -> NDArray[np.bool_]:
    """Whether fingers open so far, m, hold a thing so wide, m, by how far (..., 3), m, its centre is."""
    low, high = GRIP
    closed = (opening > low * width) & (opening < np.minimum(high * width, OPEN_HAND))
    return between_fingers(gap) & closed
