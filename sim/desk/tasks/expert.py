"""The scripted expert: it is given the goal itself, not a sentence, and carries out the family's skill.

It shows that every family can be done in this world, and it is how play is made. Its next action is a
function of the state, the goal and its style.
"""

from dataclasses import replace

import numpy as np

from sim.desk.tasks.families import TASKS, task_named
from sim.desk.tasks.motions import DEFAULT_STYLE, Style
from sim.desk.tasks.task import Task
from sim.rotations import out_of_frame
from sim.state import Array, State
from sim.task import Goal

GAINS = (1.0, 0.40, 0.25, 0.18)  # by latency, control steps: what asks for more overshoots


def patient(style: Style, latency: int) -> Style:
    """The style with its gain lowered for actions that are delayed by so many control steps."""
    return replace(style, gain=GAINS[min(latency, len(GAINS) - 1)])


def act(state: State, goal: Goal, style: Style = DEFAULT_STYLE, tasks: tuple[Task, ...] = TASKS) -> Array:
    """The next action (7,) towards the goal."""
    return task_named(goal.task, tasks).skill(state, goal.object, goal.other, style)


def sent_for(wanted: Array, yaw: float, scale: float) -> Array:
    """The action (7,) to send so that a world that turns and scales actions carries out the wanted one.

    `yaw` is by how much it turns their frame about the vertical, rad. What exceeds the range of an action is
    shortened, and keeps its direction.
    """
    sent = np.array(wanted, np.float32)
    for first in (0, 3):  # shift, turn
        x, y = out_of_frame(sent[first], sent[first + 1], -np.float64(yaw))
        sent[first : first + 3] = np.array([x, y, np.float64(sent[first + 2])]) * (1 / scale)
        sent[first : first + 3] /= np.maximum(np.abs(sent[first : first + 3]).max(), 1)
    return sent
