"""Who acts in an evaluation: a trained policy, or the scripted expert as the ceiling."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from robopolicy.common.console import warn
from robopolicy.common.errors import UserError
from robopolicy.evaluation.plan import SHOWN, Plan
from robopolicy.evaluation.reference import EXPERT, ExpertPlayer, demonstrated
from robopolicy.evaluation.rollouts import Maker, Player
from robopolicy.evaluation.trials import Command
from robopolicy.policies.agent import OWN, Agent
from robopolicy.policies.base.condition import GoalState
from robopolicy.policies.base.spec import untrained_families
from robopolicy.policies.checkpoint import load_checkpoint
from sim.desk.scene import Scene
from sim.desk.sensors import Sensor
from sim.desk.simulator import World
from sim.observation import Observation, entity_names
from sim.state import Array, State


class PolicyPlayer:
    """A trained policy: it is told the sentence and the things' names, and sees through its sensors.

    It is not spared the control with empty sentences by holding still: it has to act without words.
    """

    def __init__(self, checkpoint: str, memory: str = OWN) -> None:
        self._agent = Agent(load_checkpoint(checkpoint), hold_when_silent=False, memory=memory)
        self._world: World | None = None

    def begin(self) -> None:
        self._agent.forget()

    @property
    def context(self) -> Array | None:
        return self._agent.context

    def reset(self, commands: Sequence[Command], scenes: Sequence[Scene]) -> None:
        names = [entity_names(scene.names) for scene in scenes]
        if not any(command.shown for command in commands):
            self._agent.reset([command.sentence for command in commands], names)
            return
        self._world = self._world or World()
        goals = [_shown(self._world, s, c) for c, s in zip(commands, scenes, strict=True)]
        self._agent.reset(goals, names)

    def act(self, seen: Sequence[Observation], states: Sequence[State]) -> Array:
        del states
        return self._agent.act(_batch(seen))


def _shown(world: World, scene: Scene, command: Command) -> GoalState:
    """What one sensor sees of the beginning and the end of a demonstration."""
    sensor = Sensor(scene)
    before, after = demonstrated(world, scene, command.goal)
    return GoalState(sensor.observe(before), sensor.observe(after))


def _batch(seen: Sequence[Observation]) -> Observation:
    return Observation(*(np.stack(field) for field in zip(*seen, strict=True)))


@dataclass(frozen=True)
class _PolicyMaker:
    checkpoint: str
    memory: str

    def __call__(self) -> Player:
        return PolicyPlayer(self.checkpoint, self.memory)


def maker_for(checkpoint: str, memory: str = OWN) -> Maker:
    """How worker processes make the player; `memory` as in `Agent`."""
    return ExpertPlayer if checkpoint == EXPERT else _PolicyMaker(checkpoint, memory)


def prepare(checkpoint: str, plan: Plan) -> None:
    """Load the policy once, so that a bad checkpoint is refused here and every sentence is in the cache."""
    if checkpoint == EXPERT:
        return
    agent = Agent(load_checkpoint(checkpoint))
    if GoalState not in agent.reads and any(row.name == SHOWN for row in plan.rows):
        raise UserError(f"a policy of this kind can't be told a goal state; leave {SHOWN!r} out")
    asked_for = {trial.task for row in plan.rows for trial in row.trials}
    lacking = asked_for & set(untrained_families(agent.policy.spec))
    if lacking:
        warn(
            f"the policy was not trained on {', '.join(sorted(lacking))}, and takes such commands for others"
        )
    for row in plan.rows:
        pairs = zip(row.trials, row.scenes, strict=True)
        asked = [(command.sentence, scene) for trial, scene in pairs for command in trial.commands]
        agent.reset([said for said, _ in asked], [entity_names(scene.names) for _, scene in asked])
