"""The control half: what is asked for and what is seen -> a chunk of actions.

A residual MLP, modulated by what to do (FiLM, Perez et al. 2018, arXiv:1709.07871), sees the things
pointed at relative to the hand, and predicts a chunk of actions (Zhao et al. 2023, arXiv:2304.13705).
With slots it is told a choice, not a mixture, so that a new wording cannot lead it off the manifold it
was trained on.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from robopolicy.policies.slots.config import ACTION_DIM, PolicyConfig
from robopolicy.policies.slots.features import (
    HAND_DIM,
    OTHERS_DIM,
    PAIR_DIM,
    THING_DIM,
    hand_features,
    others_features,
    pair_features,
    read_hand,
    thing_features,
)
from robopolicy.policies.slots.instruction_encoder import Told
from robopolicy.policies.slots.intent import Choice

HUBER = 0.05  # of a full action: smaller errors count quadratically
FLOW_STEPS = 5  # Euler steps from noise to actions
EACH = 48  # units that see one thing of the rest


class Block(nn.Module):
    """A residual step, modulated by what to do."""

    def __init__(self, width: int, code: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.film = nn.Linear(code, 2 * width)
        self.inner = nn.Linear(width, width)
        self.outer = nn.Linear(width, width)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, h: Tensor, code: Tensor) -> Tensor:
        scale, shift = self.film(code).chunk(2, -1)
        return h + self.outer(F.silu(self.inner(self.norm(h) * (1 + scale) + shift)))


class ControlNet(nn.Module):
    """What is told and an observation -> a chunk of actions."""

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.chunk, self.flow = config.chunk, config.head == "flow"
        self.mean: Tensor
        self.scale: Tensor
        flat = HAND_DIM + 2 * THING_DIM + PAIR_DIM + 1
        self.register_buffer("mean", torch.zeros(flat))
        self.register_buffer("scale", torch.ones(flat))
        self.codes = nn.Embedding(config.codes, config.code_width)
        self.each = nn.Sequential(nn.Linear(OTHERS_DIM + 2, EACH), nn.SiLU(), nn.Linear(EACH, EACH))
        moving = self.chunk * ACTION_DIM + 3 if self.flow else 0
        self.enter = nn.Linear(flat + EACH + moving, config.width)
        self.blocks = nn.ModuleList([Block(config.width, config.code_width) for _ in range(config.blocks)])
        self.leave = nn.Linear(config.width, config.chunk * ACTION_DIM)

    def told(self, choice: Choice, n_things: int) -> Told:
        """A choice among n things, as the network hears it."""
        other = F.one_hot(choice.other.clamp(min=0), n_things) * (choice.other >= 0)[:, None]
        return Told(self.codes(choice.code), F.one_hot(choice.object, n_things).float(), other.float())

    def features(self, told: Told, proprio: Tensor, entities: Tensor) -> Tensor:
        """Before normalisation: (B, flat)."""
        hand, known = read_hand(proprio), told.other.sum(1, keepdim=True)
        thing, other = _looked_at(told.object, entities), _looked_at(told.other, entities)
        return torch.cat(
            [
                hand_features(hand),
                thing_features(thing, hand),
                thing_features(other, hand) * known,
                pair_features(thing, other) * known,
                known,
            ],
            -1,
        )

    def encoded(self, told: Told, proprio: Tensor, entities: Tensor, mask: Tensor) -> Tensor:
        """All that is seen, normalised."""
        flat = (self.features(told, proprio, entities) - self.mean) / self.scale
        seen = others_features(entities, read_hand(proprio), _looked_at(told.object, entities))
        roles = torch.stack([told.object, told.other], -1)
        each = self.each(torch.cat([seen, roles], -1)).masked_fill(mask[..., None] == 0, -1e4)
        return torch.cat([flat, each.amax(1)], -1)

    def forward(self, told: Told, proprio: Tensor, entities: Tensor, mask: Tensor) -> Tensor:
        """Proprio (B, 8), entities (B, E, 12) with mask (B, E) -> actions (B, K, 7)."""
        seen = self.encoded(told, proprio, entities, mask)
        if not self.flow:
            return self._through(seen, told.code).view(-1, self.chunk, ACTION_DIM)
        same = torch.Generator().manual_seed(0)  # so that a rollout can be repeated
        at = torch.randn(len(seen), self.chunk * ACTION_DIM, generator=same).to(seen)
        for step in range(FLOW_STEPS):
            time = torch.full((len(seen), 1), step / FLOW_STEPS, device=seen.device)
            at = at + self._velocity(seen, told.code, at, time) / FLOW_STEPS
        return at.view(-1, self.chunk, ACTION_DIM)

    def errors(self, told: Told, proprio: Tensor, entities: Tensor, mask: Tensor, actions: Tensor) -> Tensor:
        """How far from the actions (B, K, 7) it is, each on its own: (B, K, 7)."""
        seen = self.encoded(told, proprio, entities, mask)
        if not self.flow:
            predicted = self._through(seen, told.code).view_as(actions)
            return F.huber_loss(predicted, actions, reduction="none", delta=HUBER) / HUBER
        # Flow matching (Lipman et al. 2023, arXiv:2210.02747): the way from noise to data is straight.
        end = actions.flatten(1)
        start, time = torch.randn_like(end), torch.rand(len(end), 1, device=end.device)
        velocity = self._velocity(seen, told.code, start + time * (end - start), time)
        return (velocity - (end - start)).square().view_as(actions)

    def _velocity(self, seen: Tensor, code: Tensor, at: Tensor, time: Tensor) -> Tensor:
        clock = torch.cat([time, torch.sin(torch.pi * time), torch.cos(torch.pi * time)], 1)
        return self._through(torch.cat([seen, at, clock], 1), code)

    def _through(self, x: Tensor, code: Tensor) -> Tensor:
        h = self.enter(x)
        for block in self.blocks:
            h = block(h, code)
        return self.leave(F.silu(h))


def _looked_at(weights: Tensor, entities: Tensor) -> Tensor:
    """(B, E) of (B, E, 12) -> (B, 12); nothing looks like the first thing, whose features are struck out."""
    nothing = weights.sum(1, keepdim=True) == 0
    first = F.one_hot(torch.zeros(len(weights), dtype=torch.long, device=weights.device), weights.shape[1])
    weights = torch.where(nothing, first.to(weights), weights)
    return (weights[:, None] @ entities)[:, 0]
