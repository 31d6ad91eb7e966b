"""The network p(actions | observation, condition), of whatever kind: three parts and two questions.

    sentence   -> language
                             -> task embedding -> action head -> actions
    goal state -> goal_state

What is asked for is read once per condition; actions are asked for again and again.
"""

from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from torch import Tensor, nn

from robopolicy.adaptation.dynamics_filter import ArmResponse
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.base.spec import PolicySpec
from robopolicy.policies.networks.action_heads import ActionHead, TaskEmbedding
from robopolicy.policies.networks.goal_encoder import GoalEncoder
from robopolicy.policies.networks.instruction_encoder import InstructionEncoder
from robopolicy.policies.networks.reading import Choice, CodeBook, Reading
from sim.observation import Observation


class Interpretation(NamedTuple):
    """What a network made of B conditions."""

    embedding: TaskEmbedding  # what the action head is conditioned on
    choice: Choice  # what it comes to: a code, -1 where there are none, and rows of things
    probability: Tensor  # (B,) of the choice
    reading: Reading | None = None  # the scores that it was chosen by, of a sentence, if the kind has them


class PolicyNetwork(nn.Module, ABC):
    """`interpret` or `interpret_goal_states` once per condition, then `act` at every step."""

    def __init__(self, config: PolicyConfig, spec: PolicySpec, head: type[ActionHead], answers: int) -> None:
        """`answers` is how many numbers the instruction encoder says about what to do."""
        super().__init__()
        self.config, self.spec = config, spec
        self.book = CodeBook(spec, config.codes)
        self.encoder_sha256 = ""  # of the text encoder that it was trained with
        self.language = InstructionEncoder(config, answers)
        self.control = head(config, spec.world)
        self.goal_state = GoalEncoder(self.book, spec.world)
        self.response: Tensor
        if config.history:
            self.register_buffer("response", torch.tensor(ArmResponse()))

    @abstractmethod
    def interpret(
        self, tokens: Tensor, mask: Tensor, names: Tensor, kinds: Tensor, must_act: Tensor | None = None
    ) -> Interpretation:
        """Sentences (B, L, D) with mask (B, L); the things' names (B, E, D) and kinds (B, E).

        Where `must_act` (B,) is true, holding still is no answer.
        """

    def interpret_goal_states(self, now: Observation, goal: Observation, kinds: Tensor) -> Interpretation:
        """How things are and how they should be, with leading axis B; their kinds (B, E)."""
        choice, probability = self.goal_state(now, goal, kinds).choose()
        return Interpretation(self.control.embed(choice, kinds.shape[1]), choice, probability)

    def act(self, task: TaskEmbedding, proprio: Tensor, entities: Tensor, mask: Tensor) -> Tensor:
        """The next actions (B, K, 7), in [-1, 1]."""
        return self.control(task, proprio, entities, mask).clamp(-1, 1)

    @property
    def n_parameters(self) -> int:
        """How many numbers were learned."""
        return sum(parameter.numel() for parameter in self.parameters())
