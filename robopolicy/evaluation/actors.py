"""Who acts in an evaluation: a trained policy, or the scripted expert as the ceiling."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from robopolicy.common.console import warn
from robopolicy.common.errors import UserError
from robopolicy.evaluation.actor_types import Actor, MakeActor
from robopolicy.evaluation.plan import Plan
from robopolicy.evaluation.reference import EXPERT, ExpertActor
from robopolicy.policies.agent import OWN, Agent
from robopolicy.policies.base.condition import Condition, GoalState
from robopolicy.policies.base.spec import untrained_families
from robopolicy.policies.checkpoint import doubts_of, load_checkpoint
from robopolicy.policies.confidence import Confidence
from sim.observation import Observation
from sim.state import Array
from sim.task import Truth
from sim.world import WorldKind


class PolicyActor:
    """A trained policy: it gets the sentence or goal states, the names of things, and what its sensors see.

    It refuses sentences by `doubts`; without, none. Given an empty sentence it does not hold still, as it
    does elsewhere: the control is to show what it does without words. It never says that it is done.
    """

    def __init__(
        self, checkpoint: str, kind: WorldKind, memory: str = OWN, doubts: Confidence | None = None
    ) -> None:
        network = load_checkpoint(checkpoint, kind)
        self._agent = Agent(network, hold_when_silent=False, memory=memory, doubts=doubts, kind=kind)
        self._refused = np.zeros(0, bool)

    def begin(self) -> None:
        self._agent.forget()

    @property
    def context(self) -> Array | None:
        return self._agent.context

    @property
    def done(self) -> Truth:
        return np.zeros(len(self._refused), bool)

    @property
    def refused(self) -> Truth:
        return self._refused

    def reset(self, conditions: Sequence[Condition], names: Sequence[tuple[str, ...]]) -> None:
        intents = self._agent.reset(conditions, names)
        self._refused = np.array([intent.refused for intent in intents])

    def act(self, seen: Sequence[Observation]) -> Array:
        return self._agent.act(_batch(seen))


def _batch(seen: Sequence[Observation]) -> Observation:
    return Observation(*(np.stack(field) for field in zip(*seen, strict=True)))


@dataclass(frozen=True)
class _MakePolicyActor:
    checkpoint: str
    kind: WorldKind
    memory: str
    doubts: Confidence | None

    def __call__(self) -> Actor:
        return PolicyActor(self.checkpoint, self.kind, self.memory, self.doubts)


def actor_maker(checkpoint: str, kind: WorldKind, memory: str = OWN, refuse: bool = True) -> MakeActor:
    """How worker processes make the actor; `memory` as in `Agent`.

    With `refuse` a policy refuses sentences by its checkpoint's measure of confidence; that it has none is
    said. Raises `CheckpointError` for a measure that is damaged.
    """
    if checkpoint == EXPERT:
        return partial(ExpertActor, kind)
    return _MakePolicyActor(checkpoint, kind, memory, doubts_of(checkpoint) if refuse else None)


def prepare(checkpoint: str, plan: Plan, kind: WorldKind) -> None:
    """Load the policy once, so that a bad checkpoint is refused here and every sentence is in the cache."""
    if checkpoint == EXPERT:
        return
    agent = Agent(load_checkpoint(checkpoint, kind), kind=kind)
    for one in plan.levels:
        pairs = zip(one.trials, one.scenes, strict=True)
        given = [(command, scene) for trial, scene in pairs for command in trial.commands]
        if GoalState not in agent.reads and any(command.demonstrated for command, _ in given):
            raise UserError(f"a policy of this kind can't be told a goal state; leave {one.key!r} out")
        names = [kind.spec.names(scene.names) for _, scene in given]
        agent.reset([command.sentence for command, _ in given], names)
    commands = (command for one in plan.levels for trial in one.trials for command in trial.commands)
    asked_for = {goal.task for command in commands for goal in command.goals}
    lacking = asked_for & set(untrained_families(agent.policy.spec, (*kind.tasks, *kind.more_tasks)))
    if lacking:
        warn(
            f"the policy was not trained on {', '.join(sorted(lacking))}, and takes such commands for others"
        )
