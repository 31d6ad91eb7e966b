"""A policy in closed loop: told once per command, then asked for an action at every step."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from data.language.lexicon import normalise
from robopolicy.adaptation.adapter import Memory
from robopolicy.adaptation.dynamics_filter import Obeys, Response
from robopolicy.common.errors import UnknownName
from robopolicy.policies.checkpoint import CheckpointError
from robopolicy.policies.confidence import Confidence, signs_of
from robopolicy.policies.slots.instruction_encoder import LanguageNet, Told
from robopolicy.policies.slots.intent import HOLD, kinds_of
from robopolicy.policies.slots.policy import Heard, Policy
from robopolicy.policies.text.encoder import TextEncoder
from sim.bullet.arm import MAX_OPENING
from sim.desk.tasks.families import TASKS
from sim.observation import Observation

OWN, OTHERS, NONE = MEMORIES = ("own", "others", "none")
"""Whose past a policy with a memory goes by."""

_FAMILIES = (*(task.name for task in TASKS), "hold still", "")
"""By code; the last, -1, is what was told freely."""


class Understood(NamedTuple):
    """What a command was taken to ask for."""

    family: str  # the family that the code was trained to stand for; "hold still"; "" if told freely
    target: str  # name of the thing acted on
    other: str  # name of the thing it is related to; "" for none
    confidence: float  # probability of the whole reading, 0 to 1
    refused: bool = False  # the sentence is likely to ask for nothing that can be done here


class Order(NamedTuple):
    """What was made of B commands: all that acting on them takes."""

    told: Told
    still: NDArray[np.bool_]  # (B,) whether the robot holds still
    understood: list[Understood]


class Agent:
    """Acts for B environments at once, each with a command of its own.

    Of every predicted chunk `execute` actions are carried out before the policy looks again (None: as
    the checkpoint says). A command that asks for nothing ("wait", "do not open the drawer"), says nothing,
    or is understood with less than `confidence`, or is out of its depth by the measure of `doubts`, makes the
    robot hold still; with `hold_when_silent` off, as in the evaluation's control, the policy shows what it
    does with no words at all.

    A policy with a memory infers how each world obeys from what came of its actions so far, through all
    commands until `forget`, and sends what in such a world comes to what it wants. It looks at things through
    a `Tracker`, as it did in training. With `memory="others"` each world is thought to have done what another
    of the batch did, with "none" nothing is remembered: controls that tell inference from mere robustness.
    """

    def __init__(
        self,
        policy: Policy,
        encoder: TextEncoder | None = None,
        execute: int | None = None,
        confidence: float = 0.0,
        hold_when_silent: bool = True,
        memory: str = OWN,
        doubts: Confidence | None = None,
    ) -> None:
        self.policy = policy.eval()
        self.encoder = encoder or TextEncoder(policy.config.encoder)
        if policy.encoder_sha256 and policy.encoder_sha256 != self.encoder.sha256:
            raise CheckpointError(
                f"the policy was trained with a text encoder of SHA-256 {policy.encoder_sha256[:12]}..., and "
                f"{self.encoder.config.model!r} has {self.encoder.sha256[:12]}...; "
                "use the one it was trained with"
            )
        self.execute = execute or policy.config.execute
        if not 1 <= self.execute <= policy.config.chunk:
            raise CheckpointError(
                f"execute must be from 1 to the chunk, {policy.config.chunk}, not {self.execute}"
            )
        if memory not in MEMORIES:
            raise UnknownName("memory", memory, MEMORIES)
        self._least, self._hold_when_silent, self._doubts = confidence, hold_when_silent, doubts
        self._past = memory if policy.config.history else NONE
        self._order: Order | None = None
        self._chunk: NDArray[np.float32] | None = None
        self._at = 0
        self.forget()

    def forget(self) -> None:
        """Whatever comes next happens in other worlds."""
        self._memory: Memory | None = None

    def look_away(self) -> None:
        """Somebody else acts for a while; whatever comes of that teaches nothing."""
        if self._memory is not None:
            self._memory.look_away()

    @property
    def world(self) -> Obeys | None:
        """How the worlds are thought to obey, by what they did so far; None without a memory."""
        return None if self._memory is None else self._memory.world

    @property
    def refuses(self) -> bool:
        """Whether it has a measure by which it refuses what cannot be done here."""
        return self._doubts is not None

    @property
    def context(self) -> NDArray[np.float32] | None:
        """What a memory knows of the worlds, (B, 9); None without one."""
        return None if self._memory is None else self._memory.context

    def reset(self, commands: Sequence[str], names: Sequence[tuple[str, ...]]) -> list[Understood]:
        """Begin anew with a command per environment; names are `entity_names` of each scene."""
        return self._begin(self.hear(commands, names))

    def show(self, now: Observation, goal: Observation, names: Sequence[tuple[str, ...]]) -> list[Understood]:
        """Begin anew with a goal state per environment: how the desk is, and how it should be."""
        return self._begin(self.see(now, goal, names))

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """The next action of each environment: (B, 7)."""
        if self._order is None:
            raise ValueError("the agent was not told anything yet: call reset(commands, names) first")
        memory = self._remembering(len(observation.mask))
        seen = memory.see(observation) if memory else observation
        if self._chunk is None or self._at == self.execute:
            self._chunk, self._at = self.plan(self._order, memory.by_then(seen) if memory else seen), 0
        action = self._chunk[:, self._at].copy()
        self._at += 1
        return memory.send(seen, action) if memory else action

    def _remembering(self, n: int) -> Memory | None:
        """What is remembered of n worlds; another batch is of other worlds."""
        if self._past != NONE and (self._memory is None or self._memory.n != n):
            response, history = Response(*self.policy.response.tolist()), self.policy.config.history
            self._memory = Memory(n, response, history, self._past == OTHERS)
        return self._memory

    @torch.inference_mode()
    def hear(self, commands: Sequence[str], names: Sequence[tuple[str, ...]]) -> Order:
        """What is made of a command per environment; nothing is remembered."""
        said = [normalise(command) for command in commands]
        tokens, mask = self.encoder.tokens(said)
        named = self.encoder.names([name for row in names for name in row])
        named = named.view(len(names), -1, named.shape[-1])
        silent = mask.sum(1) == 0
        must_act = None if self._hold_when_silent else silent
        heard = self.policy.hear(tokens, mask, named, kinds_of(names), must_act)
        still = (heard.sure < self._least) | (heard.choice.code == HOLD)
        if self._hold_when_silent:
            still |= silent
        understood = _in_words(heard, names)
        if self._doubts is not None and heard.reading is not None:
            sound = self._doubts.sound(self._signs(heard, tokens, mask))
            refused = (sound < self._doubts.least) & ~silent.numpy()
            still |= torch.from_numpy(refused)
            understood = [one._replace(refused=bool(no)) for one, no in zip(understood, refused, strict=True)]
        return Order(heard.told, still.numpy(), understood)

    @torch.inference_mode()
    def signs(self, commands: Sequence[str], names: Sequence[tuple[str, ...]]) -> NDArray[np.float64]:
        """What tells sound sentences from nonsense (B, 8), see `confidence.signs_of`; slots only."""
        tokens, mask = self.encoder.tokens([normalise(command) for command in commands])
        named = self.encoder.names([name for row in names for name in row])
        heard = self.policy.hear(tokens, mask, named.view(len(names), -1, named.shape[-1]), kinds_of(names))
        return self._signs(heard, tokens, mask)

    def _signs(self, heard: Heard, tokens: torch.Tensor, mask: torch.Tensor) -> NDArray[np.float64]:
        net = self.policy.language
        assert heard.reading is not None
        assert isinstance(net, LanguageNet)
        return signs_of(net, heard.reading, tokens, mask)

    @torch.inference_mode()
    def see(self, now: Observation, goal: Observation, names: Sequence[tuple[str, ...]]) -> Order:
        """What is made of a goal state per environment; nothing is remembered."""
        heard = self.policy.see(now, goal, kinds_of(names))
        return Order(heard.told, (heard.choice.code == HOLD).numpy(), _in_words(heard, names))

    @torch.inference_mode()
    def plan(self, order: Order, observation: Observation) -> NDArray[np.float32]:
        """The next actions of each environment, of which `execute` are to be carried out: (B, K, 7)."""
        seen = (torch.from_numpy(np.asarray(field, np.float32)) for field in observation)
        chunk = self.policy.act(order.told, *seen).numpy()
        grip = np.clip(2 * observation.proprio[order.still, 7] / MAX_OPENING - 1, -1, 1)
        chunk[order.still, :, :6] = 0
        chunk[order.still, :, 6] = grip[:, None]
        return chunk

    def _begin(self, order: Order) -> list[Understood]:
        self._order, self._chunk, self._at = order, None, 0
        return order.understood


def _in_words(heard: Heard, names: Sequence[tuple[str, ...]]) -> list[Understood]:
    return [
        Understood(_FAMILIES[code], row[target], row[other] if other >= 0 else "", float(p))
        for row, code, target, other, p in zip(
            names, *(c.tolist() for c in heard.choice), heard.sure, strict=True
        )
    ]
