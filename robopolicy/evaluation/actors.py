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
from robopolicy.policies.checkpoint import load_checkpoint
from sim.observation import Observation
from sim.state import Array
from sim.world import WorldKind


class PolicyActor:
    """A trained policy: it gets the sentence or goal states, the names of things, and what its sensors see.

    Given an empty sentence it does not hold still, as it does elsewhere: the control is to show what it does
    without words.
    """

    def __init__(self, checkpoint: str, kind: WorldKind, memory: str = OWN) -> None:
        network = load_checkpoint(checkpoint, kind)
        self._agent = Agent(network, hold_when_silent=False, memory=memory, kind=kind)

    def begin(self) -> None:
        self._agent.forget()

    @property
    def context(self) -> Array | None:
        return self._agent.context

    def reset(self, conditions: Sequence[Condition], names: Sequence[tuple[str, ...]]) -> None:
        self._agent.reset(conditions, names)

    def act(self, seen: Sequence[Observation]) -> Array:
        return self._agent.act(_batch(seen))


def _batch(seen: Sequence[Observation]) -> Observation:
    return Observation(*(np.stack(field) for field in zip(*seen, strict=True)))


@dataclass(frozen=True)
class _MakePolicyActor:
    checkpoint: str
    kind: WorldKind
    memory: str

    def __call__(self) -> Actor:
        return PolicyActor(self.checkpoint, self.kind, self.memory)


def actor_maker(checkpoint: str, kind: WorldKind, memory: str = OWN) -> MakeActor:
    """How worker processes make the actor; `memory` as in `Agent`."""
    if checkpoint == EXPERT:
        return partial(ExpertActor, kind)
    return _MakePolicyActor(checkpoint, kind, memory)


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
    asked_for = {command.task for one in plan.levels for trial in one.trials for command in trial.commands}
    lacking = asked_for & set(untrained_families(agent.policy.spec, kind.tasks))
    if lacking:
        warn(
            f"the policy was not trained on {', '.join(sorted(lacking))}, and takes such commands for others"
        )
