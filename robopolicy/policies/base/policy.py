"""The contract of a policy: two methods, and what they say about themselves."""

from collections.abc import Sequence
from typing import Protocol

from robopolicy.policies.base.condition import Condition
from robopolicy.policies.base.intent import Intent
from sim.observation import Observation
from sim.state import Array


class Policy(Protocol):
    """Acts in B environments at once: `reset` once per condition, then `act` at every control step."""

    def reset(self, conditions: Sequence[Condition], names: Sequence[tuple[str, ...]]) -> Sequence[Intent]:
        """Begin to carry out a condition per environment; `names` are those of the observation's rows.

        Returns what each was taken to ask for. What was inferred of the worlds is kept, see `forget`.
        """
        ...

    def act(self, observation: Observation) -> Array:
        """The next action of each environment (B, 7), in [-1, 1], for an observation with leading axis B."""
        ...

    def forget(self) -> None:
        """Clear what was inferred of the worlds; the next observation comes from different ones."""
        ...
