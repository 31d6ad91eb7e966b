"""The kind `free`, for sentences that fit no slot: a vector and two soft pointers.

Nothing but the cloned actions shapes them, so they have no names: what was understood cannot be said, only
which things are meant.
"""

import torch
from torch import Tensor

from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.base.spec import PolicySpec
from robopolicy.policies.networks.action_heads import ActionHead, TaskEmbedding
from robopolicy.policies.networks.network import Interpretation, PolicyNetwork
from robopolicy.policies.networks.reading import Choice

UNNAMED = -1
"""The code of a vector, which stands for no family."""


class FreeNetwork(PolicyNetwork):
    """Tokens and names -> a task embedding."""

    def __init__(self, config: PolicyConfig, spec: PolicySpec, head: type[ActionHead]) -> None:
        super().__init__(config, spec, head, answers=config.code_width)

    def embed(
        self, tokens: Tensor, mask: Tensor, names: Tensor, kinds: Tensor, noise: Tensor | None = None
    ) -> TaskEmbedding:
        """Tokens (B, L, D) with mask (B, L), names (B, E, D) with kinds (B, E), noise like the tokens."""
        vector, thing, other = self.language(tokens, mask, names, kinds, noise)
        return TaskEmbedding(vector, thing.softmax(1), other.softmax(1)[:, :-1])

    def interpret(
        self, tokens: Tensor, mask: Tensor, names: Tensor, kinds: Tensor, must_act: Tensor | None = None
    ) -> Interpretation:
        """As `PolicyNetwork.interpret`; it always acts."""
        del must_act
        task = self.embed(tokens, mask, names, kinds)
        probability, thing = task.object.max(1)
        most, other = task.other.max(1)
        none = 1 - task.other.sum(1)  # probability that it is related to nothing
        related = most >= none
        choice = Choice(torch.full_like(thing, UNNAMED), thing, other.where(related, -1))
        return Interpretation(task, choice, probability * torch.where(related, most, none))
