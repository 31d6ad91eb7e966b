"""The language half: tokens of a sentence and names of things -> what is asked for.

Each slot (what to do, to what, in relation to what) has its own attention over the sentence's tokens. The
first picks a code from a code book; the others point at things by comparing themselves with the things'
names. Nothing pooled goes around the slots, so what is learned about one thing holds for all that can be
named (FINDINGS: 100 % of never-described pairings, against 0 % without).

`FreeLanguageNet` is the other way, for sentences that fit no slot: a vector that nothing but the cloned
actions shape, beside two soft pointers.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from robopolicy.policies.slots.config import PolicyConfig
from robopolicy.policies.slots.intent import Reading

LOOK = 64  # hidden units of the attention
ROWS = 16  # more than an observation has


class Told(NamedTuple):
    """What the control network hears, a choice or not. E things."""

    code: Tensor  # (B, code_width)
    object: Tensor  # (B, E) weights of the thing acted on
    other: Tensor  # (B, E) weights of the thing it is related to; their sum is 0 if there is none


class Matcher(nn.Module):
    """Compares what a slot heard with the names of things, in one projection.

    So a thing never heard of is found by likeness. With `named` off, things are known by their row.
    """

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.name = nn.Linear(config.token_width, config.slot_width, bias=False)
        self.rows = None if config.named else nn.Parameter(torch.randn(ROWS, config.slot_width))
        self.sharpness = nn.Parameter(torch.zeros(2))  # log

    def forward(self, things: Tensor, names: Tensor, kinds: Tensor) -> Tensor:
        """Things heard of (B, 2, D), names (B, E, D), kinds (B, E) -> scores (B, 2, E)."""
        named = (
            self.name(names) if self.rows is None else self.rows[: names.shape[1]].expand(len(names), -1, -1)
        )
        match = self.name(things) @ named.transpose(1, 2) / named.shape[-1] ** 0.5
        return (match * self.sharpness.exp()[:, None]).masked_fill(kinds[:, None] < 0, -1e4)


class Hearing(nn.Module):
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
        self.look = nn.Linear(width, LOOK)
        self.steer = nn.Linear(width, LOOK, bias=False)
        nn.init.zeros_(self.steer.weight)
        self.score_code, self.score_things = nn.Linear(LOOK, 1), nn.Linear(LOOK, 2)

    def normalise(self, tokens: Tensor) -> Tensor:
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


class Listener(nn.Module):
    """What both ways of listening share: an answer to what to do, and two scores of every thing."""

    def __init__(self, config: PolicyConfig, answers: int) -> None:
        super().__init__()
        width, slot = config.token_width, config.slot_width
        self.hearing, self.matcher = Hearing(config), Matcher(config)
        self.code = nn.Sequential(nn.Linear(width, slot), nn.SiLU(), nn.Linear(slot, answers))
        self.nothing = nn.Linear(width, 1)

    def listen(
        self, tokens: Tensor, mask: Tensor, names: Tensor, kinds: Tensor, noise: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The answer (B, answers), and scores of the thing (B, E) and of the other or nothing (B, E + 1)."""
        act, things = self.hearing(tokens, mask, noise)
        match = self.matcher(things, self.hearing.normalise(names), kinds)
        return self.code(act), match[:, 0], torch.cat([match[:, 1], self.nothing(act)], 1)


class LanguageNet(Listener):
    """Tokens and names -> a reading."""

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__(config, config.codes)

    def forward(
        self, tokens: Tensor, mask: Tensor, names: Tensor, kinds: Tensor, noise: Tensor | None = None
    ) -> Reading:
        """Tokens (B, L, D) with mask (B, L); names (B, E, D) with kinds (B, E)."""
        return Reading(*self.listen(tokens, mask, names, kinds, noise), kinds)


class FreeLanguageNet(Listener):
    """Tokens and names -> a vector and two soft pointers, of no meaning but what cloning gives them."""

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__(config, config.code_width)

    def forward(
        self, tokens: Tensor, mask: Tensor, names: Tensor, kinds: Tensor, noise: Tensor | None = None
    ) -> Told:
        """As `LanguageNet`."""
        vector, thing, other = self.listen(tokens, mask, names, kinds, noise)
        return Told(vector, thing.softmax(1), other.softmax(1)[:, :-1])


def _attend(scores: Tensor, mask: Tensor, tokens: Tensor) -> Tensor:
    """Scores (B, L, S) over tokens (B, L, D) -> the slots (B, S, D); zero where nothing was said."""
    attention = scores.masked_fill(mask[..., None] == 0, -1e4).softmax(1) * mask[..., None]
    return attention.transpose(1, 2) @ tokens
