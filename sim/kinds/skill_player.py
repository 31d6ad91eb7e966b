"""Play in any world whose families have skills: something that is possible, over and over, with slips."""

from typing import Any

import numpy as np

from sim.goal_draw import drawn_goals
from sim.state import Array, State
from sim.task import Goal
from sim.world import WorldKind

PATIENCE = 4.0  # s after which a skill is given up
QUIT_CHANCE = 0.1  # of leaving a skill half-way
WANDER_CHANCE = 0.05  # of moving about for no reason between two skills
WANDERS = 0.4, 1.0  # s for which it does
SLIP = 0.15  # standard deviation of what is added to each number of an action, of its range


class SkillPlayer:
    """Strings skills together: call `act` once per control step. All its choices are drawn from `rng`.

    It is what a kind of world without a player of its own gets. Its slips are in the recorded actions; for
    play that shows recoveries only, a kind brings its own player, as the desk does.
    """

    def __init__(self, rng: np.random.Generator, kind: WorldKind, style: Any = None) -> None:
        self._rng, self._kind, self._style = rng, kind, style
        self._tasks = [task for task in kind.tasks if task.appeal > 0]
        self._appeal = {task.name: task.appeal for task in self._tasks}
        self._goal: Goal | None = None  # None while it wanders
        self._before: State | None = None
        self._left = 0  # control steps until the next choice
        self._drift = np.zeros(7)  # the action while it wanders

    def act(self, state: State) -> Array:
        """The next action (7,) in [-1, 1]."""
        self._left -= 1
        if self._left <= 0 or self._done(state):
            self._choose(state)
        if self._goal is None:
            return self._drift
        task = self._kind.task(self._goal.task)
        action = task.skill(state, self._goal.object, self._goal.other, self._style)
        slip = self._rng.normal(0, SLIP, 7) * (self._rng.random() < SLIP)
        return np.clip(action + [*slip[:6], 0.0], -1, 1)

    def _done(self, state: State) -> bool:
        if self._goal is None or self._before is None:
            return False
        return bool(self._kind.achieved(self._goal, self._before, state))

    def _choose(self, state: State) -> None:
        """Wander, or begin something that is possible, families weighted by their appeal."""
        rng, spec = self._rng, self._kind.spec
        self._before, self._goal = state, None
        if rng.random() > WANDER_CHANCE:
            drawn = drawn_goals(rng, self._tasks, self._appeal, state.n_objects)
            self._goal = next((goal for goal in drawn if self._kind.possible(goal, state)), None)
        if self._goal is None:
            self._left = spec.steps(rng.uniform(*WANDERS))
            self._drift = np.r_[rng.uniform(-0.5, 0.5, 3), np.zeros(3), 1.0]
        else:
            patience = PATIENCE if rng.random() > QUIT_CHANCE else rng.uniform(0, PATIENCE)
            self._left = spec.steps(patience)
