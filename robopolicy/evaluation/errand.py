"""The scripted expert on its way through the goals of a command, in one world."""

from typing import Any

import numpy as np

from robopolicy.evaluation.trials.progress import Progress
from sim.state import Array, State
from sim.task import Goal
from sim.world import WorldKind

STILL = 0.4  # s for which the hand has to keep still before the expert says that it is done
DRIFT = 0.002  # m that a still hand, or its opening, may change in that time
LETTING_GO, LEAVING = 0.2, 0.3  # s that it opens the hand after a goal with another to come, and then rises
TURN = 0.02  # that a component of its orientation, a quaternion, may change in that time


class Errand:
    """Goals carried out one after another by the skills of a kind of world.

    Between two goals the hand lets go and leaves upwards, unless it holds what the first one lifted. `done`
    says, of the state that `act` was given last, whether the last goal is achieved and the hand still.
    Once a last goal is reached that does not have to settle, it rests, for the skills of such families go on;
    but for what lifts, which then holds on to it. Without goals it rests, and is done at once.
    """

    def __init__(self, goals: tuple[Goal, ...], scene: Any, kind: WorldKind) -> None:
        self._goals, self._scene, self._kind = goals, scene, kind
        self._progress: Progress | None = None
        self._hands: list[Array] = []
        self._rest: Array | None = None  # the action that it rests with
        self._leaving: list[Array] = []  # the actions by which it leaves what it has just done
        self.done = False

    def act(self, state: State) -> Array:
        """The next action (7,); call once after every control step."""
        if not self._goals:
            self.done = True
            return at_rest(state, self._kind)
        if self._progress is None:
            self._progress = Progress(self._goals, state, self._kind)
        else:
            index, task = self._progress.index, self._kind.task(self._progress.goal.task)
            reached = self._progress.step(state)
            if self._progress.index > index and not task.lifts:
                self._leaving = leaving(self._kind)
            if self._rest is None and reached and not self._kind.task(self._progress.goal.task).lifts:
                self._rest = at_rest(state, self._kind)
        progress = self._progress
        self._hands = [*self._hands[-self._kind.spec.steps(STILL) :], state.hand]
        self.done = progress.is_last and self._still() and progress.holds(state)
        if self._rest is not None:
            return self._rest
        if self._leaving:
            return self._leaving.pop(0)
        return self._kind.expert(state, progress.goal, self._scene, progress.before)

    def _still(self) -> bool:
        if len(self._hands) <= self._kind.spec.steps(STILL):
            return False
        drift = np.ptp(self._hands, axis=0)  # (8,)
        return bool(max(*drift[:3], drift[7]) < DRIFT and drift[3:7].max() < TURN)


def leaving(kind: WorldKind) -> list[Array]:
    """The actions (7,) of a hand that opens where it is, and then goes straight up."""
    let_go, rise = np.array([0, 0, 0, 0, 0, 0, 1.0]), np.array([0, 0, 1.0, 0, 0, 0, 1.0])
    return [let_go] * kind.spec.steps(LETTING_GO) + [rise] * kind.spec.steps(LEAVING)


def at_rest(state: State, kind: WorldKind) -> Array:
    """The action (7,) of a hand that stays where it is, open if it was, else closed on what it may hold."""
    return np.array([0, 0, 0, 0, 0, 0, 1.0 if state.gripper >= kind.spec.open_hand else -1.0])
