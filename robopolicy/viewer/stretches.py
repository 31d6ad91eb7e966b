"""Stretches of recorded play in which something was done, one after another, for people to describe."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from data.language.held_out import training_goal, why_held_out
from data.relabel.hindsight import acts
from data.store.annotations import Annotation, annotate, read_annotations
from data.store.reader import open_dataset
from robopolicy.common.errors import UserError
from sim.desk.scene import Scene
from sim.desk.tasks.families import Goal
from sim.state import State

EPISODES = 50  # that are looked through at most for a stretch
AFTER = 5  # control steps that are shown beyond the end


class NothingDone(UserError):
    """There is nothing to describe."""


class Stretch(NamedTuple):
    """What is shown, and what the relabeller found in it."""

    episode: int
    start: int
    stop: int
    goal: Goal
    scene: Scene
    states: State  # of the stretch and shortly after, (T, ...)


class Stretches:
    """Of one dataset. Those that nobody has described come first."""

    def __init__(self, folder: Path, seed: int | None = None) -> None:
        self.folder = folder
        self._dataset = open_dataset(folder)
        self._rng = np.random.default_rng(seed)

    def draw(self) -> Stretch:
        """A stretch of an episode drawn by lot; raises `NothingDone`."""
        described = {(one.episode, one.start, one.stop, one.goal) for one in read_annotations(self.folder)}
        for index in self._rng.permutation(self._dataset.n_episodes)[:EPISODES].tolist():
            record = self._dataset.episode(index)
            names = record.scene.names
            found = [act for act in acts(record.states) if training_goal(act[2], names)]
            new = [act for act in found if (index, *act) not in described] or found
            if new:
                start, stop, goal = new[int(self._rng.integers(len(new)))]
                shown = record.states.at(slice(start, stop + 1 + AFTER))
                return Stretch(index, start, stop, goal, record.scene, shown)
        raise NothingDone(f"in {self.folder} nothing was done that has a name; collect more play")

    def describe(self, stretch: Stretch, sentence: str, who: str) -> tuple[Annotation, str | None]:
        """Store a sentence; and why training will not see it, if it will not. Raises `BadAnnotation`."""
        at = stretch.episode, stretch.start, stretch.stop
        made = annotate(self.folder, *at, stretch.goal, sentence, who)
        return made, why_held_out(made.sentence, stretch.goal, stretch.scene.names)
