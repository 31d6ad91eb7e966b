"""Levels of unseen that the grammar writes: one sentence for one goal, and what is new about the two.

What each holds out of training is declared in `data.language.held_out`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.language.grammar import Grammar
from data.language.splits import split_named
from robopolicy.common.console import warn
from robopolicy.common.errors import UserError
from robopolicy.evaluation.levels.base import Level, LevelTrials
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.trial import Command, Trial
from sim.common.seeds import RETRIES, rng_of, seeds_of
from sim.goal_draw import CannotDraw
from sim.task import Goal, Task

DRAWS = 20  # draws for a sentence that belongs to the level, in each scene


class NoSentence(UserError):
    """A level has no sentence for a family."""


@dataclass(frozen=True, kw_only=True)
class UnseenLevel(Level):
    """Sentences of one split of the grammar, about goals and things that belong to it."""

    split: str  # in `data.language.splits.SPLITS`

    @property
    def objects(self) -> tuple[tuple[str, str], ...]:
        """(colour, shape) that its scenes are drawn from."""
        return split_named(self.split).objects

    def allows(self, goal: Goal, names: tuple[str, ...]) -> bool:
        """Whether the goal belongs to this level in a scene of these things."""
        return split_named(self.split).allows(goal, names)

    def families(self, tasks: Sequence[Task]) -> tuple[str, ...]:
        """The families that it can ask for: a new pairing or thing needs a family with objects."""
        about_objects = split_named(self.split).goals != "train"
        return tuple(task.name for task in tasks if task.arguments or not about_objects)

    def trials(self, config: EvaluateConfig, planned: Sequence[LevelTrials] = ()) -> LevelTrials:
        """All families in turn, so that they are balanced whatever n is.

        A family that the level has nothing of in this kind of world is left out, and that is said.
        """
        del planned
        tasks = config.kind.tasks
        grammar, families = Grammar(self.split, tasks=tasks), self.families(tasks)
        seeds = seeds_of(self.name, config.seed, config.n)
        while families:
            drawn: list[tuple[Trial, Any]] = []
            try:
                for i, seed in enumerate(seeds):
                    drawn.append(self._draw(grammar, families[i % len(families)], seed, config))
            except (CannotDraw, NoSentence) as error:
                lacking = families[len(drawn) % len(families)]
                families = tuple(name for name in families if name != lacking)
                warn(f"the level {self.name} is evaluated without {lacking}: {error}")
                continue
            trials, scenes = zip(*drawn, strict=True)
            return LevelTrials(self, trials, scenes)
        warn(f"the level {self.name} is left out: the world {config.env} has no family for it")
        return LevelTrials(self, (), ())

    def _draw(self, grammar: Grammar, task: str, seed: int, config: EvaluateConfig) -> tuple[Trial, Any]:
        """A trial of the family; of the next seed where the level has no true sentence for the scene.

        Raises `CannotDraw` and `NoSentence`.
        """
        scenes = config.scenes_of(self.objects)
        for later in range(seed, seed + RETRIES):
            scene, goal = config.kind.draw_for(task, later, scenes, self.allows)
            rng = rng_of("sentence", later)
            for _ in range(DRAWS):
                for sentence in grammar.describe(goal, scene.names, rng, 1):
                    return Trial(self.name, later, (Command(sentence, (goal,)),)), scene
        raise NoSentence(f"none of its sentences was found to be true in {RETRIES} scenes")


SEEN = UnseenLevel(
    name="seen",
    split="train",
    description="nothing: sentences, pairings and things as in training",
    unseen=False,
)
PARAPHRASE = UnseenLevel(
    name="paraphrase",
    split="paraphrase",
    description="the sentence; every word occurs in training",
)
COMPOSITION = UnseenLevel(
    name="composition",
    split="composition",
    description="a pairing that training never described",
)
OBJECT = UnseenLevel(
    name="object",
    split="object",
    description="a colour, a shape or their pairing never occurs in training",
)
