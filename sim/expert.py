"""The scripted expert: it is told the goal itself, and carries out the family's skill.

It is a judge of the world (it must solve every family) and a source of play. Its next action depends
only on what can be seen, and on its style.
"""

from sim.skills import DEFAULT_STYLE, Style
from sim.state import Array, State
from sim.tasks import Goal, task_named


def act(state: State, goal: Goal, style: Style = DEFAULT_STYLE) -> Array:
    """The next action (7,) towards the goal."""
    return task_named(goal.task).skill(state, goal.object, goal.other, style)
