"""The entry of the kind `slots`, and what it minimises."""

import torch

from robopolicy.policies.base.condition import GoalState
from robopolicy.policies.networks.kind import Batch, Losses, PolicyKind, achieved_in, cloning_loss
from robopolicy.policies.networks.network import PolicyNetwork
from robopolicy.policies.networks.reading import Choice
from robopolicy.policies.slots.network import SlotsNetwork


def losses(network: PolicyNetwork, batch: Batch) -> Losses:
    """Sentences are to be read as hindsight names what was done; actions are cloned given that name.

    The two halves share nothing, so play that nobody described trains the action head too.
    """
    assert isinstance(network, SlotsNetwork)
    said = batch.sentences
    assert said is not None
    reading = network.read(*batch.encode(said.sentence, said.names))
    columns = (said.family, said.target, said.other)
    asked = Choice(*(torch.from_numpy(column).to(batch.device) for column in columns))
    task = network.control.embed(achieved_in(batch.play, batch.device), batch.play.names.shape[1])
    language = reading.negative_log_likelihood(asked).mean()
    return Losses(cloning_loss(network, task, batch), language)


SLOTS = PolicyKind(
    name="slots",
    network=SlotsNetwork,
    losses=losses,
    reads=(str, GoalState),
    sentences_apart=True,
    has_reading=True,
)
