"""How far an evaluation has come."""

from typing import NamedTuple


class Tally(NamedTuple):
    """Rollouts of a level: how many there will be, are done, and succeeded."""

    n: int
    done: int = 0
    success: int = 0

    def plus(self, done: int, success: int) -> "Tally":
        """With so many more rollouts done, and of them so many successes."""
        return Tally(self.n, self.done + done, self.success + success)
