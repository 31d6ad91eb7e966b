"""What a sentence, or a goal state, is read as: scores over a goal space that both share.

A reading scores three things apart, what to do (a code), to what (a thing), in relation to what (a thing
or nothing), and is decided for all three together: only what makes sense is considered. One does not open
a cube, so "open the hatch" can only be about the drawer or the door; and where the act is certain, that
tells what the thing is called.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from robopolicy.policies.base.spec import MOVABLE, OBJECT, PolicySpec


class CodeBook:
    """What the codes of a network stand for, and what each makes sense of. C codes, K kinds of things."""

    def __init__(self, spec: PolicySpec, size: int) -> None:
        self.size, self.hold = size, len(spec.families) - 1
        self._acted = torch.zeros(size, 1 + len(spec.furniture), dtype=torch.bool, device="cpu")  # (C, K)
        self._related = torch.zeros(
            size, 2 + len(spec.furniture), dtype=torch.bool, device="cpu"
        )  # (C, 1 + K), 0: nothing
        kinds = {OBJECT: MOVABLE, **{name: 1 + i for i, name in enumerate(spec.furniture)}}
        for code, family in enumerate(spec.families[: self.hold]):
            self._acted[code, kinds[family.acts_on]] = True
            self._related[code, 1 + kinds[family.relates_to] if family.relates_to else 0] = True
        self._acted[self.hold], self._related[self.hold, 0] = True, True

    def sensible(self, kinds: Tensor) -> Tensor:
        """Which (code, thing, other or nothing) make sense of things of kinds (B, E): (B, C, E, E + 1)."""
        acted, related = self._acted.to(kinds.device), self._related.to(kinds.device)
        nothing = torch.zeros_like(kinds[:, :1])
        others = torch.cat([kinds + 1, nothing], 1)  # 0 is nothing; an absent thing is excluded below
        present = torch.cat([kinds, nothing], 1) >= 0
        possible = (
            acted[:, kinds.clamp(min=0)].transpose(0, 1)[..., None]
            & related[:, others.clamp(min=0)].transpose(0, 1)[:, :, None]
            & (kinds >= 0)[:, None, :, None]
            & present[:, None, None, :]
        )
        n = kinds.shape[1]
        return possible & ~torch.eye(n, n + 1, dtype=torch.bool, device=kinds.device)


class Choice(NamedTuple):
    """One code and two things for each of B conditions: the decision that a reading comes to."""

    code: Tensor  # (B,) int64
    object: Tensor  # (B,) int64 row of the thing acted on
    other: Tensor  # (B,) int64 row of the thing it is related to, -1 for none


class Reading(NamedTuple):
    """Scores of what is asked for. B conditions, C codes, E things."""

    code: Tensor  # (B, C)
    object: Tensor  # (B, E)
    other: Tensor  # (B, E + 1); the last is "nothing"
    kinds: Tensor  # (B, E)
    book: CodeBook

    def joint(self) -> Tensor:
        """Log-probabilities (B, C, E, E + 1) of all that could be asked for."""
        code, thing, other = self.code[:, :, None, None], self.object[:, None, :, None], self.other
        sensible = self.book.sensible(self.kinds)
        scores = (code + thing + other[:, None, None, :]).masked_fill(~sensible, -torch.inf)
        return scores - scores.flatten(1).logsumexp(1)[:, None, None, None]

    def choose(self) -> tuple[Choice, Tensor]:
        """The likeliest, and its probability (B,); holding still is one choice, whatever the thing."""
        hold, n, joint = self.book.hold, self.object.shape[1], self.joint()
        held = joint[:, hold].flatten(1).logsumexp(1)
        asked = joint[:, :hold].flatten(1)
        still = held > asked.max(1).values
        best = torch.where(still, hold * n * (n + 1) + joint[:, hold].flatten(1).argmax(1), asked.argmax(1))
        code, thing, other = best // (n * (n + 1)), best // (n + 1) % n, best % (n + 1)
        log_probability = torch.where(still, held, asked.max(1).values)
        return Choice(code, thing, other.where(other < n, -1)), log_probability.exp()

    def negative_log_likelihood(self, choice: Choice) -> Tensor:
        """(B,) of a choice; of holding still, whatever the thing."""
        hold, n = self.book.hold, self.object.shape[1]
        rows, joint = torch.arange(len(self.code), device=self.code.device), self.joint()
        other = choice.other.where(choice.other >= 0, n)
        asked = joint[rows, choice.code, choice.object.clamp(min=0), other]
        held = joint[rows, hold].flatten(1).logsumexp(1)
        return -torch.where(choice.code == hold, held, asked)
