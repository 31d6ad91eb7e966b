"""Play in any world whose families have skills: something that is possible, over and over, with slips."""

from typing import Any

import numpy as np

from sim.state import Array, State
from sim.task import Goal, goals_of
from sim.world import WorldKind

PATIENCE = 4.0  # s after which a skill is given up
QUIT_CHANCE = 0.1  # of leaving a skill half-way
WANDER_CHANCE = 0.2  # of moving about for no reason between two skills
SLIP = 0.15  # standard deviation of what is added to each number of an action, of its range


class SkillPlayer:
    """Strings skills together: call `act` once per control step. All its choices are drawn from `rng`.

    It is what a kind of world without a player of its own gets. Its slips are in the recorded actions; for
    play that shows recoveries only, a kind brings its own player, as the desk does.
    """

    def __init__(self, rng: np.random.Generator, kind: WorldKind, style: Any = None) -> None:
        self._rng, self._kind, self._style = rng, kind, style
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
        rng, tasks = self._rng, self._kind.tasks
        self._before, self._goal = state, None
        weights = np.array([task.appeal for task in tasks])
        wanted = int((weights > 0).sum())
        for index in rng.choice(len(tasks), wanted, replace=False, p=weights / weights.sum()):
            goals = goals_of(tasks[index], state.n_objects)
            found = [goal for goal in goals if self._kind.possible(goal, state)]
            if found and rng.random() > WANDER_CHANCE:
                self._goal = found[rng.integers(len(found))]
                patience = round(PATIENCE * self._kind.spec.control_hz)
                self._left = patience if rng.random() > QUIT_CHANCE else int(rng.integers(2, patience))
                return
        self._left = int(rng.integers(2, 5))
        self._drift = np.r_[rng.uniform(-0.5, 0.5, 3), np.zeros(3), 1.0]
