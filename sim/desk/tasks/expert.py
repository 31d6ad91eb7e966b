"""The scripted expert: it is given the goal itself, not a sentence, and carries out the family's skill.

It shows that every family can be done in this world, and it is how play is made. Its next action is a
function of the state, the goal and its style.
"""

from dataclasses import replace

from sim.desk.tasks.families import TASKS, Goal, task_named
from sim.desk.tasks.motions import DEFAULT_STYLE, Style
from sim.desk.tasks.task import Task
from sim.state import Array, State

GAINS = (1.0, 0.40, 0.25, 0.18)  # by latency, control steps: what asks for more overshoots


def patient(style: Style, latency: int) -> Style:
    """The style with its gain lowered for actions that are delayed by so many control steps."""
    return replace(style, gain=GAINS[min(latency, len(GAINS) - 1)])


def act(state: State, goal: Goal, style: Style = DEFAULT_STYLE, tasks: tuple[Task, ...] = TASKS) -> Array:
    """The next action (7,) towards the goal."""
    return task_named(goal.task, tasks).skill(state, goal.object, goal.other, style)
