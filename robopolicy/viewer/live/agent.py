"""The policy of a live session; its text encoder is loaded too, so that the first command need not wait."""

from collections.abc import Sequence

from robopolicy.policies.agent import Agent, Names
from robopolicy.policies.base.condition import Condition
from robopolicy.policies.base.intent import Intent
from robopolicy.policies.checkpoint import doubts_of, hash_of, load_checkpoint
from robopolicy.policies.text.encoder import TextEncoder
from sim.world import WorldKind

CACHED_TEXTS = 256  # texts whose tokens are kept in memory


class LiveAgent(Agent):
    """An agent that bounds the memory its text cache takes: visitors may type any number of sentences."""

    def reset(self, conditions: Sequence[Condition], names: Names) -> list[Intent]:
        """As `Agent.reset`."""
        understood = super().reset(conditions, names)
        self.encoder.forget(CACHED_TEXTS)
        return understood


def load_live_agent(checkpoint: str, kind: WorldKind) -> LiveAgent:
    """Load a checkpoint and its text encoder. Raises `NoCheckpoint` and `CheckpointError`.

    What visitors type is not written to the cache on disk.
    """
    hash_of(checkpoint)  # raises where there is no checkpoint
    policy = load_checkpoint(checkpoint, kind)
    encoder = TextEncoder(policy.config.encoder, cache_folder="")
    agent = LiveAgent(policy, encoder, doubts=doubts_of(checkpoint), kind=kind)
    agent.reset(["wait"], [("warming up", *kind.spec.fixed)])
    return agent
