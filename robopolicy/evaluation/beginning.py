"""How a trial begins: what the scripted expert does in its scene before the first command is given."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from robopolicy.evaluation.errand import Errand
from robopolicy.evaluation.trials.results import Result
from sim.state import State
from sim.task import Goal
from sim.world import World, WorldKind

LONGEST = 12.0  # s that each goal takes at most


class Begun(NamedTuple):
    """A world that is ready for the first command, if the expert managed to make it so."""

    state: State
    actions: NDArray[np.float32]  # (n, 7) that led to it from the scene as it was drawn
    ready: bool  # all goals were reached in order, the last one holds, and the hand is still


def begin(world: World, scene: Any, state: State, goals: tuple[Goal, ...], kind: WorldKind) -> Begun:
    """Let the expert reach the goals in a world that was just set up and is in this state."""
    actions, errand = [], Errand(goals, scene, kind)
    for _ in range(kind.spec.steps(LONGEST) * len(goals)):
        action = np.asarray(errand.act(state), np.float32)
        if errand.done:
            break
        actions.append(action)
        state = world.step(action)
    return Begun(state, np.array(actions, np.float32).reshape(-1, 7), errand.done or not goals)


def begin_again(world: World, result: Result) -> State:
    """Set a world up as it was when the trial of a result got its first command; returns its state."""
    state = world.build(result.scene)
    for action in result.beginning:
        state = world.step(action)
    return state
