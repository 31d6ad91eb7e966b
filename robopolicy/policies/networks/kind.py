"""What a kind of policy is: an entry of `robopolicy.policies.registry.KINDS`, in a folder of its own.

A kind brings its network, what it minimises, and what a training step has to draw for it.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from data.samples.batches import SegmentBatch, SentenceBatch
from robopolicy.policies.base.columns import select
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.base.spec import PolicySpec
from robopolicy.policies.networks.action_heads import ActionHead, TaskEmbedding
from robopolicy.policies.networks.network import PolicyNetwork
from robopolicy.policies.networks.reading import Choice

LATER = 0.9  # the weight of each action of a chunk relative to the one before it


class Losses(NamedTuple):
    """Parts of the loss; each a mean over the batch."""

    actions: Tensor
    language: Tensor  # negative log-likelihood of what the sentence asks for; 0 where a kind has none

    def total(self, language_weight: float) -> Tensor:
        """What training minimises."""
        return self.actions + language_weight * self.language


class Encoded(NamedTuple):
    """L sentences as a network reads them: the arguments of an `InstructionEncoder`."""

    tokens: Tensor  # (L, words, D)
    mask: Tensor  # (L, words)
    names: Tensor  # (L, E, D)
    kinds: Tensor  # (L, E)
    noise: Tensor | None  # as the tokens


class Batch(NamedTuple):
    """What a training step learns from: S segments with R timesteps each, N = S R."""

    play: SegmentBatch
    sentences: SentenceBatch | None  # drawn apart from the play, for kinds with `sentences_apart`
    encode: Callable[..., Encoded]  # (sentence (L,), names (L, E)) -> as the network reads them
    device: torch.device

    @property
    def timesteps(self) -> int:
        """R."""
        return self.play.actions.shape[1]


class PolicyKind(NamedTuple):
    """A kind of policy."""

    name: str  # as policy.conditioning=NAME says it
    network: Callable[[PolicyConfig, PolicySpec, type[ActionHead]], PolicyNetwork]
    losses: Callable[[PolicyNetwork, Batch], Losses]
    reads: tuple[type, ...]  # types of `Condition` that it can be told
    sentences_apart: bool  # whether a step draws a batch of sentences apart from that of play
    has_reading: bool  # whether a sentence is read with a probability, so that confidence can be fitted


def achieved_in(play: SegmentBatch, device: torch.device | None = None) -> Choice:
    """What hindsight says was done in each segment, once for each of its timesteps: N rows."""
    parts = (torch.from_numpy(x).to(device) for x in (play.family, play.target, play.other))
    return Choice(*(part.repeat_interleave(play.actions.shape[1]) for part in parts))


def seen_in(play: SegmentBatch, device: torch.device | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Proprio (N, 8), entities (N, E, 12) and mask (N, E) of all timesteps."""
    flat = (torch.from_numpy(x.reshape(-1, *x.shape[2:])).to(device) for x in select(play.observation))
    proprio, entities, mask = flat
    return proprio, entities, mask


def cloning_loss(
    network: PolicyNetwork, task: TaskEmbedding, batch: Batch, learned: Tensor | None = None
) -> Tensor:
    """The mean error of the actions of the play; `learned` (S,) are the segments that count, else all."""
    weight = torch.from_numpy(batch.play.valid).to(batch.device).flatten(0, 1)
    weight = weight * LATER ** torch.arange(weight.shape[1], device=batch.device)
    if learned is not None:
        weight = weight * learned.to(weight).repeat_interleave(batch.timesteps)[:, None]
    actions = torch.from_numpy(batch.play.actions).to(batch.device).flatten(0, 1)
    errors = network.control.errors(task, *seen_in(batch.play, batch.device), actions)
    return (errors.mean(-1) * weight).sum() / weight.sum().clamp(min=1)
