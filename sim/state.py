"""The one value that flows through everything: what a world is like, in SI units, world frame.

A `State` is the hand and a table of things, one row each. It knows no particular world: a drawer is a row
whose joint moves, a lamp one whose light is on. Rows are found by name, or by number.

The world frame stands on the ground that things lie on: x away from the robot ("forward"), y to the robot's
left ("left"), z up. Every array may carry leading axes (time, batch), so one type holds a timestep or a
whole episode.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.rotations import yaw_of

Array = NDArray[np.floating[Any]]

Which: TypeAlias = int | str
"""A row of `State.things`: its number, or the name of what stands in it."""

HAND_COLUMNS = ("x", "y", "z", "qx", "qy", "qz", "qw", "opening")
"""Of `State.hand`: point between the fingertips m, orientation xyzw, distance between the fingers m."""

THING_COLUMNS = (
    "x", "y", "z", "qx", "qy", "qz", "qw", "size_x", "size_y", "size_z", "joint", "light",
)  # fmt: skip
"""Of `State.things`: position m, orientation xyzw, size along its own axes m, joint m or rad, light 0 or 1.

An object's position is its centre. That of something fixed is where a hand acts on it; its size is 0.
"""

HAND_DIM, THING_DIM = len(HAND_COLUMNS), len(THING_COLUMNS)
POS, QUAT, SIZE, JOINT, LIGHT = slice(0, 3), slice(3, 7), slice(7, 10), 10, 11  # columns of a thing


class State(NamedTuple):
    """Everything that a task may judge: the hand and N things, of which the first can be moved about."""

    hand: Array  # (..., 8), columns `HAND_COLUMNS`
    things: Array  # (..., N, 12), columns `THING_COLUMNS`
    names: tuple[str, ...]  # (N,) what stands in each row, in words
    n_objects: int  # how many of the rows, the first ones, are movable objects; the others stand fixed

    @property
    def ee_pos(self) -> Array:
        """Point between the fingertips, m: (..., 3)."""
        return self.hand[..., POS]

    @property
    def ee_quat(self) -> Array:
        """Orientation of the hand, xyzw: (..., 4)."""
        return self.hand[..., QUAT]

    @property
    def gripper(self) -> Array:
        """Distance between the fingers, m: (...,)."""
        return self.hand[..., 7]

    @property
    def objects(self) -> Array:
        """The rows of the movable objects: (..., n_objects, 12)."""
        return self.things[..., : self.n_objects, :]

    def row(self, which: Which) -> int:
        """The number of a row; raises ValueError for a name that is not there."""
        return self.names.index(which) if isinstance(which, str) else which

    def pos(self, which: Which) -> Array:
        """Position, m: (..., 3)."""
        return self.things[..., self.row(which), POS]

    def quat(self, which: Which) -> Array:
        """Orientation, xyzw: (..., 4)."""
        return self.things[..., self.row(which), QUAT]

    def size(self, which: Which) -> Array:
        """Full extents along the thing's own axes, m: (..., 3)."""
        return self.things[..., self.row(which), SIZE]

    def yaw(self, which: Which) -> Array:
        """Heading of something upright, rad: (...,)."""
        return yaw_of(self.quat(which))

    def joint(self, which: Which) -> Array:
        """How far its joint has moved, m or rad: (...,)."""
        return self.things[..., self.row(which), JOINT]

    def light(self, which: Which) -> Array:
        """1 where its light is on: (...,)."""
        return self.things[..., self.row(which), LIGHT]

    def at(self, index: Any) -> "State":
        """The state at an index, slice or index array of the leading axis."""
        return self._replace(hand=self.hand[index], things=self.things[index])

    def changed(self, which: Which, columns: slice | int, value: Any) -> "State":
        """A copy with other values in some columns (`POS`, `QUAT`, ...) of one row."""
        things = self.things.copy()
        things[..., self.row(which), columns] = value
        return self._replace(things=things)


def stack(states: Sequence[State]) -> State:
    """States of successive timesteps -> one State with a leading time axis."""
    hands, things = (np.stack(field) for field in zip(*(state[:2] for state in states), strict=True))
    return states[0]._replace(hand=hands, things=things)
