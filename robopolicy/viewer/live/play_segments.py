"""Segments of recorded play, drawn one after another for people to describe."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from data.language.splits import training_goal, why_held_out
from data.relabel.hindsight import reached_goals
from data.store.annotations import Annotation, annotate, read_annotations
from data.store.reader import open_dataset
from robopolicy.common.errors import UserError
from sim.state import State
from sim.task import Goal
from sim.world import WorldKind

EPISODES = 50  # at most so many are searched for a segment
AFTER = 0.5  # s that are shown beyond a segment's end


class NothingDone(UserError):
    """No segment can be described: nothing that has a name was done in the play."""


class PlaySegment(NamedTuple):
    """A segment of an episode in which something was done, with the states to show it."""

    episode: int
    start: int  # first timestep
    stop: int  # last timestep: the one at which `goal` is achieved
    goal: Goal  # what the relabeller found
    scene: Any  # a `sim.world.Scene`
    states: State  # (T, ...) of the segment and `AFTER` s beyond


class PlaySegments:
    """The segments of the dataset in a folder, of a kind of world. Raises what `open_dataset` raises."""

    def __init__(self, folder: Path, kind: WorldKind, seed: int | None = None) -> None:
        self.folder, self._kind = folder, kind
        self._dataset = open_dataset(folder, kind)
        self._rng = np.random.default_rng(seed)

    def draw(self) -> PlaySegment:
        """Draw a segment of a random episode, if possible one nobody has described. Raises `NothingDone`."""
        said = read_annotations(self.folder, self._kind)
        described = {(one.episode, one.start, one.stop, one.goal) for one in said}
        for index in self._rng.permutation(self._dataset.n_episodes)[:EPISODES].tolist():
            record = self._dataset.episode(index)
            names = record.scene.names
            found = [act for act in reached_goals(record.states, self._kind) if training_goal(act[2], names)]
            new = [act for act in found if (index, *act) not in described] or found
            if new:
                start, stop, goal = new[int(self._rng.integers(len(new)))]
                shown = record.states.at(slice(start, stop + 1 + self._kind.spec.steps(AFTER)))
                return PlaySegment(index, start, stop, goal, record.scene, shown)
        raise NothingDone(f"in {self.folder} nothing was done that has a name; collect more play")

    def describe(self, segment: PlaySegment, sentence: str, who: str) -> tuple[Annotation, str | None]:
        """Store a person's sentence for a segment.

        Returns what was stored, and why training leaves it out (None if it does not). Raises
        `BadAnnotation` and `BadSentence`.
        """
        at = segment.episode, segment.start, segment.stop
        made = annotate(self.folder, *at, segment.goal, sentence, who, self._kind)
        names, tasks = segment.scene.names, self._kind.tasks
        return made, why_held_out(made.sentence, segment.goal, names, tasks)
