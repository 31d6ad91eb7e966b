"""A learned policy in closed loop: told once per condition, then asked for an action at every step."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from data.language.lexicon import normalise
from robopolicy.adaptation.adapter import WorldAdapter
from robopolicy.adaptation.dynamics_filter import ArmResponse, DynamicsEstimate
from robopolicy.common.console import warn
from robopolicy.common.errors import UnknownName
from robopolicy.policies.base.columns import select
from robopolicy.policies.base.condition import Condition, GoalState, check_conditions
from robopolicy.policies.base.intent import Intent
from robopolicy.policies.base.policy import Policy
from robopolicy.policies.base.spec import unknown_families
from robopolicy.policies.checkpoint import CheckpointError
from robopolicy.policies.confidence import Confidence, ood_features
from robopolicy.policies.networks.action_heads import TaskEmbedding
from robopolicy.policies.networks.network import Interpretation, PolicyNetwork
from robopolicy.policies.registry import kind_named
from robopolicy.policies.text.encoder import TextEncoder
from sim.observation import Observation
from sim.world import WorldKind

OWN, OTHERS, NONE = MEMORIES = ("own", "others", "none")
"""From whose actions a policy that adapts infers the dynamics of each world."""

Names = Sequence[tuple[str, ...]]
"""Per environment the names of the observation's rows, as `sim.world_spec.WorldSpec.names`."""


class Instructions(NamedTuple):
    """What was made of B conditions: all that acting on them takes."""

    embedding: TaskEmbedding
    hold_still: NDArray[np.bool_]  # (B,)
    intents: list[Intent]


class Agent(Policy):
    """Acts for B environments at once, each with a condition of its own.

    Of every predicted chunk `execute` actions are carried out before the policy looks again (None: as
    the checkpoint says). A sentence that asks for nothing ("wait", "do not open the drawer"), is empty, is
    read with a probability below `confidence`, or is refused by `doubts` as out of distribution, makes the
    robot hold still. With `hold_when_silent` off, as in the evaluation's control, an empty sentence is acted
    on like any other.

    A policy with a history infers the dynamics of each world from what its actions so far led to, through
    all conditions until `forget`, and corrects its actions for them. It observes things through a `Tracker`,
    as it did in training. With `memory="others"` the dynamics are inferred from the actions of another row
    of the batch, with "none" they are taken to be nominal: controls that tell adaptation from robustness.
    `kind` is that of the worlds: the families that can be judged there.
    """

    def __init__(
        self,
        network: PolicyNetwork,
        encoder: TextEncoder | None = None,
        execute: int | None = None,
        confidence: float = 0.0,
        hold_when_silent: bool = True,
        memory: str = OWN,
        doubts: Confidence | None = None,
        *,
        kind: WorldKind,
    ) -> None:
        self.policy = network.eval()
        self.encoder = encoder or TextEncoder(network.config.encoder)
        if network.encoder_sha256 and network.encoder_sha256 != self.encoder.sha256:
            raise CheckpointError(
                "the policy was trained with a text encoder of SHA-256 "
                f"{network.encoder_sha256[:12]}..., and {self.encoder.config.model!r} has "
                f"{self.encoder.sha256[:12]}...; use the one it was trained with"
            )
        self.execute = execute or network.config.execute
        if not 1 <= self.execute <= network.config.chunk:
            raise CheckpointError(
                f"execute must be from 1 to the chunk, {network.config.chunk}, not {self.execute}"
            )
        if memory not in MEMORIES:
            raise UnknownName("memory", memory, MEMORIES)
        self.reads = kind_named(network.config.conditioning).reads
        self._least, self._hold_when_silent, self._doubts = confidence, hold_when_silent, doubts
        self._memory = memory if network.config.history else NONE
        self._unknown = set(unknown_families(network.spec, kind.tasks))
        self._instructions: Instructions | None = None
        self._chunk: NDArray[np.float32] | None = None
        self._at = 0
        self.forget()

    def forget(self) -> None:
        """Clear the inferred dynamics; the next observation comes from a different world."""
        self._adapter: WorldAdapter | None = None

    def look_away(self) -> None:
        """Somebody else acts for a while: nothing is inferred from what comes of that."""
        if self._adapter is not None:
            self._adapter.look_away()

    @property
    def world(self) -> DynamicsEstimate | None:
        """The dynamics of the worlds as inferred so far; None if it does not adapt."""
        return None if self._adapter is None else self._adapter.world

    @property
    def refuses(self) -> bool:
        """Whether it has a measure by which it refuses what cannot be done here."""
        return self._doubts is not None

    @property
    def context(self) -> NDArray[np.float32] | None:
        """What it has inferred of the worlds, (B, 9), for probes; None if it does not adapt."""
        return None if self._adapter is None else self._adapter.context

    def reset(self, conditions: Sequence[Condition], names: Names) -> list[Intent]:
        """Begin to carry out a condition per environment; see `Policy.reset`. Raises `BadCondition`."""
        self._instructions, self._chunk, self._at = self.interpret(conditions, names), None, 0
        return self._instructions.intents

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """The next action of each environment: (B, 7)."""
        if self._instructions is None:
            raise ValueError("the agent was not told anything yet: call reset(conditions, names) first")
        adapter = self._adapter_for(len(observation.mask))
        seen = adapter.observe(observation) if adapter else observation
        if self._chunk is None or self._at == self.execute:
            arrival = adapter.predict(seen) if adapter else seen
            self._chunk, self._at = self.plan(self._instructions, arrival), 0
        action = self._chunk[:, self._at].copy()
        self._at += 1
        return adapter.command(seen, action) if adapter else action

    @torch.inference_mode()
    def interpret(self, conditions: Sequence[Condition], names: Names) -> Instructions:
        """What is made of a condition per environment; nothing is remembered. Raises `BadCondition`.

        Conditions of one type are read in one batch. A batch may mix them.
        """
        check_conditions(conditions, names, self.reads, self.policy.spec.world.most_things)
        said = {i: one for i, one in enumerate(conditions) if isinstance(one, str)}
        goals = {i: one for i, one in enumerate(conditions) if isinstance(one, GoalState)}
        parts: list[Instructions] = []
        if said:
            parts.append(self._interpret_sentences([*said.values()], [names[i] for i in said]))
        if goals:
            parts.append(self._interpret_goals([*goals.values()], [names[i] for i in goals]))
        return joined(parts, (*said, *goals))

    @torch.inference_mode()
    def ood_features(self, sentences: Sequence[str], names: Names) -> NDArray[np.float64]:
        """What tells sound sentences from nonsense (B, 8), see `confidence.ood_features`."""
        tokens, mask, found = self._read(sentences, names)
        assert found.reading is not None
        return ood_features(self.policy.language, found.reading, tokens, mask)

    @torch.inference_mode()
    def plan(self, instructions: Instructions, observation: Observation) -> NDArray[np.float32]:
        """The next actions of each environment, of which `execute` are to be carried out: (B, K, 7)."""
        seen = (torch.from_numpy(np.asarray(field, np.float32)) for field in select(observation))
        chunk = self.policy.act(instructions.embedding, *seen).numpy()
        still = instructions.hold_still
        grip = np.clip(2 * observation.proprio[still, 7] / self.policy.spec.world.action.opening - 1, -1, 1)
        chunk[still, :, :6] = 0
        chunk[still, :, 6] = grip[:, None]
        return chunk

    def _adapter_for(self, n: int) -> WorldAdapter | None:
        """The adapter to n worlds; another batch size means other worlds."""
        if self._memory != NONE and (self._adapter is None or self._adapter.n != n):
            response, history = ArmResponse(*self.policy.response.tolist()), self.policy.config.history
            self._adapter = WorldAdapter(n, response, history, self.policy.spec.world, self._memory == OTHERS)
        return self._adapter

    def _interpret_sentences(self, sentences: Sequence[str], names: Names) -> Instructions:
        tokens, mask, found = self._read(sentences, names, self._hold_when_silent)
        silent = mask.sum(1) == 0
        still = (found.probability < self._least) | (found.choice.code == self.policy.book.hold)
        if self._hold_when_silent:
            still |= silent
        intents = self._in_words(found, names)
        if self._doubts is not None and found.reading is not None:
            sound = self._doubts.sound(ood_features(self.policy.language, found.reading, tokens, mask))
            refused = (sound < self._doubts.least) & ~silent.numpy()
            still |= torch.from_numpy(refused)
            intents = [one._replace(refused=bool(no)) for one, no in zip(intents, refused, strict=True)]
        return Instructions(found.embedding, still.numpy(), intents)

    def _interpret_goals(self, goals: Sequence[GoalState], names: Names) -> Instructions:
        now, goal = (select(Observation(*map(np.stack, zip(*seen, strict=True))))
                     for seen in zip(*goals, strict=True))  # fmt: skip
        found = self.policy.interpret_goal_states(now, goal, self.policy.spec.kinds_of(names))
        still = (found.choice.code == self.policy.book.hold).numpy()
        return Instructions(found.embedding, still, self._in_words(found, names))

    def _read(
        self, sentences: Sequence[str], names: Names, may_hold: bool = True
    ) -> tuple[torch.Tensor, torch.Tensor, Interpretation]:
        """Tokens (B, L, D), mask (B, L) and what is made of them; unless it may hold, silence is acted on."""
        tokens, mask = self.encoder.tokens([normalise(sentence) for sentence in sentences])
        named = self.encoder.names([name for row in names for name in row])
        named = named.view(len(names), -1, named.shape[-1])
        must_act = None if may_hold else mask.sum(1) == 0
        kinds = self.policy.spec.kinds_of(names)
        return tokens, mask, self.policy.interpret(tokens, mask, named, kinds, must_act)

    def _in_words(self, found: Interpretation, names: Names) -> list[Intent]:
        """Intents by name; that one is of a family that this program does not know, is said once."""
        families = self.policy.spec.names
        rows = zip(names, *(c.tolist() for c in found.choice), found.probability, strict=True)
        intents = [
            Intent(
                families[code] if code >= 0 else "", row[thing], row[other] if other >= 0 else "", float(p)
            )
            for row, code, thing, other, p in rows
        ]
        for family in {intent.family for intent in intents} & self._unknown:
            self._unknown.discard(family)
            warn(
                f"the policy takes a command for {family!r}, a family that this program does not know: "
                "it tries, but whether it was done cannot be judged"
            )
        return intents


def joined(parts: Sequence[Instructions], rows: Sequence[int] | None = None) -> Instructions:
    """Several instructions as one batch; `rows` (B,) are the places of theirs in it, else in order."""
    place = np.argsort(np.arange(sum(len(part.intents) for part in parts)) if rows is None else rows)
    fields = zip(*(part.embedding for part in parts), strict=True)
    embedding = TaskEmbedding(*(torch.cat(field)[torch.from_numpy(place)] for field in fields))
    still = np.concatenate([part.hold_still for part in parts])[place]
    intents = [intent for part in parts for intent in part.intents]
    return Instructions(embedding, still, [intents[i] for i in place])
