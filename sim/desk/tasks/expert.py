"""The scripted expert: it is told the goal itself, and carries out the family's skill.

It is a judge of the world (it must solve every family) and a source of play. Its next action depends
only on what can be seen, and on its style.
"""

from dataclasses import replace

from sim.desk.tasks.families import Goal, task_named
from sim.desk.tasks.skills import DEFAULT_STYLE, Style
from sim.state import Array, State

GAINS = (1.0, 0.40, 0.25, 0.18)  # by latency, control steps: what asks for more overshoots


def patient(style: Style, latency: int) -> Style:
    """The style of who knows that actions arrive so many control steps late, as a teleoperator feels it."""
    return replace(style, gain=GAINS[min(latency, len(GAINS) - 1)])


def act(state: State, goal: Goal, style: Style = DEFAULT_STYLE) -> Array:
    """The next action (7,) towards the goal."""
    return task_named(goal.task).skill(state, goal.object, goal.other, style)
