"""A trial: a sentence, or several in a row, given in one scene. All are fixed before the first rollout.

Counting rollouts as they finish would favour the quick successes, so the list of (level, seed, commands) is a
pure function of the level, the number and the seed.
"""

from typing import NamedTuple

from sim.task import Goal

NOTHING = Goal("")
"""Stands for the goal of a command that asks for nothing: no family, no things."""


class Command(NamedTuple):
    """A sentence, and the goals that it asks for."""

    sentence: str
    goals: tuple[Goal, ...]  # to be reached one after another; (): nothing may change
    must_not: bool = False  # the sentence forbids the goals: success if nothing is done
    demonstrated: bool = False  # no sentence: the state that the scripted expert reaches is shown instead

    @property
    def goal(self) -> Goal:
        """The first goal; `NOTHING` if there is none."""
        return self.goals[0] if self.goals else NOTHING

    @property
    def task(self) -> str:
        """Family of the first goal; "" if there is none."""
        return self.goal.task

    @property
    def object(self) -> int:
        """Row of what the first goal is about; -1: none."""
        return self.goal.object

    @property
    def other(self) -> int:
        """The same, of the thing that it is related to."""
        return self.goal.other


class Trial(NamedTuple):
    """One rollout to be run: its commands, each given when the one before has succeeded, without a reset."""

    level: str
    seed: int  # the scene's: draw_scene_for(task, seed, ...) gives it again
    commands: tuple[Command, ...]  # one at least
    kind: str = ""  # of a minimal pair; the group of an item
    begin: tuple[Goal, ...] = ()  # what the scripted expert does in the scene before the first command

    @property
    def first(self) -> Command:
        """The command that it is named by, as files, reports and counts by family are."""
        return self.commands[0]

    @property
    def sentence(self) -> str:
        """Of the first command."""
        return self.first.sentence

    @property
    def goal(self) -> Goal:
        """The first one of the first command."""
        return self.first.goal

    @property
    def task(self) -> str:
        """Family of the first command."""
        return self.first.task

    @property
    def family(self) -> str:
        """That of its goal, for counts by family; "" if it does not have exactly one goal."""
        single = len(self.commands) == 1 and len(self.first.goals) == 1
        return self.task if single else ""

    @property
    def object(self) -> int:
        """Row of what the first command is about; -1: none."""
        return self.first.object

    @property
    def other(self) -> int:
        """The same, of the thing that it is related to."""
        return self.first.other

    def saying(self, sentence: str) -> "Trial":
        """The same trial with another first sentence."""
        return self._replace(commands=(self.first._replace(sentence=sentence), *self.commands[1:]))
