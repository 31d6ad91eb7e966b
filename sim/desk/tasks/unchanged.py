"""Whether something was left alone between two states: what must not happen on the way to a goal.

Vectorised over any leading axes.
"""

import numpy as np

from sim.desk.constants import BUTTON, DOOR, DRAWER, LEVER, LIGHTS, PRESSED
from sim.desk.contact import in_hand
from sim.desk.layouts import DOOR_TRAVEL, DRAWER_TRAVEL, LEVER_TRAVEL
from sim.desk.tasks.geometry import MOVED, displacement
from sim.state import State
from sim.task import Truth

JOINT_MOVED = 0.05  # of a joint's travel, from end to end: it was moved
TRAVELS = {DRAWER: DRAWER_TRAVEL, DOOR: 2 * DOOR_TRAVEL, LEVER: 2 * LEVER_TRAVEL}
"""From one end to the other, m, of the lever rad. The button springs back."""


def stayed(before: State, after: State, obj: int) -> Truth:
    """Whether an object was moved by less than 3 cm."""
    return np.linalg.norm(displacement(before, after, obj), axis=-1) < MOVED


def others_stayed(before: State, after: State, *besides: int) -> Truth:
    """Whether all objects but those stayed where they were."""
    truth = np.ones(np.broadcast_shapes(before.gripper.shape, after.gripper.shape), bool)
    for obj in range(before.n_objects):
        if obj not in besides:
            truth &= stayed(before, after, obj)
    return truth


def furniture_stayed(before: State, after: State) -> Truth:
    """Whether no joint moved by a twentieth of its travel, the button is not pressed and no light changed."""
    truth = after.joint(BUTTON) < PRESSED
    for fixture, travel in TRAVELS.items():
        truth = truth & (np.abs(after.joint(fixture) - before.joint(fixture)) < JOINT_MOVED * travel)
    for switch in LIGHTS.values():
        truth = truth & (before.light(switch) == after.light(switch))
    return truth


def only_the_hand_moved(before: State, after: State) -> Truth:
    """Whether the furniture stayed as it was, and the objects too but for one that was in the hand."""
    truth = furniture_stayed(before, after)
    for obj in range(before.n_objects):
        truth = truth & (stayed(before, after, obj) | in_hand(before, obj))
    return truth
