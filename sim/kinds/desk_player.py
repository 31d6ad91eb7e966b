"""The player: a robot that does whatever comes to its mind, without being told and without telling why.

A `Player` strings skills together over the whole desk. It picks something that is possible, does it in a
style drawn for the occasion, sometimes misses, hesitates, gives up half-way or wanders off, and goes on.
Its next action depends only on what can be seen and on its style, never on a hidden phase, so play can be
cloned.
"""

from dataclasses import replace

import numpy as np

from sim.desk.contact import OPEN_HAND, held_object
from sim.desk.tasks.expert import patient
from sim.desk.tasks.motions import DEFAULT_STYLE, Style, go_to, put_down
from sim.goal_draw import drawn_goals
from sim.state import Array, State
from sim.task import Goal, goals_of
from sim.world import WorldKind

PATIENCE = 45  # control steps after which a skill is given up
MISS_CHANCE = 0.08  # of aiming a grasp beside the object at first
QUIT_CHANCE = 0.04  # of leaving a skill half-way
WANDER_CHANCE = 0.25  # of moving somewhere for no reason between skills
HESITATE_CHANCE = 0.05  # of standing still for a moment before a skill
CARRY_ON_CHANCE = 0.75  # of doing something with what was just lifted
TRIED = 4  # goals of a family that are tried, before the next family is


class Player:
    """Plays: call `act` once per control step with the current state. All its choices are drawn from `rng`.

    It does what `kind`, a kind of desk, has families for. `latency` is by how many control steps the world
    delays actions; the player's style allows for that.
    """

    def __init__(self, rng: np.random.Generator, kind: WorldKind, latency: int = 0) -> None:
        self._rng, self._kind = rng, kind
        self._tasks = [task for task in kind.tasks if task.appeal > 0]
        self._appeal = {task.name: task.appeal for task in self._tasks}
        self._sets_down = [task for task in self._tasks if task.sets_down]
        self._latency = latency
        self._goal: Goal | None = None  # what it is doing; None while it wanders or puts something down
        self._before: State | None = None  # the state in which it began; None once the goal was reached
        self._style = patient(DEFAULT_STYLE, latency)
        self._left = 0  # control steps until the skill ends
        self._pause = 0  # control steps for which it still stands still
        self._target: tuple[Array, float, float] | None = None  # of wandering: position m, heading rad, grip

    def act(self, state: State) -> Array:
        """The next action (7,) in [-1, 1]: translation, axis-angle, gripper."""
        self._left -= 1
        if self._done(state):
            self._choose(state)
        if self._pause > 0:
            self._pause -= 1
            return np.array([0, 0, 0, 0, 0, 0, 1.0 if state.gripper > OPEN_HAND else -1.0])
        if self._target is not None:
            return go_to(state, *self._target, style=self._style)
        held = held_object(state)
        if self._goal is None or (held >= 0 and held != self._goal.object):
            style = patient(DEFAULT_STYLE, self._latency)
            return put_down(state, held, style) if held >= 0 else np.array([0, 0, 1.0, 0, 0, 0, 1.0])
        if self._left < PATIENCE - 15:  # a miss is noticed
            self._style = replace(self._style, grasp=(0.0, 0.0, 0.0))
        return self._kind.task(self._goal.task).skill(state, self._goal.object, self._goal.other, self._style)

    def _done(self, state: State) -> bool:
        """Whether the skill is over; once its goal is reached, it goes on for a moment to let go."""
        if self._left <= 0:
            return True
        goal, before = self._goal, self._before
        if goal is None or before is None or not self._kind.achieved(goal, before, state):
            return False
        self._left = min(self._left, int(self._rng.integers(1, 4)))  # let go and leave
        self._before = None
        return False

    def _choose(self, state: State) -> None:
        """Choose what to do next: something with what is in the hand, wandering, or anything possible."""
        rng, held = self._rng, held_object(state)
        self._goal, self._target, self._before = None, None, state
        self._left = PATIENCE if rng.random() > QUIT_CHANCE else int(rng.integers(3, 15))
        miss = rng.random() < MISS_CHANCE
        offset = rng.normal(0, 0.014 if miss else 0.002, 3) * [1, 1, 0.3]
        drawn = Style(
            speed=rng.uniform(0.85, 1.0),
            hover=rng.uniform(0.045, 0.075),
            carry=rng.uniform(0.065, 0.10),
            grasp=(offset[0], offset[1], offset[2]),
        )
        self._style = patient(drawn, self._latency)
        self._pause = int(rng.integers(1, 4)) if rng.random() < HESITATE_CHANCE else 0
        if held >= 0:
            if rng.random() < CARRY_ON_CHANCE:
                families = [self._sets_down[i] for i in rng.permutation(len(self._sets_down))]
                for family in families:
                    goals = [g for g in goals_of(family, state.n_objects) if g.object == held]
                    goal = goals[rng.integers(len(goals))] if goals else None
                    if goal and self._kind.possible(goal, state):
                        self._goal = goal
                        return
            self._left = 12  # put it down
            return
        if rng.random() < WANDER_CHANCE:
            self._left = int(rng.integers(3, 9))
            where = np.array([rng.uniform(0.30, 0.62), rng.uniform(-0.32, 0.32), rng.uniform(0.10, 0.28)])
            self._target = (where, float(rng.uniform(-0.8, 0.8)), 1.0 if rng.random() < 0.7 else -1.0)
            return
        drawn = drawn_goals(rng, self._tasks, self._appeal, state.n_objects, most=TRIED)
        self._goal = next((goal for goal in drawn if self._kind.possible(goal, state)), None)
