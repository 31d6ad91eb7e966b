"""The policy p(actions | observation, sentence or goal state): a small network of three parts.

    sentence   -> instruction_encoder
                                      -> intent -> action_head -> actions
    goal state -> goal_encoder

What is asked for is read once per command; actions are asked for again and again.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from robopolicy.adaptation.dynamics_filter import Response
from robopolicy.policies.slots.action_head import ControlNet
from robopolicy.policies.slots.config import PolicyConfig
from robopolicy.policies.slots.goal_encoder import GoalNet
from robopolicy.policies.slots.instruction_encoder import FreeLanguageNet, LanguageNet, Told
from robopolicy.policies.slots.intent import HOLD, Choice, Reading
from sim.observation import Observation

__all__ = ["Choice", "Heard", "Policy", "PolicyConfig"]

UNKNOWN = -1
"""The code of what was told freely, which has no name."""


class Heard(NamedTuple):
    """What was made of B commands."""

    told: Told  # for the control network
    choice: Choice  # in words: what, to which thing, in relation to which
    sure: Tensor  # (B,) probability of the choice
    reading: Reading | None = None  # that it was chosen from; none of what was told freely or shown


class Policy(nn.Module):
    """All parts. `hear` or `see` once per command, `act` at every step."""

    def __init__(self, config: PolicyConfig | None = None) -> None:
        super().__init__()
        self.config = config or PolicyConfig()
        self.encoder_sha256 = ""  # of the text encoder that it was trained with
        free = self.config.conditioning == "free"
        self.language = FreeLanguageNet(self.config) if free else LanguageNet(self.config)
        self.control = ControlNet(self.config)
        self.goal_state = GoalNet()
        self.response: Tensor
        if self.config.history:
            self.register_buffer("response", torch.tensor(Response()))

    def hear(
        self, tokens: Tensor, mask: Tensor, names: Tensor, kinds: Tensor, must_act: Tensor | None = None
    ) -> Heard:
        """Sentences (B, L, D), (B, L); the things' names (B, E, D) and kinds (B, E).

        Where `must_act` (B,) says so, holding still is no answer.
        """
        heard = self.language(tokens, mask, names, kinds)
        if isinstance(heard, Told):
            return Heard(heard, *_named(heard))
        if must_act is not None:
            heard.code[must_act, HOLD] = -1e4
        choice, sure = heard.choose()
        return Heard(self.control.told(choice, kinds.shape[1]), choice, sure, heard)

    def see(self, now: Observation, goal: Observation, kinds: Tensor) -> Heard:
        """How the desk is and how it should be, with leading axis B; for conditioning by slots."""
        choice, sure = self.goal_state(now, goal, kinds).choose()
        return Heard(self.control.told(choice, kinds.shape[1]), choice, sure)

    def act(self, told: Told, proprio: Tensor, entities: Tensor, mask: Tensor) -> Tensor:
        """The next actions (B, K, 7), in [-1, 1]."""
        return self.control(told, proprio, entities, mask).clamp(-1, 1)

    @property
    def n_parameters(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())


def _named(told: Told) -> tuple[Choice, Tensor]:
    """The likeliest things of what has no code."""
    sure, thing = told.object.max(1)
    most, other = told.other.max(1)
    nothing = most < 1 - told.other.sum(1)
    code = torch.full_like(thing, UNKNOWN)
    return Choice(code, thing, other.where(~nothing, -1)), sure * torch.where(
        nothing, 1 - told.other.sum(1), most
    )
