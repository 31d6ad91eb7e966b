"""A trial: a sentence, or several in a row, given in one scene. All are fixed before the first rollout.

Counting rollouts as they finish would favour the quick successes, so the list of (level, seed, task,
sentence) is a pure function of the level, the number and the seed.
"""

from typing import NamedTuple

from sim.task import Goal


class Command(NamedTuple):
    """A sentence, and the goal that it asks for."""

    task: str  # family of the goal
    object: int  # index in `Scene.objects`; -1: none
    other: int  # the same, of the thing that the object is related to
    sentence: str
    must_not: bool = False  # the sentence forbids the goal: success if nothing is done
    demonstrated: bool = False  # no sentence: the state that the scripted expert reaches is shown instead

    @property
    def goal(self) -> Goal:
        """The goal that judges it."""
        return Goal(self.task, self.object, self.other)


class Trial(NamedTuple):
    """One rollout to be run: the first command, and those that follow without a reset."""

    level: str
    seed: int  # the scene's: draw_scene_for(task, seed, ...) gives it again
    task: str
    object: int
    other: int
    sentence: str
    must_not: bool = False  # as in `Command`
    kind: str = ""  # of a minimal pair
    demonstrated: bool = False  # as in `Command`
    then: tuple[Command, ...] = ()  # further commands, each given when the one before has succeeded

    @property
    def goal(self) -> Goal:
        """Of the first command."""
        return Goal(self.task, self.object, self.other)

    @property
    def commands(self) -> tuple[Command, ...]:
        """All of them, in order."""
        first = Command(*self.goal, self.sentence, self.must_not, self.demonstrated)
        return (first, *self.then)
