"""What a training step minimises: it is the policy's kind that says what (`robopolicy.policies.registry`).

What is random in a step (noise on tokens, words dropped, what a flow draws) is a function of (seed, step).
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from data.samples.sampler import Samples
from robopolicy.policies.base.spec import PolicySpec
from robopolicy.policies.networks.kind import Batch, Encoded, Losses
from robopolicy.policies.networks.network import PolicyNetwork
from robopolicy.policies.registry import kind_named
from robopolicy.policies.text.encoder import TextEncoder
from robopolicy.policies.text.token_cache import Tokens
from robopolicy.training.config import TrainConfig

NOISE_BANK = 8192  # vectors of noise that tokens draw from: cheaper than new ones for every token
SPARED = 3  # words of a sentence up to which none is dropped


class Texts(NamedTuple):
    """All sentences and names of a training, encoded."""

    sentences: Tokens
    names: Tensor  # (names, D)
    kinds: Tensor  # (names,)
    noise: Tensor  # (NOISE_BANK, D) standard normal


def encode_texts(encoder: TextEncoder, samples: Samples, spec: PolicySpec, seed: int) -> Texts:
    """Encode every sentence and name of the samples, and draw the bank of noise."""
    names = encoder.names(samples.names)
    kinds = torch.tensor([spec.kind_of(name) for name in samples.names])
    noise = torch.randn(NOISE_BANK, names.shape[1], generator=torch.Generator().manual_seed(seed))
    return Texts(encoder.table(samples.sentences), names, kinds, noise)


def compute_losses(
    policy: PolicyNetwork,
    samples: Samples,
    texts: Texts,
    config: TrainConfig,
    step: int,
    device: torch.device,
) -> Losses:
    """Draw the batch of a step, and what it is to minimise; a function of (config.seed, step)."""
    torch.manual_seed(config.seed * 1_000_003 + step)  # for what a flow draws
    kind = kind_named(config.policy.conditioning)

    def encode(sentences: NDArray[np.int64], names: NDArray[np.int64]) -> Encoded:
        return encoded(texts, sentences, names, config, step, device)

    play = samples.batch(config.seed, step)
    apart = samples.sentence_batch(config.seed, step) if kind.sentences_apart else None
    return kind.losses(policy, Batch(play, apart, encode, device))


def encoded(
    texts: Texts,
    sentences: NDArray[np.int64],
    names: NDArray[np.int64],
    config: TrainConfig,
    step: int,
    device: torch.device,
) -> Encoded:
    """Sentences (L,) among things with names (L, E), as indices, with noise and dropped words."""
    tokens, mask = texts.sentences.batch(sentences)
    noise, mask = _disturbed(tokens, mask, texts, config, step)
    noise = None if noise is None else noise.to(device)
    named, kinds = texts.names[names].to(device), texts.kinds[names].to(device)
    return Encoded(tokens.to(device), mask.to(device), named, kinds, noise)


def _disturbed(
    tokens: Tensor, mask: Tensor, texts: Texts, config: TrainConfig, step: int
) -> tuple[Tensor | None, Tensor]:
    """Noise for the tokens (L, words, D), and the mask (L, words) without the words that are dropped."""
    generator = torch.Generator().manual_seed(config.seed * 1_000_003 + step)
    if config.token_drop > 0:
        kept = torch.rand(mask.shape, generator=generator) >= config.token_drop
        mask = torch.where(mask.sum(1, keepdim=True) > SPARED, mask * kept.to(mask), mask)
    if config.token_noise <= 0:
        return None, mask
    drawn = torch.randint(len(texts.noise), mask.shape, generator=generator)
    return config.token_noise * texts.noise[drawn].to(tokens), mask
