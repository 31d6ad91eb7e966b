"""The policy of a live desk: awake before anybody asks, and forgetful of what strangers typed."""

from collections.abc import Sequence

from robopolicy.policies.agent import Agent
from robopolicy.policies.base.intent import Intent
from robopolicy.policies.checkpoint import doubts_of, hash_of, load_checkpoint
from robopolicy.policies.text.encoder import TextEncoder
from sim.state import FIXTURES

WORDED = 256  # texts whose tokens are remembered


class LiveAgent(Agent):
    """An agent that keeps the texts it heard out of the cache on disk, and only the latest in memory."""

    def reset(self, commands: Sequence[str], names: Sequence[tuple[str, ...]]) -> list[Intent]:
        answer = super().reset(commands, names)
        self.encoder.forget(WORDED)
        return answer


def ready_actor(checkpoint: str) -> LiveAgent:
    """The policy of a checkpoint, its text encoder loaded. Raises `NoCheckpoint` and `CheckpointError`."""
    hash_of(checkpoint)  # refuses a folder that is none
    policy = load_checkpoint(checkpoint)
    encoder = TextEncoder(policy.config.encoder, cache_folder="")
    agent = LiveAgent(policy, encoder, doubts=doubts_of(checkpoint))
    agent.reset(["wait"], [("warming up", *FIXTURES)])
    return agent
