"""The kind `slots`: a sentence is read into a code and two things, and that choice is carried out.

Nothing pooled goes around the slots, so what is learned about one thing holds for all that can be named;
and the action head is given a choice, not a mixture, so that a new wording cannot lead it to task
embeddings that it was never trained on.
"""

from torch import Tensor

from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.base.spec import PolicySpec
from robopolicy.policies.networks.action_heads import ActionHead
from robopolicy.policies.networks.network import Interpretation, PolicyNetwork
from robopolicy.policies.networks.reading import Reading


class SlotsNetwork(PolicyNetwork):
    """Tokens and names -> a reading -> the likeliest choice."""

    def __init__(self, config: PolicyConfig, spec: PolicySpec, head: type[ActionHead]) -> None:
        super().__init__(config, spec, head, answers=config.codes)

    def read(
        self, tokens: Tensor, mask: Tensor, names: Tensor, kinds: Tensor, noise: Tensor | None = None
    ) -> Reading:
        """Tokens (B, L, D) with mask (B, L), names (B, E, D) with kinds (B, E), noise like the tokens."""
        act, thing, other = self.language(tokens, mask, names, kinds, noise)
        return Reading(act, thing, other, kinds, self.book)

    def interpret(
        self, tokens: Tensor, mask: Tensor, names: Tensor, kinds: Tensor, must_act: Tensor | None = None
    ) -> Interpretation:
        """As `PolicyNetwork.interpret`."""
        reading = self.read(tokens, mask, names, kinds)
        if must_act is not None:
            reading.code[must_act, self.book.hold] = -1e4
        choice, probability = reading.choose()
        return Interpretation(self.control.embed(choice, kinds.shape[1]), choice, probability, reading)
