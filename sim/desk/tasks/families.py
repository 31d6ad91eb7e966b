"""The task families: what can be asked for on this desk.

`TASKS` lists them. Each is one value, a `Task`, that stands in the module of its group and holds all that
is known of it. Whether a goal is reached or possible, `sim.kinds.desk.DESK` says, as each kind of world does
of its own. The functions here take the families that they are to know, `TASKS` unless told otherwise, so that
a further one can be tried without being listed.
"""

from typing import Any

import sim.task
from sim.desk.tasks.containers import CONTAINER_TASKS
from sim.desk.tasks.door import DOOR_TASKS, SLIDE_DOOR
from sim.desk.tasks.drawer import DRAWER_TASKS
from sim.desk.tasks.hand import HAND_TASKS
from sim.desk.tasks.lift import LIFT_TASKS
from sim.desk.tasks.lights import LIGHT_TASKS
from sim.desk.tasks.placing import PLACING_TASKS
from sim.desk.tasks.push import PUSH_TASKS
from sim.desk.tasks.relations import RELATION_TASKS
from sim.desk.tasks.rotate import ROTATE_TASKS
from sim.desk.tasks.stack import STACK, UNSTACK
from sim.desk.tasks.task import Task
from sim.desk.tasks.touching import TOUCHING_TASKS

TASKS: tuple[Task, ...] = (
    *DRAWER_TASKS,
    *DOOR_TASKS,
    *LIGHT_TASKS,
    *LIFT_TASKS,
    *PUSH_TASKS,
    *ROTATE_TASKS,
    UNSTACK,
    *CONTAINER_TASKS,
    STACK,
    *RELATION_TASKS,
)
"""The families that play is described by, in the order in which tables print them. Play, chains and trials
depend on the order."""

MORE_TASKS: tuple[Task, ...] = (*PLACING_TASKS, SLIDE_DOOR, *TOUCHING_TASKS, *HAND_TASKS)
"""Families that can be asked for, and that play is not described by."""


def task_named(name: object, tasks: tuple[Task, ...] = TASKS) -> Task:
    """The family of that name; raises `UnknownTask` with the nearest one."""
    return sim.task.task_named(name, tasks)


def check_goal(goal: Any, n_objects: int, tasks: tuple[Task, ...] = TASKS) -> None:
    """Raises `UnknownTask`, or `BadArgument` for what is no goal in a scene of n objects."""
    sim.task.check_goal(goal, n_objects, tasks)
