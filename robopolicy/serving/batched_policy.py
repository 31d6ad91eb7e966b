"""A policy that answers whoever asks: many requests in one batch, and nobody's answer depends on the others.

The batch that the network sees always has `GROUP_SIZE` rows, as in an evaluation, so a chunk is the same, bit
for bit, whether its request came alone or with others. What is made of a prompt is remembered, so only its
first request costs the text encoder.

Where there is no use in beginning (a sentence out of the policy's depth, a drawer that is open already) the
answer is to hold still, and says why.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from robopolicy.evaluation.rollouts import GROUP_SIZE
from robopolicy.policies.agent import Agent, Instructions, joined
from robopolicy.policies.base.intent import Intent
from robopolicy.policies.checkpoint import doubts_of, hash_of, load_checkpoint
from robopolicy.policies.text.encoder import TextEncoder
from robopolicy.runtime.execution import why_not
from robopolicy.serving.protocol import Request
from sim.observation import Observation
from sim.state import FIXTURES, MAX_OBJECTS

HEARD = 256  # prompts, each with the names around it, that are remembered
WORDED = 64  # texts whose tokens are; the longest have 200 KB of them


class Answer(NamedTuple):
    """What is replied to one request."""

    actions: NDArray[np.float32]  # (K, 7)
    understood: Intent
    holds_still: bool
    why: str = ""  # why there is no use in beginning, in a sentence

    def to_dict(self) -> dict[str, Any]:
        """For the wire: nothing but the actions is an array, for openpi's broker cuts every array up."""
        said = {**self.understood._asdict(), "holds_still": self.holds_still, "why": self.why}
        return {"actions": self.actions, "understood": said}


class Responder:
    """Answers up to `rows` requests at once. Not for use by several threads at a time.

    With `careful` off whatever is understood is tried, done already or not.
    """

    def __init__(self, agent: Agent, careful: bool = True) -> None:
        self.agent, self.careful = agent, careful
        # A head whose actions depend on the row of the batch answers each request in the first row.
        self.rows = GROUP_SIZE if agent.policy.control.row_independent else 1
        self._heard: OrderedDict[tuple[str, tuple[str, ...]], Instructions] = OrderedDict()

    def answer(self, requests: Sequence[Request]) -> list[Answer]:
        """Every request's answer, in order."""
        orders, whys = zip(*map(self._order, requests), strict=True)
        filled = [*range(len(requests)), *[len(requests) - 1] * (self.rows - len(requests))]
        seen = zip(*(requests[i].observation for i in filled), strict=True)
        chunks = self.agent.plan(joined([orders[i] for i in filled]), Observation(*map(np.stack, seen)))
        return [
            Answer(chunk.copy(), order.intents[0], bool(order.hold_still[0]), why)
            for chunk, order, why in zip(chunks, orders, whys, strict=False)
        ]

    def warm_up(self) -> None:
        """Load the text encoder now, so that nobody waits for it."""
        self.agent.interpret([""], [("warming up", *FIXTURES)])

    def _order(self, request: Request) -> tuple[Instructions, str]:
        """What is made of a request, and why nothing is done about it, if nothing is."""
        order, things = self._hear(request), tuple(name for name in request.names[:MAX_OBJECTS] if name)
        understood = order.intents[0]
        if not self.careful or (order.hold_still[0] and not understood.refused):  # nothing was asked for
            return order, ""
        why = why_not(understood, things, request.observation)
        return (order._replace(hold_still=np.array([True])) if why else order), why

    def _hear(self, request: Request) -> Instructions:
        """What is made of a prompt among these names, heard alone, so that it is the same for everybody."""
        key = request.prompt, request.names
        if key not in self._heard:
            self._heard[key] = self.agent.interpret([request.prompt], [request.names])
            self.agent.encoder.forget(WORDED)
            if len(self._heard) > HEARD:
                self._heard.popitem(last=False)
        self._heard.move_to_end(key)
        return self._heard[key]


def responder_of(checkpoint: str, refuse: bool = True) -> Responder:
    """For a checkpoint; the texts of strangers are kept out of the cache on disk.

    With `refuse`, nothing is done about what cannot be done here, or is done already.
    """
    hash_of(checkpoint)  # refuses a folder that is none
    policy = load_checkpoint(checkpoint)
    encoder = TextEncoder(policy.config.encoder, cache_folder="")
    return Responder(Agent(policy, encoder, doubts=doubts_of(checkpoint) if refuse else None), refuse)
