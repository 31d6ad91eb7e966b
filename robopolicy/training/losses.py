"""What a training step minimises: errors of cloned actions, and surprise at what sentences ask for.

What is random in it is a function of (seed, step).
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from data.samples.batches import Samples, SegmentBatch, SentenceBatch
from robopolicy.adaptation.dynamics_filter import fit_response
from robopolicy.policies.slots.instruction_encoder import Told
from robopolicy.policies.slots.intent import Reading, kind_of
from robopolicy.policies.slots.policy import Choice, Policy
from robopolicy.policies.text.encoder import TextEncoder
from robopolicy.policies.text.token_cache import Tokens
from robopolicy.training.config import TrainConfig

NOISE_BANK = 8192  # vectors of noise that tokens draw from: cheaper than new ones for every token
LATER = 0.9  # the weight of each action of a chunk relative to the one before it


class Losses(NamedTuple):
    """Parts of the loss; each a mean over the batch."""

    actions: Tensor
    language: Tensor  # surprise at what the sentence asks for; 0 where it is told freely

    def total(self, language_weight: float) -> Tensor:
        return self.actions + language_weight * self.language


class Texts(NamedTuple):
    """Everything that training reads, encoded."""

    sentences: Tokens
    names: Tensor  # (names, D)
    kinds: Tensor  # (names,)
    noise: Tensor  # (NOISE_BANK, D) standard normal


def encode_texts(encoder: TextEncoder, samples: Samples, seed: int) -> Texts:
    names = encoder.names(samples.names)
    kinds = torch.tensor([kind_of(name) for name in samples.names])
    noise = torch.randn(NOISE_BANK, names.shape[1], generator=torch.Generator().manual_seed(seed))
    return Texts(encoder.table(samples.sentences), names, kinds, noise)


def compute_losses(
    policy: Policy,
    play: SegmentBatch,
    said: SentenceBatch,
    texts: Texts,
    config: TrainConfig,
    step: int,
    device: torch.device,
) -> Losses:
    """The losses of one step; what is random in it is a function of (seed, step)."""
    torch.manual_seed(config.seed * 1_000_003 + step)  # for what a flow draws
    instants = play.actions.shape[1]
    weight = torch.from_numpy(play.valid).to(device).flatten(0, 1)
    weight = weight * LATER ** torch.arange(weight.shape[1], device=device)
    language = torch.zeros((), device=device)
    if config.policy.conditioning == "free":
        described = play.sentence >= 0
        told = _hear(policy, np.maximum(play.sentence, 0), play.names, texts, config, step, device)
        assert isinstance(told, Told)
        told = Told(*(part.repeat_interleave(instants, 0) for part in told))
        weight = weight * torch.from_numpy(described).to(weight).repeat_interleave(instants)[:, None]
    else:
        reading = _hear(policy, said.sentence, said.names, texts, config, step, device)
        assert isinstance(reading, Reading)
        asked = Choice(*(torch.from_numpy(x).to(device) for x in (said.family, said.target, said.other)))
        language = reading.surprise(asked).mean()
        told = policy.control.told(_done(play, device), play.names.shape[1])
    proprio, entities, mask = (
        torch.from_numpy(x.reshape(-1, *x.shape[2:])).to(device) for x in play.observation
    )
    actions = torch.from_numpy(play.actions).to(device).flatten(0, 1)
    errors = policy.control.errors(told, proprio, entities, mask, actions)
    return Losses((errors.mean(-1) * weight).sum() / weight.sum().clamp(min=1), language)


def _done(play: SegmentBatch, device: torch.device | None = None) -> Choice:
    """What was done in each stretch, once for each of its instants."""
    parts = (torch.from_numpy(x).to(device) for x in (play.family, play.target, play.other))
    return Choice(*(part.repeat_interleave(play.actions.shape[1]) for part in parts))


def _hear(
    policy: Policy,
    sentences: NDArray[np.int64],
    names: NDArray[np.int64],
    texts: Texts,
    config: TrainConfig,
    step: int,
    device: torch.device,
) -> Reading | Told:
    """Sentences through noise."""
    tokens, mask = texts.sentences.batch(sentences)
    noise, mask = _disturb(tokens, mask, texts, config, step)
    noise = None if noise is None else noise.to(device)
    named, kinds = texts.names[names].to(device), texts.kinds[names].to(device)
    return policy.language(tokens.to(device), mask.to(device), named, kinds, noise)


def fit_normalisation(policy: Policy, samples: Samples, texts: Texts, seed: int) -> None:
    """Set the policy's means and scales from a few batches, and how the arm obeys from all of play."""
    if policy.config.history:
        policy.response.copy_(torch.tensor(fit_response(*samples.motions())))
    rows, hearing, control = [], policy.language.hearing, policy.control
    with torch.no_grad():
        for step in range(8):
            play = samples.batch(seed, step)
            proprio, entities, _ = (torch.from_numpy(x.reshape(-1, *x.shape[2:])) for x in play.observation)
            told = control.told(_done(play), entities.shape[1])
            rows.append(control.features(told, proprio, entities))
    features = torch.cat(rows)
    control.mean.copy_(features.mean(0))
    control.scale.copy_(features.std(0).clamp(min=0.05))
    every = max(1, len(texts.sentences.features) // 200_000)  # sentences are sorted: take from all of them
    tokens = torch.from_numpy(texts.sentences.features[::every]).float()
    hearing.mean.copy_(tokens.mean(0))
    hearing.scale.copy_(tokens.std(0).clamp(min=1e-3))


def _disturb(
    tokens: Tensor, mask: Tensor, texts: Texts, config: TrainConfig, step: int
) -> tuple[Tensor | None, Tensor]:
    """Noise for the tokens, and the mask without the words that go unheard; three words always stay."""
    generator = torch.Generator().manual_seed(config.seed * 1_000_003 + step)
    if config.token_drop > 0:
        heard = torch.rand(mask.shape, generator=generator) >= config.token_drop
        mask = torch.where(mask.sum(1, keepdim=True) > 3, mask * heard.to(mask), mask)
    if config.token_noise <= 0:
        return None, mask
    drawn = torch.randint(len(texts.noise), mask.shape, generator=generator)
    return config.token_noise * texts.noise[drawn].to(tokens), mask
