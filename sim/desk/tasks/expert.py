"""The scripted expert: it is told the goal itself, and carries out the family's skill.

It is a judge of the world (it must solve every family) and a source of play. Its next action depends
only on what can be seen, and on its style.
"""

from dataclasses import replace

from sim.desk.tasks.families import TASKS, Goal, task_named
from sim.desk.tasks.motions import DEFAULT_STYLE, Style
from sim.desk.tasks.task import Task
from sim.state import Array, State

GAINS = (1.0, 0.40, 0.25, 0.18)  # by latency, control steps: what asks for more overshoots


def patient(style: Style, latency: int) -> Style:
    """The style of who knows that actions arrive so many control steps late, as a teleoperator feels it."""
    return replace(style, gain=GAINS[min(latency, len(GAINS) - 1)])


def act(state: State, goal: Goal, style: Style = DEFAULT_STYLE, tasks: tuple[Task, ...] = TASKS) -> Array:
    """The next action (7,) towards the goal."""
    return task_named(goal.task, tasks).skill(state, goal.object, goal.other, style)
