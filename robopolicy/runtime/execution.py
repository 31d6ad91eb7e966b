"""The execution of one command, step by step, by whoever owns the world: a session, or a live one."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from data.language.naming import tell
from data.relabel.hindsight import happened
from robopolicy.adaptation.dynamics_filter import DynamicsEstimate
from robopolicy.policies.base.intent import Intent
from sim.observation import Observation, state_of
from sim.state import Array, State, stack
from sim.task import DONE, Goal, goal_about
from sim.world import WorldKind

REST = 1.0  # s for which the hand has to keep still to count as resting
REST_DRIFT = 0.004  # m that a resting hand, or the opening of its gripper, may change in that time


class AgentLike(Protocol):
    """What an execution needs of `robopolicy.policies.agent.Agent`, here always with a batch of one."""

    @property
    def world(self) -> DynamicsEstimate | None:
        """The inferred dynamics; None for an agent that infers none."""
        ...

    def reset(self, conditions: list[str], names: list[tuple[str, ...]], /) -> Sequence[Intent] | None:
        """Begin a command each; `names` are those of the observation's rows."""
        ...

    def act(self, observation: Observation) -> Array:
        """The next actions (1, 7) for a batch of observations."""
        ...

    def look_away(self) -> None:
        """The next observation does not follow from the last action: others moved the robot meanwhile."""
        ...

    def forget(self) -> None:
        """Clear the inferred dynamics; the next observation comes from a different world."""
        ...


class Execution:
    """One command until it is over: its goal is achieved, the robot rests, or `max_steps` are spent.

    With `refuse`, a command that there is no use in beginning is over at once, and `why` says why.
    It ends at the timestep at which the goal is achieved, where segments of play end too: the policy was not
    trained on what comes after, and would go on to undo it.

    while not execution.over:
        execution.record(world.step(execution.act(sensor.observe(execution.states[-1]))))

    Attributes: `states`, true states from before the first action on; `understood`, by the policy; `goal`
    of that, None if it cannot be judged; `done`, whether the goal was achieved; `over`.
    """

    def __init__(
        self,
        agent: AgentLike,
        sentence: str,
        names: tuple[str, ...],
        before: State,
        seen: Observation,
        max_steps: int,
        refuse: bool = True,
        *,
        kind: WorldKind,
    ) -> None:
        """`names` are those of the movable objects; `seen` is what the sensors saw of the state `before`."""
        self.sentence = sentence
        self._kind = kind
        self.states = [before]
        understood = agent.reset([sentence], [kind.spec.names(names)])
        self.understood = understood[0] if understood else None
        self.goal = goal_of(self.understood, names, kind) if self.understood else None
        self.why = why_not(self.understood, names, seen, kind) if refuse and self.understood else ""
        self.done = False
        self.over = bool(self.why)
        self._clear_before = self._clearly_achieved(before)
        self._agent, self._names, self._steps_left = agent, names, max_steps

    def act(self, seen: Observation) -> Array:
        """The next action (7,), given what the sensors see of the latest state."""
        return self._agent.act(Observation(*(field[None] for field in seen)))[0]

    def record(self, state: State) -> None:
        """Append the state that the action led to, and decide whether the command is over."""
        self.states.append(state)
        self._steps_left -= 1
        if self.goal:
            # A drawer that was ajar and is now wide open: too small a change for the family's judge.
            completed = not self._clear_before and self._clearly_achieved(state)
            self.done = completed or bool(self._kind.achieved(self.goal, self.states[0], state))
        self.over = self.done or self._steps_left <= 0 or resting(self.states, self._kind.spec.steps(REST))

    def happened(self) -> list[str]:
        """What happened so far, in the relabeller's words."""
        words = happened(stack(self.states), self._names, self._kind)
        done = [tell(self.goal, self._names, self._kind.tasks)] if self.goal and self.done else []
        return [*words, *(sentence for sentence in done if sentence not in words)]

    def _clearly_achieved(self, state: State) -> bool:
        """Whether there would be nothing left to do for the goal in this state."""
        found = self._kind.hindrance(self.goal, state) if self.goal else None
        return found is not None and found.kind == DONE


def resting(states: list[State], steps: int) -> bool:
    """Whether hand and gripper kept still during so many control steps, the last ones."""
    if len(states) <= steps:
        return False
    hand = np.stack([state.ee_pos for state in states[-steps - 1 :]])  # (steps + 1, 3)
    grip = [float(state.gripper) for state in states[-steps - 1 :]]
    return bool(np.ptp(hand, axis=0).max() < REST_DRIFT and max(grip) - min(grip) < REST_DRIFT)


def why_not(understood: Intent, names: tuple[str, ...], seen: Observation, kind: WorldKind) -> str:
    """Why there is no use in beginning, in a sentence; "" if there may be.

    The policy does not know how to do it, or by what the sensors see it is done already or impossible.
    `names` are those of the movable objects.
    """
    if understood.refused:
        return refusal(understood)
    goal = goal_of(understood, names, kind)
    now = state_of(seen, kind.spec.names(names), len(kind.spec.fixtures))
    found = kind.hindrance(goal, now) if goal else None
    return found.told(names) if found else ""


def refusal(understood: Intent) -> str:
    """What a person reads whose sentence the policy does not know how to carry out."""
    family, target, other, *_ = understood
    things = " and ".join(f"the {thing}" for thing in (target, other) if thing)
    nearest = family.replace("_", " ") + (f" ({things})" if things and family != "hold still" else "")
    return (
        "I do not know how to do that here, so I do nothing. "
        f"What I would have made of it: {nearest or 'something without a name'}."
    )


def goal_of(understood: Intent, names: tuple[str, ...], kind: WorldKind) -> Goal | None:
    """What was understood as a goal that can be judged; None if it names no family, or other things."""
    if understood.family not in {task.name for task in kind.tasks}:
        return None
    things = [thing for thing in (understood.target, understood.other) if thing in names]
    task = kind.task(understood.family)
    if len(things) != task.arguments:
        return None
    return goal_about(task, [names.index(thing) for thing in things])
