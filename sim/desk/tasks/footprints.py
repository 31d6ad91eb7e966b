"""What the furniture covers of the desk: where something stands beside a fixture, and how far from it.

A fixture is a row of the state after those of the objects. Its size is 0 there, and its position is where a
hand acts on it, so distances to it are measured from the edges of its footprint. Vectorised over any leading
axes of a `State`.
"""

import numpy as np

from sim.desk.constants import BUTTON, DOOR, DRAWER, LEVER, TRAY
from sim.rotations import into_frame, out_of_frame
from sim.state import Array, State

# What each fixture covers of the desk, in its own frame around where the hand acts on it:
# (x low, x high, |y|) in metres. The drawer's grows with its opening.
COVER = {
    DRAWER: (-0.03, 0.22, 0.125),
    DOOR: (-0.05, 0.09, 0.19),
    BUTTON: (-0.04, 0.08, 0.04),
    LEVER: (-0.05, 0.14, 0.05),
    TRAY: (-0.08, 0.08, 0.10),
}


def is_fixture(state: State, which: int) -> bool:
    """Whether a row is of something that stands fixed."""
    return which >= state.n_objects


def from_edge(state: State, xy: Array, fixture: int) -> Array:
    """How far points (..., 2), m, are outside a fixture's footprint; 0 over it: (...,)."""
    low, high, width = COVER[state.names[fixture]]
    gap = xy - state.pos(fixture)[..., :2]
    x, y = into_frame(gap[..., 0], gap[..., 1], state.yaw(fixture))
    beyond = np.maximum(np.maximum(low - x, x - high), 0)
    aside = np.maximum(np.abs(y + _knob(state, fixture)) - width, 0)
    return np.hypot(beyond, aside)


def edges(state: State, fixture: int) -> tuple[Array, Array]:
    """The least and the greatest x and y, m, of a fixture's footprint in the world frame: (..., 2) each."""
    low, high, width = COVER[state.names[fixture]]
    yaw, middle = state.yaw(fixture), -_knob(state, fixture)
    corners = [np.stack(out_of_frame(x, middle + y, yaw), -1) for x in (low, high) for y in (-width, width)]
    at = state.pos(fixture)[..., :2]
    return at + np.min(corners, axis=0), at + np.max(corners, axis=0)


def _knob(state: State, fixture: int) -> Array:
    """How far a door's knob is to the left of the middle of its rail, m: the rail stands still; else 0."""
    joint = state.joint(fixture)
    return joint if state.names[fixture] == DOOR else np.zeros_like(joint)
