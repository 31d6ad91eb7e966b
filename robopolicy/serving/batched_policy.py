"""A policy that answers requests in batches, each exactly as if it had come alone.

The batch that the network sees always has `GROUP_SIZE` rows, as in an evaluation, so a chunk is the same,
bit for bit, whether its request came alone or with others. What the policy makes of a prompt is cached, so
only a prompt's first request needs the text encoder.

Where there is no use in beginning (the policy does not know how, the drawer is open already) the answer is
to hold still, and says why.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from robopolicy.evaluation.rollouts import GROUP_SIZE
from robopolicy.policies.agent import Agent, Instructions, joined
from robopolicy.policies.base.intent import Intent
from robopolicy.policies.base.spec import check_spec
from robopolicy.policies.checkpoint import doubts_of, hash_of, load_checkpoint
from robopolicy.policies.text.encoder import TextEncoder
from robopolicy.runtime.execution import why_not
from robopolicy.serving.protocol import Request
from sim.observation import Observation
from sim.world import WorldKind
from sim.world_spec import WorldSpec

CACHED_PROMPTS = 256  # prompts, each with the names around it, that are kept in memory
CACHED_TEXTS = 64  # texts whose tokens are kept in memory; the longest take 200 KB


class Answer(NamedTuple):
    """The reply to one request."""

    actions: NDArray[np.float32]  # (K, 7) a chunk, in [-1, 1]
    understood: Intent
    holds_still: bool
    why: str = ""  # why there is no use in beginning, in a sentence

    def to_dict(self) -> dict[str, Any]:
        """The reply as sent. Only the actions are an array: openpi's broker cuts up every array it gets."""
        understood = {**self.understood._asdict(), "holds_still": self.holds_still, "why": self.why}
        return {"actions": self.actions, "understood": understood}


class BatchedPolicy:
    """Answers up to `rows` requests at once. Not thread-safe.

    Requests are about the world that the policy was trained in, `world`. With `refuse` off, whatever is
    understood is tried, even if it is done already or impossible; that is judged by the `kind`.
    Raises `BadSpec` where the policy cannot act in worlds of that kind.
    """

    def __init__(self, agent: Agent, kind: WorldKind, refuse: bool = True) -> None:
        self.agent, self.refuse, self.kind = agent, refuse, kind
        self.world: WorldSpec = agent.policy.spec.world
        check_spec(agent.policy.spec, kind.spec)
        # A head whose actions depend on the row of the batch answers each request in the first row.
        self.rows = GROUP_SIZE if agent.policy.control.row_independent else 1
        self._cached: OrderedDict[tuple[str, tuple[str, ...]], Instructions] = OrderedDict()

    def answer(self, requests: Sequence[Request]) -> list[Answer]:
        """Answer at most `rows` requests, in order."""
        orders, whys = zip(*map(self._order, requests), strict=True)
        filled = [*range(len(requests)), *[len(requests) - 1] * (self.rows - len(requests))]
        seen = zip(*(requests[i].observation for i in filled), strict=True)
        chunks = self.agent.plan(joined([orders[i] for i in filled]), Observation(*map(np.stack, seen)))
        return [
            Answer(chunk.copy(), order.intents[0], bool(order.hold_still[0]), why)
            for chunk, order, why in zip(chunks, orders, whys, strict=False)
        ]

    def warm_up(self) -> None:
        """Load the text encoder now, so that the first request need not wait for it."""
        self.agent.interpret([""], [("warming up", *self.world.fixed)])

    def _order(self, request: Request) -> tuple[Instructions, str]:
        """What the policy makes of a request, and why it holds still instead; "" if it acts."""
        order = self._hear(request)
        things = tuple(name for name in request.names[: self.world.most_objects] if name)
        understood = order.intents[0]
        if not self.refuse or (order.hold_still[0] and not understood.refused):  # nothing was asked for
            return order, ""
        why = why_not(understood, things, request.observation, self.kind)
        return (order._replace(hold_still=np.array([True])) if why else order), why

    def _hear(self, request: Request) -> Instructions:
        """What the policy makes of a prompt; computed alone, so that it is the same for every client."""
        key = request.prompt, request.names
        if key not in self._cached:
            self._cached[key] = self.agent.interpret([request.prompt], [request.names])
            self.agent.encoder.forget(CACHED_TEXTS)
            if len(self._cached) > CACHED_PROMPTS:
                self._cached.popitem(last=False)
        self._cached.move_to_end(key)
        return self._cached[key]


def load_batched_policy(checkpoint: str, kind: WorldKind, refuse: bool = True) -> BatchedPolicy:
    """Load a checkpoint of a kind of world. Raises `NoCheckpoint` and `CheckpointError`.

    `refuse`: hold still also where the policy does not know how to do what is asked. What clients send is
    not written to the text cache on disk.
    """
    hash_of(checkpoint)  # raises where there is no checkpoint
    policy = load_checkpoint(checkpoint, kind)
    encoder = TextEncoder(policy.config.encoder, cache_folder="")
    doubts = doubts_of(checkpoint) if refuse else None
    return BatchedPolicy(Agent(policy, encoder, doubts=doubts, kind=kind), kind, refuse)
