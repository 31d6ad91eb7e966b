"""What an actor without knowledge of the truth is told of a group of trials."""

from collections.abc import Sequence
from typing import Any

from robopolicy.evaluation.actor_types import Actor, KnowingActor
from robopolicy.evaluation.reference import shown
from robopolicy.evaluation.trials.trial import Command, Trial
from sim.observation import Observation
from sim.state import Array, State
from sim.task import Truth
from sim.world import World, WorldKind


class Told(KnowingActor):
    """Passes on sentences, names and observations, and nothing else.

    What is shown instead of said is demonstrated beforehand, in a world that the group has not begun in yet.
    """

    def __init__(
        self, actor: Actor, trials: Sequence[Trial], scenes: Sequence[Any], kind: WorldKind, world: World
    ) -> None:
        self._actor, self._kind, self._last = actor, kind, len(trials) - 1
        self._shown = {
            (row, command): shown(world, scenes[row], command.goal, kind)
            for row, trial in enumerate(trials)
            for command in trial.commands
            if command.demonstrated
        }

    @property
    def context(self) -> Array | None:
        return self._actor.context

    @property
    def done(self) -> Truth:
        return self._actor.done

    @property
    def refused(self) -> Truth:
        return self._actor.refused

    def begin(self) -> None:
        self._actor.begin()

    def reset(self, commands: Sequence[Command], scenes: Sequence[Any], given: Sequence[int]) -> None:
        del given
        told = [(min(row, self._last), command) for row, command in enumerate(commands)]
        conditions = [self._shown.get(one, one[1].sentence) for one in told]
        self._actor.reset(conditions, [self._kind.spec.names(scene.names) for scene in scenes])

    def act(self, seen: Sequence[Observation], states: Sequence[State]) -> Array:
        del states
        return self._actor.act(seen)
