"""The desk's table of things: its movable objects first, then its furniture, in the order of `FIXTURES`."""

from collections.abc import Sequence

import numpy as np

from sim.desk.constants import BUTTON, FIXTURES, JOINTED, LEVER, MAX_OBJECTS
from sim.desk.scene import Scene
from sim.observation import Observation, padded
from sim.rotations import about_z
from sim.state import JOINT, LIGHT, POS, QUAT, SIZE, THING_DIM, Array, State

ON_BUTTON, ON_LEVER = FIXTURES.index(BUTTON), FIXTURES.index(LEVER)


class Rows:
    """Makes the states of one scene; what does not change in it is filled in once."""

    def __init__(self, scene: Scene, yaws: Array) -> None:
        """`yaws` (5,) are the headings of the furniture, rad."""
        self.n = len(scene.objects)
        self.names = (*scene.names, *FIXTURES)
        self._things = np.zeros((self.n + len(FIXTURES), THING_DIM))
        self._things[: self.n, SIZE] = np.array([thing.size for thing in scene.objects]).reshape(-1, 3)
        self._things[self.n :, QUAT] = about_z(yaws)

    def state(
        self, hand: Array, poses: Array, points: Array, joints: Sequence[float], lights: tuple[float, float]
    ) -> State:
        """`hand` (8,); `poses` (n, 7) of the objects; `points` (5, 3) where the hand acts on the furniture.

        `joints` are four, in the order of `JOINTED`; `lights` those of the button and the lever.
        """
        things, n = self._things.copy(), self.n
        things[:n, : QUAT.stop] = poses
        things[n:, POS] = points
        things[n : n + len(JOINTED), JOINT] = joints
        things[n + ON_BUTTON, LIGHT], things[n + ON_LEVER, LIGHT] = lights
        return State(hand, things, self.names, n)


def observe(state: State) -> Observation:
    """What a policy sees of the desk, noise-free: 10 rows."""
    return padded(state, MAX_OBJECTS)
