"""The sentences that a measure of confidence is fitted, set and judged on: three draws, all different.

fit       training sentences, half of them of at most six words (or length would give nonsense away), and
          `data.language.out_of_domain.FITTED`, bare and in training's frames
set       sentences of all splits, for the threshold
figures   others of all splits, of other scenes, and `data.language.out_of_domain.HELD_OUT`, bare and in
          held-out frames
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count, islice
from typing import NamedTuple

from data.language.frames import IMPERATIVE_FRAMES
from data.language.grammar import Grammar
from data.language.held_out import HELD_OUT_FRAMES
from data.language.lexicon import expand, normalise
from data.language.out_of_domain import ORDERS
from data.language.splits import SPLITS, split_named
from sim.common.seeds import rng_of
from sim.desk.scenes.sampler import SceneConfig
from sim.goal_draw import CannotDraw
from sim.world import WorldKind

BRIEF = 6  # words
DRAWS = 24  # sentences of a scene among which short ones are looked for
MISSES = 1000  # draws without a sentence, after which a split has none
FRAMED = 2  # framed sentences for each bare one


class Utterance(NamedTuple):
    """A sentence, and the names of the things in its scene."""

    sentence: str
    names: tuple[str, ...]  # as `WorldSpec.names`


def sound(split: str, n: int, seed: int, kind: WorldKind, brief: bool = False) -> list[Utterance]:
    """n sentences of a split, of all families in turn, each with a scene in which it can be done.

    Fewer where a kind of world has no more.
    """
    return list(islice(_sound(split, seed, brief, kind), n))


def _sound(split: str, seed: int, brief: bool, kind: WorldKind) -> Iterator[Utterance]:
    at = split_named(split)
    grammar, scenes = (
        Grammar(at.name, tasks=kind.tasks),
        SceneConfig(kind.spec.usual_objects, objects=at.objects),
    )
    misses = 0  # one after another
    without: set[str] = set()  # families that have no goal of the split
    for i in count():
        if misses == MISSES or len(without) == len(kind.tasks):
            return
        family = kind.tasks[i % len(kind.tasks)].name
        if family in without:
            continue
        try:
            scene, goal = kind.draw_for(family, 100_000 * seed + i, scenes, at.allows)
        except CannotDraw:
            without.add(family)
            continue
        said = grammar.describe(goal, scene.names, rng_of("confidence", seed, i), DRAWS if brief else 1)
        fit = [one for one in said if not brief or len(one.split()) <= BRIEF]
        misses = 0 if fit else misses + 1
        for sentence in fit[:1]:
            yield Utterance(sentence, kind.spec.names(scene.names))


def sound_of_all_splits(n: int, seed: int, kind: WorldKind) -> dict[str, list[Utterance]]:
    """n sentences of each split."""
    return {split.name: sound(split.name, n, seed, kind=kind) for split in SPLITS}


def nonsense(
    groups: Mapping[str, Sequence[str]], seed: int, held_out: bool, kind: WorldKind
) -> tuple[list[Utterance], list[Utterance]]:
    """Sentences bare, and those that order something in frames too; `held_out` frames, or training's."""
    frames = [f for p in IMPERATIVE_FRAMES for f in expand(p) if (f in HELD_OUT_FRAMES) == held_out]
    rng, bare, framed = rng_of("confidence", seed), [], []
    for group, sentences in groups.items():
        for sentence in sentences:
            scene = kind.draw(100_000 * seed + len(bare), SceneConfig(kind.spec.usual_objects))
            names = kind.spec.names(scene.names)
            bare.append(Utterance(normalise(sentence), names))
            for i in rng.permutation(len(frames))[: FRAMED if group in ORDERS else 0]:
                framed.append(Utterance(normalise(frames[i].replace("{do}", sentence)), names))
    return bare, framed
