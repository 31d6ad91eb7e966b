"""How far an evaluation has come."""

from typing import NamedTuple


class Tally(NamedTuple):
    """How far a row has come."""

    n: int
    done: int = 0
    success: int = 0

    def plus(self, done: int, success: int) -> "Tally":
        return Tally(self.n, self.done + done, self.success + success)
