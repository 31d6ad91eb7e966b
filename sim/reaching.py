"""Bringing a hand to a pose, in any world whose actions shift and turn it in the world frame."""

import numpy as np

from sim.rotations import tool_axis, tool_heading, wrap
from sim.state import Array, State
from sim.world_spec import ActionSpec


def heading_of(state: State) -> float:
    """The hand's heading, rad in [-pi, pi): 0 when its fingers open along the world's y axis."""
    return wrap(float(tool_heading(state.ee_quat)))


def towards(
    state: State,
    target: Array,
    heading: float,
    grip: float,
    spec: ActionSpec,
    speed: float = 1.0,
    gain: float = 1.0,
) -> Array:
    """One step towards a pose with the hand pointing down: the next action (7,) in [-1, 1].

    `target` is in metres, `heading` in radians, in the world frame; `grip` is 1 to open the fingers, -1 to
    close them. `gain` is how much of what is left to go is asked for in one step, `speed` how much of the
    longest step at most.
    """
    action = np.empty(7)
    shift = (np.asarray(target) - state.ee_pos) / spec.shift
    length = float(np.sqrt(shift @ shift))
    action[:3] = shift * min(gain, speed / length) if length > 1e-9 else 0.0
    down = tool_axis(state.ee_quat)
    action[3:6] = gain * np.cross(down, [0.0, 0.0, -1.0]) / spec.turn  # upright again
    turn = gain * wrap(heading - heading_of(state)) / spec.turn
    action[5] += np.clip(turn, -speed, speed)
    action[6] = grip
    return np.clip(action, -1, 1)


def hold_still(state: State, spec: ActionSpec) -> Array:
    """The action (7,) that keeps the hand where it is and the gripper as open as it is."""
    return np.array([0, 0, 0, 0, 0, 0, np.clip(2 * float(state.gripper) / spec.opening - 1, -1, 1)])
