"""One command being carried out, step by step, by whoever has the world: a session, or a live desk."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from data.language.naming import tell
from data.relabel.hindsight import happened
from robopolicy.adaptation.dynamics_filter import DynamicsEstimate
from robopolicy.policies.base.intent import Intent
from sim.desk.tasks.families import TASKS, Goal, achieved, hindrance, task_named
from sim.desk.tasks.hindrances import DONE
from sim.observation import Observation, entity_names, state_of
from sim.state import Array, State, stack

REST = 10  # control steps within which the hand has to stay for the robot to count as resting
STILL = 0.004  # m that a resting hand may drift in them


class Actor(Protocol):
    """What an errand needs of an agent: it serves a batch, here of one."""

    @property
    def world(self) -> DynamicsEstimate | None: ...

    def reset(self, conditions: list[str], names: list[tuple[str, ...]], /) -> Sequence[Intent] | None: ...

    def act(self, observation: Observation) -> Array: ...

    def look_away(self) -> None: ...

    def forget(self) -> None: ...


class Errand:
    """A command until it is over: what it understood is done, the robot rests, or the time is up.

    It is over at once where there is no use in beginning; with `careful` off it is tried all the same. It
    ends at the timestep at which the goal is achieved, where the described segments of play end too: the
    policy was not trained on what comes after, and would go on to undo it.

    while not errand.over:
        errand.saw(world.step(errand.act(sensor.observe(state))))
    """

    def __init__(
        self,
        actor: Actor,
        sentence: str,
        names: tuple[str, ...],
        before: State,
        seen: Observation,
        max_steps: int,
        careful: bool = True,
    ) -> None:
        self.sentence = sentence
        self.states = [before]
        answer = actor.reset([sentence], [entity_names(names)])
        self.understood = answer[0] if answer else None
        self.goal = goal_of(self.understood, names) if self.understood else None
        self.why = why_not(self.understood, names, seen) if careful and self.understood else ""
        self.done = False  # whether it did what it understood
        self.over = bool(self.why)  # then nothing is done at all
        self._begun_done = self._is_so(before)
        self._actor, self._names, self._left = actor, names, max_steps

    def act(self, seen: Observation) -> Array:
        """The next action (7,), by what a sensor saw of the latest state."""
        return self._actor.act(Observation(*(field[None] for field in seen)))[0]

    def saw(self, state: State) -> None:
        """What the action led to."""
        self.states.append(state)
        self._left -= 1
        if self.goal:
            half_done = not self._begun_done and self._is_so(state)  # and now wholly: a drawer that was ajar
            self.done = half_done or bool(achieved(self.goal, self.states[0], state))
        self.over = self.done or self._left <= 0 or resting(self.states)

    def happened(self) -> list[str]:
        """What was done so far, in words."""
        words = happened(stack(self.states), self._names)
        done = [tell(self.goal, self._names)] if self.goal and self.done else []
        return [*words, *(one for one in done if one not in words)]

    def _is_so(self, state: State) -> bool:
        """Whether what it understood clearly is the case."""
        found = hindrance(self.goal, state) if self.goal else None
        return found is not None and found.kind == DONE


def resting(states: list[State]) -> bool:
    """Whether the hand has kept still for a while."""
    if len(states) <= REST:
        return False
    hand = np.stack([state.ee_pos for state in states[-REST - 1 :]])
    grip = [float(state.gripper) for state in states[-REST - 1 :]]
    return bool(np.ptp(hand, axis=0).max() < STILL and max(grip) - min(grip) < STILL)


def why_not(understood: Intent, names: tuple[str, ...], seen: Observation) -> str:
    """Why there is no use in beginning, in a sentence, by what the sensors see; "" if there may be.

    Names are those of the scene's objects.
    """
    if understood.refused:
        return refusal(understood)
    goal = goal_of(understood, names)
    found = hindrance(goal, state_of(seen)) if goal else None
    return found.told(names) if found else ""


def refusal(understood: Intent) -> str:
    """What is said to somebody whose sentence is out of the policy's depth."""
    family, target, other, *_ = understood
    things = " and ".join(f"the {thing}" for thing in (target, other) if thing)
    nearest = family.replace("_", " ") + (f" ({things})" if things and family != "hold still" else "")
    return (
        "I do not know how to do that here, so I do nothing. "
        f"What I would have made of it: {nearest or 'something without a name'}."
    )


def goal_of(understood: Intent, names: tuple[str, ...]) -> Goal | None:
    """What the policy took the sentence to ask for, as a goal that can be judged; None if it is none."""
    if understood.family not in {task.name for task in TASKS}:
        return None
    things = [thing for thing in (understood.target, understood.other) if thing in names]
    task = task_named(understood.family)
    if len(things) != task.arguments:
        return None
    return Goal(task.name, *(names.index(thing) for thing in things))
