"""What may act in rollouts: a policy, by what sensors saw; or a reference, as the expert, by the truth."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol

from robopolicy.evaluation.trials.trial import Command
from robopolicy.policies.base.condition import Condition
from sim.observation import Observation
from sim.state import Array, State
from sim.task import Truth


class Actor(Protocol):
    """Chooses actions for a batch of worlds by what is said or shown, and by what sensors see.

    Scenes, goals and true states are never given to it.
    """

    @property
    def context(self) -> Array | None:
        """What it has inferred of the dynamics of the worlds by now, (B, D); None if it infers nothing."""
        ...

    @property
    def done(self) -> Truth:
        """Whether it says, with its latest action, that it has done what it was told and rests: (B,)."""
        ...

    @property
    def refused(self) -> Truth:
        """Whether it does not do what it was told at the latest `reset`, and holds still: (B,)."""
        ...

    def begin(self) -> None:
        """Forget what was inferred: the rollouts that begin are in other worlds."""
        ...

    def reset(self, conditions: Sequence[Condition], names: Sequence[tuple[str, ...]]) -> None:
        """Give each world its command, a sentence or goal states; may come in the middle of a rollout.

        `names` are those of the rows of each world's observations.
        """
        ...

    def act(self, seen: Sequence[Observation]) -> Array:
        """The next actions (B, 7) of the B worlds, by what their sensors saw."""
        ...


class KnowingActor(ABC):
    """Chooses actions by what is true: a reference that policies are measured against."""

    @property
    def context(self) -> Array | None:
        """As `Actor`."""
        return None

    @property
    @abstractmethod
    def done(self) -> Truth:
        """As `Actor`."""

    @property
    @abstractmethod
    def refused(self) -> Truth:
        """As `Actor`."""

    @abstractmethod
    def begin(self) -> None:
        """As `Actor`."""

    @abstractmethod
    def reset(self, commands: Sequence[Command], scenes: Sequence[Any], given: Sequence[int]) -> None:
        """As `Actor`, with the goals that commands stand for, and the scenes.

        `given` are the rows that get their command now; the others go on with theirs.
        """

    @abstractmethod
    def act(self, seen: Sequence[Observation], states: Sequence[State]) -> Array:
        """The next actions (B, 7) of the B worlds, by their true states."""


class MakeActor(Protocol):
    """Makes an actor inside a worker process; has to be picklable."""

    def __call__(self) -> Actor | KnowingActor: ...
