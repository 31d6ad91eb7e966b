"""A person leads the robot's hand: where it should be, and what was done on the way, kept as play."""

from collections.abc import Callable

import numpy as np

from data.store.episode import EpisodeRecord
from sim.bullet.arm import MAX_OPENING
from sim.bullet.kinematics import WORKSPACE
from sim.desk.contact import OPEN_HAND
from sim.desk.scene import Scene
from sim.desk.tasks.motions import go_to, heading_of
from sim.state import Array, State, stack

STEP = 0.02  # m, and TURN rad: what one key press asks for
TURN = 0.15
SHORTEST = 5  # control steps that are worth keeping
LONGEST = 6000  # control steps of one episode: ten minutes
OPEN, CLOSED = 1.0, -1.0


class Hand:
    """What a person wants of the hand. `keep` gets each recorded episode. Any thread may change the wish."""

    def __init__(self, keep: Callable[[EpisodeRecord], None]) -> None:
        self.released = False
        self.target: Array = np.zeros(3)  # m, world frame
        self.heading = 0.0  # rad
        self.grip = OPEN
        self.recording = False
        self._keep = keep
        self._states: list[State] = []
        self._actions: list[Array] = []

    def begin(self, state: State) -> None:
        """From where it is."""
        self.target, self.heading = state.ee_pos.copy(), heading_of(state)
        self.grip = OPEN if float(state.gripper) > OPEN_HAND else CLOSED

    def nudge(self, x: float = 0.0, y: float = 0.0, z: float = 0.0, turn: float = 0.0) -> None:
        """A step further, m and rad."""
        self.go(self.target + np.array([x, y, z]))
        self.heading += turn

    def go(self, target: Array) -> None:
        """To a place, or as near as the hand may be."""
        self.target = np.clip(np.asarray(target, float), *WORKSPACE)

    def toggle(self) -> None:
        """Open what is closed."""
        self.grip = -self.grip

    def action(self, state: State) -> Array:
        """The next action (7,), in [-1, 1]: what is stored is what was commanded."""
        return np.clip(go_to(state, self.target, self.heading, self.grip), -1, 1).astype(np.float32)

    def saw(self, before: State, action: Array, after: State, scene: Scene) -> None:
        """What came of an action."""
        if not self.recording:
            self.end(scene)
            return
        self._states = self._states or [before]
        self._states.append(after)
        self._actions.append(action)
        if len(self._actions) >= LONGEST:
            self.end(scene)

    def end(self, scene: Scene) -> None:
        """Hand over what was recorded, if it is worth it."""
        states, actions, self._states, self._actions = self._states, self._actions, [], []
        if len(actions) >= SHORTEST:
            self._keep(EpisodeRecord(scene, stack(states), np.stack(actions)))


def still(state: State) -> Array:
    """The action that keeps hand and grip as they are."""
    return np.array([0, 0, 0, 0, 0, 0, np.clip(2 * float(state.gripper) / MAX_OPENING - 1, -1, 1)])
