"""A person controls the robot's hand: where it should go, and the episode of play that comes of it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from data.store.episode import EpisodeRecord
from sim.reaching import heading_of, towards
from sim.state import Array, State, stack
from sim.world_spec import WorldSpec

STEP = 0.02  # m that one key press moves the hand's target
TURN = 0.15  # rad that one key press turns it
SHORTEST = 0.5  # s; a shorter episode is not kept
LONGEST = 600.0  # s; a longer episode is cut here
OPEN, CLOSED = 1.0, -1.0


class Teleoperation:
    """The hand's target pose, which a person sets, and the recording of what the hand does.

    The person's thread calls `move_to`, `move_by`, `toggle_gripper`, and sets `recording` and `released`;
    the simulation's thread calls `begin`, `action`, `record` and `end`. `keep` gets each recorded episode;
    `spec` is that of the world.
    """

    def __init__(self, keep: Callable[[EpisodeRecord], None], spec: WorldSpec) -> None:
        self.released = False  # the person has let go
        self.target: Array = np.zeros(3)  # m, world frame
        self.heading = 0.0  # rad about the world's z axis
        self.grip = OPEN
        self.recording = False
        self._keep, self._spec = keep, spec
        self._states: list[State] = []
        self._actions: list[Array] = []

    # -- what the person does ----------------------------------------------------------------------

    def move_by(self, x: float = 0.0, y: float = 0.0, z: float = 0.0, turn: float = 0.0) -> None:
        """Shift the target by (x, y, z) m in the world frame and turn it by `turn` rad."""
        self.move_to(self.target + np.array([x, y, z]))
        self.heading += turn

    def move_to(self, target: Array) -> None:
        """Set the target (3,), m in the world frame; clipped to the workspace."""
        self.target = np.clip(np.asarray(target, float), *self._spec.workspace)

    def toggle_gripper(self) -> None:
        """Open the gripper if it is closed, else close it."""
        self.grip = -self.grip

    # -- what the simulation does ------------------------------------------------------------------

    def begin(self, state: State) -> None:
        """Set the target to the hand's present pose."""
        self.target, self.heading = state.ee_pos.copy(), heading_of(state)
        self.grip = OPEN if float(state.gripper) > self._spec.open_hand else CLOSED

    def action(self, state: State) -> Array:
        """The next action towards the target, (7,) in [-1, 1]: exactly what is stored as play."""
        action = towards(state, self.target, self.heading, self.grip, self._spec.action)
        return action.astype(np.float32)

    def record(self, before: State, action: Array, after: State, scene: Any) -> None:
        """Append a control step to the episode if `recording` is on; end the episode if it is off."""
        if not self.recording:
            self.end(scene)
            return
        self._states = self._states or [before]
        self._states.append(after)
        self._actions.append(action)
        if len(self._actions) >= self._spec.steps(LONGEST):
            self.end(scene)

    def end(self, scene: Any) -> None:
        """End the episode and hand it to `keep`, unless it is shorter than `SHORTEST`."""
        states, actions, self._states, self._actions = self._states, self._actions, [], []
        if len(actions) >= self._spec.steps(SHORTEST):
            self._keep(EpisodeRecord(scene, stack(states), np.stack(actions)))
