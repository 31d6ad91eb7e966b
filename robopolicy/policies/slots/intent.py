"""What a sentence, or a goal state, is taken to ask for: the goal space that both share.

A reading scores three things apart, what to do (a code), to what (a thing), in relation to what (a thing
or nothing), and is decided for all three together: only what makes sense is considered. One does not open
a cube, so "open the hatch" can only be about the drawer or the door; and who is sure of the act learns
what the thing is called.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from data.samples.batches import HOLD
from sim.desk.tasks.families import TASKS
from sim.desk.tasks.task import Task
from sim.state import FIXTURES

CODES = len(TASKS) + 1
"""What play turned out to do, and HOLD: "do not open the drawer", "wait"."""

ABSENT, MOVABLE = -1, 0
"""Kinds of things; 1 and on are the furniture, in the order of FIXTURES."""


def kind_of(name: str) -> int:
    """The kind of a thing by its name; "" is absent."""
    if not name:
        return ABSENT
    return 1 + FIXTURES.index(name) if name in FIXTURES else MOVABLE


def kinds_of(names: Sequence[Sequence[str]]) -> Tensor:
    """Rows of names -> kinds (B, E)."""
    return torch.tensor([[kind_of(name) for name in row] for row in names])


class Choice(NamedTuple):
    """What the control network is told."""

    code: Tensor  # (B,) int64
    object: Tensor  # (B,) int64 row of the thing acted on
    other: Tensor  # (B,) int64 row of the thing it is related to, -1 for none


class Reading(NamedTuple):
    """Scores of what is asked for. B sentences, C codes, E things."""

    code: Tensor  # (B, C)
    object: Tensor  # (B, E)
    other: Tensor  # (B, E + 1); the last is "nothing"
    kinds: Tensor  # (B, E)

    def joint(self) -> Tensor:
        """Log-probabilities (B, C, E, E + 1) of all that could be asked for."""
        code, thing, other = self.code[:, :, None, None], self.object[:, None, :, None], self.other
        scores = (code + thing + other[:, None, None, :]).masked_fill(~sensible(self.kinds), -torch.inf)
        return scores - scores.flatten(1).logsumexp(1)[:, None, None, None]

    def choose(self) -> tuple[Choice, Tensor]:
        """The likeliest, and its probability (B,); holding still is one choice, whatever the thing."""
        n, joint = self.object.shape[1], self.joint()
        held = joint[:, HOLD].flatten(1).logsumexp(1)
        asked = joint[:, :HOLD].flatten(1)
        still = held > asked.max(1).values
        best = torch.where(still, HOLD * n * (n + 1) + joint[:, HOLD].flatten(1).argmax(1), asked.argmax(1))
        code, thing, other = best // (n * (n + 1)), best // (n + 1) % n, best % (n + 1)
        sure = torch.where(still, held, asked.max(1).values)
        return Choice(code, thing, other.where(other < n, -1)), sure.exp()

    def surprise(self, choice: Choice) -> Tensor:
        """Minus the log-probability (B,) of a choice; of holding still, whatever the thing."""
        n, rows = self.object.shape[1], torch.arange(len(self.code), device=self.code.device)
        joint = self.joint()
        other = choice.other.where(choice.other >= 0, n)
        asked = joint[rows, choice.code, choice.object.clamp(min=0), other]
        held = joint[rows, HOLD].flatten(1).logsumexp(1)
        return -torch.where(choice.code == HOLD, held, asked)


def sensible(kinds: Tensor) -> Tensor:
    """Which (code, thing, other or nothing) make sense of things of these kinds: (B, C, E, E + 1)."""
    acted, related = (table.to(kinds.device) for table in _TABLES)
    nothing = torch.zeros_like(kinds[:, :1])
    others = torch.cat([kinds + 1, nothing], 1)  # 0 is nothing; an absent thing is struck out below
    present = torch.cat([kinds, nothing], 1) >= 0
    possible = (
        acted[:, kinds.clamp(min=0)].transpose(0, 1)[..., None]
        & related[:, others.clamp(min=0)].transpose(0, 1)[:, :, None]
        & (kinds >= 0)[:, None, :, None]
        & present[:, None, None, :]
    )
    n = kinds.shape[1]
    return possible & ~torch.eye(n, n + 1, dtype=torch.bool, device=kinds.device)


def _tables() -> tuple[Tensor, Tensor]:
    """Per code the kinds that it may act on (C, K), and relate to (C, 1 + K), where 0 is nothing."""
    acted = torch.zeros(CODES, 1 + len(FIXTURES), dtype=torch.bool)
    related = torch.zeros(CODES, 2 + len(FIXTURES), dtype=torch.bool)
    for code, task in enumerate(TASKS):
        acted[code, _acted(task)] = True
        related[code, _related(task)] = True
    acted[HOLD], related[HOLD, 0] = True, True
    return acted, related


def _acted(task: Task) -> int:
    return MOVABLE if task.arguments else 1 + FIXTURES.index(task.fixture)


def _related(task: Task) -> int:
    if task.arguments == 2:
        return 1 + MOVABLE
    return 2 + FIXTURES.index(task.fixture) if task.arguments and task.fixture else 0


_TABLES = _tables()
