"""The trials of an evaluation: who is asked what, where. All of them are fixed before the first starts.

Counting rollouts as they finish would favour the quick successes, so the list of (level, seed, task,
sentence) is a pure function of the level, the number and the seed.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from robopolicy.common.errors import UserError
from sim.common.seeds import rng_of
from sim.desk.scene import Scene
from sim.desk.tasks.families import Goal


class Command(NamedTuple):
    """A sentence, and what is right."""

    task: str
    object: int
    other: int
    sentence: str
    refrain: bool = False  # the sentence forbids the goal: right if nothing is done
    shown: bool = False  # nothing is said: how the desk should be is shown

    @property
    def goal(self) -> Goal:
        return Goal(self.task, self.object, self.other)


class Trial(NamedTuple):
    """One thing that will be asked for, or several one after another."""

    level: str
    seed: int  # the scene's: draw_scene_for(task, seed, ...) gives it again
    task: str
    object: int
    other: int
    sentence: str
    refrain: bool = False  # as in `Command`
    kind: str = ""  # of minimal pair
    shown: bool = False  # as in `Command`
    then: tuple[Command, ...] = ()  # further commands, each given when the one before is done

    @property
    def goal(self) -> Goal:
        """Of the first command."""
        return Goal(self.task, self.object, self.other)

    @property
    def commands(self) -> tuple[Command, ...]:
        """All of them, in order."""
        return (Command(*self[2:7], self.shown), *self.then)


def shuffled(trials: Sequence[Trial], seed: int) -> list[Trial]:
    """The same trials, each with the sentence of a trial of another family (a derangement by family)."""
    if len({trial.task for trial in trials}) < 2:
        raise UserError("the control with shuffled sentences needs trials of at least two families")
    rng = rng_of("control", seed, len(trials))
    tasks = [trial.task for trial in trials]
    giver = rng.permutation(len(trials))
    for _ in range(100):
        clashes = [i for i in range(len(trials)) if tasks[giver[i]] == tasks[i]]
        if not clashes:
            break
        for i in clashes:
            j = int(rng.integers(len(trials)))
            if tasks[giver[j]] != tasks[i] and tasks[giver[i]] != tasks[j]:
                giver[i], giver[j] = giver[j], giver[i]
    return [trial._replace(sentence=trials[giver[i]].sentence) for i, trial in enumerate(trials)]


def silent(trials: Sequence[Trial]) -> list[Trial]:
    """The same trials with nothing said."""
    return [trial._replace(sentence="") for trial in trials]


def filled(sentence: str, goal: Goal, scene: Scene) -> str:
    """A user's sentence with {object} and {other} replaced by the names of the goal's objects."""
    names: Mapping[str, int] = {"object": goal.object, "other": goal.other}
    for placeholder, index in names.items():
        if index >= 0:
            sentence = sentence.replace("{" + placeholder + "}", scene.names[index])
    return sentence
