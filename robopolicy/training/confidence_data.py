"""The sentences that a measure of confidence is fitted, set and judged on: three draws, all different.

fit       training sentences, half of them of at most six words (or length would give nonsense away), and
          `data.language.out_of_domain.FITTED`, bare and in training's frames
set       sentences of all splits, for the threshold
figures   others of all splits, of other scenes, and `data.language.out_of_domain.HELD_OUT`, bare and in
          held-out frames
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from data.language.frames import IMPERATIVE_FRAMES
from data.language.grammar import Grammar
from data.language.held_out import HELD_OUT_FRAMES, SPLITS, split_named
from data.language.lexicon import expand, normalise
from data.language.out_of_domain import ORDERS
from sim.common.seeds import rng_of
from sim.desk.rows import entity_names
from sim.desk.scenes.sampler import CannotDraw, SceneConfig, draw_scene, draw_scene_for
from sim.desk.tasks.families import TASKS

BRIEF = 6  # words
DRAWS = 24  # sentences of a scene among which short ones are looked for
FRAMED = 2  # framed sentences for each bare one


class Utterance(NamedTuple):
    """A sentence, and the names of the things in its scene."""

    sentence: str
    names: tuple[str, ...]  # as `entity_names`


def sound(split: str, n: int, seed: int, brief: bool = False) -> list[Utterance]:
    """n sentences of a split, of all families in turn, each with a scene in which it can be done."""
    found = _sound(split, seed, brief)
    return [next(found) for _ in range(n)]


def _sound(split: str, seed: int, brief: bool) -> Iterator[Utterance]:
    at = split_named(split)
    grammar, desks = Grammar(at.name), SceneConfig(objects=at.objects)
    without: set[str] = set()  # families that have no goal of the split
    for i in count():
        family = TASKS[i % len(TASKS)].name
        if family in without:
            continue
        try:
            scene, goal = draw_scene_for(family, 100_000 * seed + i, desks, at.allows)
        except CannotDraw:
            without.add(family)
            continue
        said = grammar.describe(goal, scene.names, rng_of("confidence", seed, i), DRAWS if brief else 1)
        for sentence in [one for one in said if not brief or len(one.split()) <= BRIEF][:1]:
            yield Utterance(sentence, entity_names(scene.names))


def sound_of_all_splits(n: int, seed: int) -> dict[str, list[Utterance]]:
    """n sentences of each split."""
    return {split.name: sound(split.name, n, seed) for split in SPLITS}


def nonsense(
    kinds: Mapping[str, Sequence[str]], seed: int, held_out: bool
) -> tuple[list[Utterance], list[Utterance]]:
    """Sentences bare, and those that order something in frames too; `held_out` frames, or training's."""
    frames = [f for p in IMPERATIVE_FRAMES for f in expand(p) if (f in HELD_OUT_FRAMES) == held_out]
    rng, bare, framed = rng_of("confidence", seed), [], []
    for kind, sentences in kinds.items():
        for sentence in sentences:
            names = entity_names(draw_scene(100_000 * seed + len(bare)).names)
            bare.append(Utterance(normalise(sentence), names))
            for i in rng.permutation(len(frames))[: FRAMED if kind in ORDERS else 0]:
                framed.append(Utterance(normalise(frames[i].replace("{do}", sentence)), names))
    return bare, framed
