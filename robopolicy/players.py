"""Who acts in an evaluation: a trained policy, or the scripted expert as the ceiling."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from robopolicy.agent import Agent
from robopolicy.checkpoint import load_checkpoint
from robopolicy.plan import Plan
from robopolicy.reference import EXPERT, ExpertPlayer
from robopolicy.rollouts import Maker, Player
from robopolicy.trials import Command
from sim.observation import Observation, entity_names, observe
from sim.scene import Scene
from sim.state import Array, State


class PolicyPlayer:
    """A trained policy: it is told the sentence and the things' names, and sees observations.

    It is not spared the control with empty sentences by holding still: it has to act without words.
    """

    def __init__(self, checkpoint: str) -> None:
        self._agent = Agent(load_checkpoint(checkpoint), hold_when_silent=False)

    def reset(self, commands: Sequence[Command], scenes: Sequence[Scene]) -> None:
        self._agent.reset([c.sentence for c in commands], [entity_names(s.names) for s in scenes])

    def act(self, states: Sequence[State]) -> Array:
        seen = [observe(state) for state in states]
        batch = Observation(*(np.stack(field) for field in zip(*seen, strict=True)))
        return self._agent.act(batch)


@dataclass(frozen=True)
class _PolicyMaker:
    checkpoint: str

    def __call__(self) -> Player:
        return PolicyPlayer(self.checkpoint)


def maker_for(checkpoint: str) -> Maker:
    """How worker processes make the player."""
    return ExpertPlayer if checkpoint == EXPERT else _PolicyMaker(checkpoint)


def prepare(checkpoint: str, plan: Plan) -> None:
    """Load the policy once, so that a bad checkpoint is refused here and every sentence is in the cache."""
    if checkpoint == EXPERT:
        return
    agent = Agent(load_checkpoint(checkpoint))
    for row in plan.rows:
        pairs = zip(row.trials, row.scenes, strict=True)
        asked = [(command.sentence, scene) for trial, scene in pairs for command in trial.commands]
        agent.reset([said for said, _ in asked], [entity_names(scene.names) for _, scene in asked])
