"""The action heads: what to do and what is seen -> a chunk of actions.

A residual MLP, modulated by what to do (FiLM, Perez et al. 2018, arXiv:1709.07871), sees the things
pointed at relative to the hand, and predicts a chunk of actions (Zhao et al. 2023, arXiv:2304.13705).
`RegressionHead` predicts it at once; `FlowHead` lets noise flow to it (Lipman et al. 2023).
"""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from robopolicy.policies.base.config import ACTION_DIM, PolicyConfig
from robopolicy.policies.networks.features import (
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
from robopolicy.policies.networks.reading import Choice
from sim.world_spec import WorldSpec

HUBER = 0.05  # of a full action: smaller errors count quadratically
FLOW_STEPS = 5  # Euler steps from noise to actions
EACH = 48  # units that see one thing of the rest


class TaskEmbedding(NamedTuple):
    """What an action head is conditioned on. B conditions, E things."""

    code: Tensor  # (B, code_width) what to do
    object: Tensor  # (B, E) weights of the thing acted on
    other: Tensor  # (B, E) weights of the thing it is related to; they add up to 0 if there is none


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
        """(B, width) modulated by (B, code) -> (B, width)."""
        scale, shift = self.film(code).chunk(2, -1)
        return h + self.outer(F.silu(self.inner(self.norm(h) * (1 + scale) + shift)))


class ActionHead(nn.Module, ABC):
    """A task embedding and an observation -> a chunk of K actions. Features are normalised inside."""

    row_independent: ClassVar[bool] = True
    """Whether the actions of a row of a batch are the same in any place of the batch."""

    def __init__(self, config: PolicyConfig, world: WorldSpec, extra: int = 0) -> None:
        """`extra` numbers are put in beside what is seen."""
        super().__init__()
        self.chunk, self.world = config.chunk, world
        self.mean: Tensor
        self.scale: Tensor
        flat = HAND_DIM + 2 * THING_DIM + PAIR_DIM + 1
        self.register_buffer("mean", torch.zeros(flat))
        self.register_buffer("scale", torch.ones(flat))
        self.codes = nn.Embedding(config.codes, config.code_width)
        self.each = nn.Sequential(nn.Linear(OTHERS_DIM + 2, EACH), nn.SiLU(), nn.Linear(EACH, EACH))
        self.enter = nn.Linear(flat + EACH + extra, config.width)
        self.blocks = nn.ModuleList([Block(config.width, config.code_width) for _ in range(config.blocks)])
        self.leave = nn.Linear(config.width, config.chunk * ACTION_DIM)

    def embed(self, choice: Choice, n_things: int) -> TaskEmbedding:
        """A choice among n things as a task embedding: a decision, not a mixture."""
        other = F.one_hot(choice.other.clamp(min=0), n_things) * (choice.other >= 0)[:, None]
        thing = F.one_hot(choice.object, n_things)
        return TaskEmbedding(self.codes(choice.code), thing.float(), other.float())

    def features(self, task: TaskEmbedding, proprio: Tensor, entities: Tensor) -> Tensor:
        """Of the hand and the things pointed at, before normalisation: (B, flat)."""
        hand, known = read_hand(proprio), task.other.sum(1, keepdim=True)
        thing, other = _pointed_at(task.object, entities), _pointed_at(task.other, entities)
        return torch.cat(
            [
                hand_features(hand, self.world),
                thing_features(thing, hand, self.world),
                thing_features(other, hand, self.world) * known,
                pair_features(thing, other) * known,
                known,
            ],
            -1,
        )

    def encoded(self, task: TaskEmbedding, proprio: Tensor, entities: Tensor, mask: Tensor) -> Tensor:
        """All that is seen, normalised: (B, flat + EACH)."""
        flat = (self.features(task, proprio, entities) - self.mean) / self.scale
        seen = others_features(entities, read_hand(proprio), _pointed_at(task.object, entities), self.world)
        roles = torch.stack([task.object, task.other], -1)
        each = self.each(torch.cat([seen, roles], -1)).masked_fill(mask[..., None] == 0, -1e4)
        return torch.cat([flat, each.amax(1)], -1)

    def forward(self, task: TaskEmbedding, proprio: Tensor, entities: Tensor, mask: Tensor) -> Tensor:
        """Proprio (B, 8), entities (B, E, 12) with mask (B, E) -> actions (B, K, 7)."""
        return self.predict(self.encoded(task, proprio, entities, mask), task.code)

    def errors(
        self, task: TaskEmbedding, proprio: Tensor, entities: Tensor, mask: Tensor, actions: Tensor
    ) -> Tensor:
        """The error of each number of the actions (B, K, 7): (B, K, 7)."""
        return self.error(self.encoded(task, proprio, entities, mask), task.code, actions)

    @abstractmethod
    def predict(self, seen: Tensor, code: Tensor) -> Tensor:
        """What is seen, encoded, and what to do -> actions (B, K, 7)."""

    @abstractmethod
    def error(self, seen: Tensor, code: Tensor, actions: Tensor) -> Tensor:
        """The training error of each number of the actions (B, K, 7): (B, K, 7)."""

    def through(self, x: Tensor, code: Tensor) -> Tensor:
        """The residual MLP: (B, flat + EACH + extra) -> (B, K * 7)."""
        h = self.enter(x)
        for block in self.blocks:
            h = block(h, code)
        return self.leave(F.silu(h))


class RegressionHead(ActionHead):
    """Predicts the actions at once, under a Huber loss."""

    def predict(self, seen: Tensor, code: Tensor) -> Tensor:
        return self.through(seen, code).view(-1, self.chunk, ACTION_DIM)

    def error(self, seen: Tensor, code: Tensor, actions: Tensor) -> Tensor:
        predicted = self.through(seen, code).view_as(actions)
        return F.huber_loss(predicted, actions, reduction="none", delta=HUBER) / HUBER


class FlowHead(ActionHead):
    """Flow matching (Lipman et al. 2023, arXiv:2210.02747): the path from noise to actions is straight."""

    row_independent = False  # each row of a batch begins with noise of its own

    def __init__(self, config: PolicyConfig, world: WorldSpec) -> None:
        super().__init__(config, world, extra=config.chunk * ACTION_DIM + 3)

    def predict(self, seen: Tensor, code: Tensor) -> Tensor:
        same = torch.Generator().manual_seed(0)  # so that a rollout can be repeated
        at = torch.randn(len(seen), self.chunk * ACTION_DIM, generator=same).to(seen)
        for step in range(FLOW_STEPS):
            time = torch.full((len(seen), 1), step / FLOW_STEPS, device=seen.device)
            at = at + self._velocity(seen, code, at, time) / FLOW_STEPS
        return at.view(-1, self.chunk, ACTION_DIM)

    def error(self, seen: Tensor, code: Tensor, actions: Tensor) -> Tensor:
        end = actions.flatten(1)
        start, time = torch.randn_like(end), torch.rand(len(end), 1, device=end.device)
        velocity = self._velocity(seen, code, start + time * (end - start), time)
        return (velocity - (end - start)).square().view_as(actions)

    def _velocity(self, seen: Tensor, code: Tensor, at: Tensor, time: Tensor) -> Tensor:
        clock = torch.cat([time, torch.sin(torch.pi * time), torch.cos(torch.pi * time)], 1)
        return self.through(torch.cat([seen, at, clock], 1), code)


HEADS: tuple[tuple[str, type[ActionHead]], ...] = (("regression", RegressionHead), ("flow", FlowHead))
"""The heads, by the name that `policy.head` has."""


def _pointed_at(weights: Tensor, entities: Tensor) -> Tensor:
    """(B, E) of (B, E, 12) -> (B, 12).

    Where nothing is pointed at it is the first thing, whose features the caller multiplies by zero.
    """
    nothing = weights.sum(1, keepdim=True) == 0
    first = F.one_hot(torch.zeros(len(weights), dtype=torch.long, device=weights.device), weights.shape[1])
    weights = torch.where(nothing, first.to(weights), weights)
    return (weights[:, None] @ entities)[:, 0]
