"""The entry of the kind `free`, and what it minimises."""

import numpy as np
import torch

from robopolicy.policies.free.network import FreeNetwork
from robopolicy.policies.networks.action_heads import TaskEmbedding
from robopolicy.policies.networks.kind import Batch, Losses, PolicyKind, cloning_loss
from robopolicy.policies.networks.network import PolicyNetwork


def losses(network: PolicyNetwork, batch: Batch) -> Losses:
    """Actions are cloned given the sentence about their segment; segments without one do not count."""
    assert isinstance(network, FreeNetwork)
    play = batch.play
    task = network.embed(*batch.encode(np.maximum(play.sentence, 0), play.names))
    task = TaskEmbedding(*(part.repeat_interleave(batch.timesteps, 0) for part in task))
    described = torch.from_numpy(play.sentence >= 0).to(batch.device)
    return Losses(cloning_loss(network, task, batch, described), torch.zeros((), device=batch.device))


FREE = PolicyKind(
    name="free",
    network=FreeNetwork,
    losses=losses,
    reads=(str,),
    sentences_apart=False,
    has_reading=False,
)
