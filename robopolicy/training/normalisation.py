"""What is fitted to play before the first step: means and scales of inputs, and how an arm responds."""

import torch

from data.samples.sampler import Samples
from robopolicy.adaptation.dynamics_filter import fit_arm_response
from robopolicy.policies.networks.kind import achieved_in, seen_in
from robopolicy.policies.networks.network import PolicyNetwork
from robopolicy.training.losses import Texts

BATCHES = 8  # that the statistics of observations are taken from
MOST_TOKENS = 200_000  # that the statistics of tokens are taken from
LEAST_FEATURE, LEAST_TOKEN = 0.05, 1e-3  # smallest scales


def fit_normalisation(policy: PolicyNetwork, samples: Samples, texts: Texts, seed: int) -> None:
    """Set the policy's means and scales from a few batches, and the arm's response from all of play."""
    if policy.config.history:
        policy.response.copy_(
            torch.tensor(fit_arm_response(*samples.frames.motions(), samples.kind.spec.action))
        )
    rows, hearing, control = [], policy.language.hearing, policy.control
    with torch.no_grad():
        for step in range(BATCHES):
            play = samples.batch(seed, step)
            proprio, entities, _ = seen_in(play)
            task = control.embed(achieved_in(play), entities.shape[1])
            rows.append(control.features(task, proprio, entities))
    features = torch.cat(rows)
    control.mean.copy_(features.mean(0))
    control.scale.copy_(features.std(0).clamp(min=LEAST_FEATURE))
    every = max(1, len(texts.sentences.features) // MOST_TOKENS)  # sentences are sorted: take from all
    tokens = torch.from_numpy(texts.sentences.features[::every]).float()
    hearing.mean.copy_(tokens.mean(0))
    hearing.scale.copy_(tokens.std(0).clamp(min=LEAST_TOKEN))
