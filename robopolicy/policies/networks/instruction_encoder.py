"""Attention over the tokens of a sentence and the names of things: what instruction encoders are made of.

Each slot (what to do, to what, in relation to what) has its own attention over the sentence's tokens. The
first answers what to do; the others point at things by comparing themselves with the things' names.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from robopolicy.policies.base.config import PolicyConfig

HIDDEN = 64  # units of the attention
ROWS = 16  # things that a network without names can tell apart


class Scores(NamedTuple):
    """What an instruction encoder says of B sentences among E things, before a kind makes something of it."""

    answer: Tensor  # (B, answers) what to do
    object: Tensor  # (B, E) scores of the thing acted on
    other: Tensor  # (B, E + 1) scores of the thing it is related to; the last is "nothing"


class NameMatcher(nn.Module):
    """Compares what a slot attends to with the names of things, in one projection.

    So a thing never heard of is found by likeness. With `named` off, things are known by their row.
    """

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.name = nn.Linear(config.token_width, config.slot_width, bias=False)
        self.rows = None if config.named else nn.Parameter(torch.randn(ROWS, config.slot_width))
        self.sharpness = nn.Parameter(torch.zeros(2))  # log

    def forward(self, things: Tensor, names: Tensor, kinds: Tensor) -> Tensor:
        """Slots of the two things (B, 2, D), names (B, E, D), kinds (B, E) -> scores (B, 2, E)."""
        named = (
            self.name(names) if self.rows is None else self.rows[: names.shape[1]].expand(len(names), -1, -1)
        )
        match = self.name(things) @ named.transpose(1, 2) / named.shape[-1] ** 0.5
        return (match * self.sharpness.exp()[:, None]).masked_fill(kinds[:, None] < 0, -1e4)


class SlotAttention(nn.Module):
    """Where the slots look in a sentence.

    What to do is read first, and steers where the things are looked for: which of two things goes on
    which is said by the verb ("top the bar with the cube"). It steers the attention only, not the slots.
    """

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        width, self.pooled = config.token_width, config.pooled
        self.mean: Tensor
        self.scale: Tensor
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))
        self.look = nn.Linear(width, HIDDEN)
        self.steer = nn.Linear(width, HIDDEN, bias=False)
        nn.init.zeros_(self.steer.weight)
        self.score_code, self.score_things = nn.Linear(HIDDEN, 1), nn.Linear(HIDDEN, 2)

    def normalise(self, tokens: Tensor) -> Tensor:
        """Tokens (B, L, D) with the mean and the scale that training found."""
        return (tokens - self.mean) / self.scale

    def forward(self, tokens: Tensor, mask: Tensor, noise: Tensor | None) -> tuple[Tensor, Tensor]:
        """Tokens (B, L, D) with mask (B, L) -> what to do (B, D), and the things (B, 2, D)."""
        tokens = self.normalise(tokens)
        if noise is not None:
            tokens = tokens + noise
        if self.pooled:
            total = mask.sum(1, keepdim=True).clamp(min=1)
            tokens = ((tokens * mask[..., None]).sum(1) / total)[:, None]
            mask = (mask.sum(1, keepdim=True) > 0).to(mask)
        looked = self.look(tokens)
        act = _attend(self.score_code(F.silu(looked)), mask, tokens)[:, 0]
        looked = looked + self.steer(act)[:, None]
        return act, _attend(self.score_things(F.silu(looked)), mask, tokens)


class InstructionEncoder(nn.Module):
    """What kinds share: `answers` numbers about what to do, and two scores of every thing."""

    def __init__(self, config: PolicyConfig, answers: int) -> None:
        super().__init__()
        width, slot = config.token_width, config.slot_width
        self.hearing, self.matcher = SlotAttention(config), NameMatcher(config)
        self.code = nn.Sequential(nn.Linear(width, slot), nn.SiLU(), nn.Linear(slot, answers))
        self.nothing = nn.Linear(width, 1)

    def forward(
        self, tokens: Tensor, mask: Tensor, names: Tensor, kinds: Tensor, noise: Tensor | None = None
    ) -> Scores:
        """Tokens (B, L, D) with mask (B, L), names (B, E, D) with kinds (B, E), noise like the tokens."""
        act, things = self.hearing(tokens, mask, noise)
        match = self.matcher(things, self.hearing.normalise(names), kinds)
        return Scores(self.code(act), match[:, 0], torch.cat([match[:, 1], self.nothing(act)], 1))


def _attend(scores: Tensor, mask: Tensor, tokens: Tensor) -> Tensor:
    """Scores (B, L, S) over tokens (B, L, D) -> the slots (B, S, D); zero where nothing was said."""
    attention = scores.masked_fill(mask[..., None] == 0, -1e4).softmax(1) * mask[..., None]
    return attention.transpose(1, 2) @ tokens
