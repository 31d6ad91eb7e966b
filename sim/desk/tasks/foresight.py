"""The state once a goal has been reached and the hand has left, as foreseen without physics.

What has an amount, a region or a third thing, and what the hand does by itself, is foreseen by
`Task.after`; the rest by the symbolic effects of chains (`sim.desk.tasks.symbols`). What is lifted stays in
the hand, and so does what is held while only the hand goes somewhere. What is held when something else is
handled falls to what is below it.
"""

import numpy as np

from sim.desk.tasks.aftermath import dropped_but, left, taken
from sim.desk.tasks.task import Task
from sim.state import State
from sim.task import Goal


def foreseen(task: Task, goal: Goal, state: State, rng: np.random.Generator) -> State:
    """The state (no leading axes) after the goal of that family; it must be possible in `state`.

    Raises ValueError for a family that says nothing of what it leaves behind.
    """
    if not task.handles:
        return _after(task, goal, state, rng)
    after = _after(task, goal, dropped_but(state, goal.object), rng)
    if task.lifts:
        return taken(after, goal.object)
    return left(after, after.row(task.fixture) if task.fixture and goal.object < 0 else goal.object)


def _after(task: Task, goal: Goal, state: State, rng: np.random.Generator) -> State:
    """The state once the goal has been reached, the hand not yet gone."""
    if task.after is not None and (goal.amount is not None or task.symbols is None):
        return task.after(state, goal, rng)
    if task.symbols is None:
        raise ValueError(f"what {task.name} leaves behind cannot be foreseen")
    return task.symbols.effect(state, goal.object, goal.other, rng)
