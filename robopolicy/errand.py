"""One command being carried out, step by step, by whoever has the world: a session, or a live desk."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from data.relabel import happened
from robopolicy.agent import Understood
from robopolicy.belief import Obeys
from sim.observation import Observation, entity_names
from sim.state import Array, State, stack
from sim.tasks import TASKS, Goal, achieved, task_named

REST = 10  # control steps within which the hand has to stay for the robot to count as resting
AFTER = 6  # control steps that it goes on after it did what it understood: letting go, moving away
STILL = 0.004  # m that a resting hand may drift in them


class Actor(Protocol):
    """What an errand needs of an agent: it serves a batch, here of one."""

    @property
    def world(self) -> Obeys | None: ...

    def reset(self, commands: list[str], names: list[tuple[str, ...]]) -> Sequence[Understood] | None: ...

    def act(self, observation: Observation) -> Array: ...

    def look_away(self) -> None: ...

    def forget(self) -> None: ...


class Errand:
    """A command until it is over: what it understood is done, the robot rests, or the time is up.

    while not errand.over:
        errand.saw(world.step(errand.act(sensor.observe(state))))
    """

    def __init__(
        self, actor: Actor, sentence: str, names: tuple[str, ...], before: State, max_steps: int
    ) -> None:
        self.sentence = sentence
        self.states = [before]
        answer = actor.reset([sentence], [entity_names(names)])
        self.understood = answer[0] if answer else None
        self.goal = goal_of(self.understood, names) if self.understood else None
        self.done = False  # whether it did what it understood
        self.refused = bool(self.understood and self.understood.refused)
        self.over = self.refused  # then nothing is done at all
        self._actor, self._names, self._left = actor, names, max_steps

    def act(self, seen: Observation) -> Array:
        """The next action (7,), by what a sensor saw of the latest state."""
        return self._actor.act(Observation(*(field[None] for field in seen)))[0]

    def saw(self, state: State) -> None:
        """What the action led to."""
        self.states.append(state)
        self._left -= 1
        if not self.done and self.goal and achieved(self.goal, self.states[0], state):
            self.done, self._left = True, min(self._left, AFTER)
        self.over = self._left <= 0 or resting(self.states)

    def happened(self) -> list[str]:
        """What was done so far, in words."""
        return happened(stack(self.states), self._names)


def resting(states: list[State]) -> bool:
    """Whether the hand has kept still for a while after having moved."""
    if len(states) <= REST:
        return False
    hand = np.stack([state.ee_pos for state in states[-REST - 1 :]])
    grip = [float(state.gripper) for state in states[-REST - 1 :]]
    return bool(np.ptp(hand, axis=0).max() < STILL and max(grip) - min(grip) < STILL)


def refusal(understood: Understood) -> str:
    """What is said to somebody whose sentence is out of the policy's depth."""
    family, target, other, *_ = understood
    things = " and ".join(f"the {thing}" for thing in (target, other) if thing)
    nearest = family.replace("_", " ") + (f" ({things})" if things and family != "hold still" else "")
    return (
        "I do not know how to do that here, so I do nothing. "
        f"What I would have made of it: {nearest or 'something without a name'}."
    )


def goal_of(understood: Understood, names: tuple[str, ...]) -> Goal | None:
    """What the policy took the sentence to ask for, as a goal that can be judged; None if it is none."""
    if understood.family not in {task.name for task in TASKS}:
        return None
    things = [thing for thing in (understood.target, understood.other) if thing in names]
    task = task_named(understood.family)
    if len(things) != task.arguments:
        return None
    return Goal(task.name, *(names.index(thing) for thing in things))
