"""A policy in closed loop: told once per command, then asked for an action at every step."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from data.lexicon import normalise
from robopolicy.checkpoint import CheckpointError
from robopolicy.encoder import TextEncoder
from robopolicy.features import MAX_OPENING
from robopolicy.policy import Choice, Policy
from sim.observation import Observation
from sim.tasks import TASKS


class Understood(NamedTuple):
    """What a command was taken to ask for."""

    family: str  # the family that the code was trained to stand for
    target: str  # name of the thing acted on
    other: str  # name of the thing it is related to; "" for none
    confidence: float  # probability of the whole reading, 0 to 1


class Agent:
    """Acts for B environments at once, each with a command of its own.

    Of every predicted chunk `execute` actions are carried out before the policy looks again (None: as
    the checkpoint says). A command that says nothing, or that is understood with less than `confidence`,
    makes the robot hold still; with `hold_when_silent` off, as in the evaluation's control, the policy
    shows what it does with no words at all.
    """

    def __init__(
        self,
        policy: Policy,
        encoder: TextEncoder | None = None,
        execute: int | None = None,
        confidence: float = 0.0,
        hold_when_silent: bool = True,
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
        self._least, self._hold_when_silent = confidence, hold_when_silent
        self._choice: Choice | None = None

    @torch.inference_mode()
    def reset(self, commands: Sequence[str], names: Sequence[tuple[str, ...]]) -> list[Understood]:
        """Begin anew with a command per environment; names are `entity_names` of each scene."""
        said = [normalise(command) for command in commands]
        tokens, mask = self.encoder.tokens(said)
        named = self.encoder.names([name for row in names for name in row])
        named = named.view(len(names), -1, named.shape[-1])
        present = torch.tensor([[float(bool(name)) for name in row] for row in names])
        reading = self.policy.read(tokens, mask, named, present)
        self._choice, sure = reading.choose(), reading.confidence
        self._silent = sure < self._least
        if self._hold_when_silent:
            self._silent |= mask.sum(1) == 0
        self._chunk: NDArray[np.float32] | None = None
        self._at = 0
        return [
            Understood(TASKS[code].name, row[target], row[other] if other >= 0 else "", float(p))
            for row, code, target, other, p in zip(
                names, *(c.tolist() for c in self._choice), sure, strict=True
            )
        ]

    @torch.inference_mode()
    def act(self, observation: Observation) -> NDArray[np.float32]:
        """The next action of each environment: (B, 7)."""
        if self._choice is None:
            raise ValueError("the agent was not told anything yet: call reset(commands, names) first")
        if self._chunk is None or self._at == self.execute:
            seen = (torch.from_numpy(np.asarray(field, np.float32)) for field in observation)
            self._chunk = self.policy.act(self._choice, *seen).numpy()
            self._at = 0
        action = self._chunk[:, self._at].copy()
        self._at += 1
        silent = self._silent.numpy()
        action[silent, :6] = 0
        action[silent, 6] = np.clip(2 * observation.proprio[silent, 7] / MAX_OPENING - 1, -1, 1)
        return action
