"""Minimal pairs: two commands that differ in as few words as possible, each asked in its own rollout.

A pair counts as right only if both members are right, so that half an understanding earns nothing. Its
kind says what the two sentences set apart:

direction  left from right, forward from backward: a word or a phrase exchanged
roles      A on B from B on A: the noun phrases change places
state      on from off, open from shut: a word exchanged
thing      one colour or shape from another, the drawer from the tray, the led from the lamp
negation   "open the drawer" from "do not open the drawer"

Both members are asked in the same scene, but for a light, the drawer or the door that must be found in
another position for the opposite to be possible. There the scene gives away which of the two is asked.

Sentences are of the split "paraphrase" where the family has parallel ones there, and of "train" where it
has none; what forbids is framed by a held-out frame.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import NamedTuple

import numpy as np

from data.language.contrasts import OPPOSITES, Contrast, contrasts, twins
from data.language.held_out import train_objects
from data.language.naming import Phrases, fixture_phrases, phrases_for
from data.language.splits import training_goal
from sim.common.seeds import rng_of, seeds_of
from sim.desk.constants import DRAWER, JOINTED
from sim.desk.layouts import LEVER_TRAVEL
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import (
    ATTEMPTS,
    SceneConfig,
    draw_scene,
    draw_scene_for,
    initial_state,
)
from sim.desk.tasks.families import task_named
from sim.desk.tasks.geometry import in_drawer
from sim.goal_draw import CannotDraw
from sim.kinds.desk import DESK
from sim.task import Goal, goals_of

PLAIN_NAME = 0.5  # of the things are named in the plainest words, as in `data.language.grammar`
OF_DRAWER = JOINTED.index(DRAWER)
OPTIONS = 400  # ways of a kind to name a thing that are looked at


class Pair(NamedTuple):
    """Two commands, each for a rollout of its own, and what is right."""

    kind: str  # one of `data.language.contrasts.KINDS`
    seed: int  # of the scenes
    scenes: tuple[Scene, Scene]  # the same twice, but for a light, drawer or door that must differ
    goals: tuple[Goal, Goal]  # both possible in their scenes, both of the split "train"
    sentences: tuple[str, str]  # in the form of `data.language.lexicon.normalise`
    must_not: tuple[bool, bool]  # the sentence forbids the goal: right if nothing is done


def draw_pairs(seed: int, n: int, n_objects: int, layouts: tuple[str, ...]) -> list[Pair]:
    """n pairs, balanced over kinds and over the families of each; same arguments, same pairs.

    Kinds and families that need more things than a desk holds are left out. Raises `CannotDraw`.
    """
    config = SceneConfig(n_objects, layouts, train_objects())
    wanted = contrasts(seed, n, n_objects)
    return [
        _draw(contrast, own, config) for contrast, own in zip(wanted, seeds_of("pairs", seed, n), strict=True)
    ]


def _draw(contrast: Contrast, seed: int, config: SceneConfig) -> Pair:
    for later in range(seed, seed + ATTEMPTS):
        rng = rng_of("pair", later)
        scenes = _scenes(contrast, later, config, rng)
        choices = _goals(contrast, scenes)
        if choices:
            goals = choices[rng.integers(len(choices))]
            must_not = (False, contrast.kind == "negation")
            sentences = _sentences(contrast, goals, scenes[0].names, rng)
            return Pair(contrast.kind, later, scenes, goals, sentences, must_not)
    raise CannotDraw(" and ".join(dict.fromkeys(contrast.tasks)), ATTEMPTS)


# -- scenes and goals -----------------------------------------------------------------------------


def _scenes(
    contrast: Contrast, seed: int, config: SceneConfig, rng: np.random.Generator
) -> tuple[Scene, Scene]:
    one, other = contrast.tasks
    if contrast.differs:
        config = replace(config, objects=_alike(contrast.differs, config, rng))
    if one == other:
        scene, _ = draw_scene_for(one, seed, config, training_goal)
        return scene, scene
    scene = draw_scene(seed, config)  # not for one of the two: it would favour that one
    if contrast.kind in OPPOSITES:
        return _begun(scene, one, rng), _begun(scene, other, rng)
    return scene, scene


def _alike(differs: str, config: SceneConfig, rng: np.random.Generator) -> tuple[tuple[str, str], ...]:
    """So few shapes (or colours) that two things on the desk must share one."""
    shared = 1 if differs == "colour" else 0
    values = sorted({thing[shared] for thing in config.objects})
    kept = {values[i] for i in rng.permutation(len(values))[: config.n_objects - 1]}
    return tuple(thing for thing in config.objects if thing[shared] in kept)


def _begun(scene: Scene, task: str, rng: np.random.Generator) -> Scene:
    """The scene with the furniture as the family must find it."""
    begin = task_named(task).begins
    drawer, door, button, lever = scene.joints
    drawer = float(rng.uniform(*begin.drawer)) if begin.drawer else drawer
    door = float(rng.uniform(*begin.door)) if begin.door else door
    if begin.lamp is not None:
        lever = LEVER_TRAVEL if begin.lamp else -LEVER_TRAVEL
    led = scene.led if begin.led is None else begin.led
    return replace(scene, joints=(drawer, door, button, lever), led=led)


def _goals(contrast: Contrast, scenes: tuple[Scene, Scene]) -> list[tuple[Goal, Goal]]:
    """The goals that make such a pair and can both be done; none where a thing is in a drawer that moves."""
    states = [initial_state(scene) for scene in scenes]
    moved = scenes[0].joints[OF_DRAWER] != scenes[1].joints[OF_DRAWER]
    if moved and any(in_drawer(state, i) for state in states for i in range(state.n_objects)):
        return []
    members = [
        [
            goal
            for goal in goals_of(task_named(task), len(scene.objects))
            if training_goal(goal, scene.names) and DESK.possible(goal, state)
        ]
        for task, scene, state in zip(contrast.tasks, scenes, states, strict=True)
    ]
    return [(a, b) for a, b in product(*members) if _parallel(contrast, a, b, scenes[0])]


def _parallel(contrast: Contrast, one: Goal, other: Goal, scene: Scene) -> bool:
    if contrast.kind == "roles":
        return (one.object, one.other) == (other.other, other.object)
    if not contrast.differs:
        return one.things == other.things
    changed = [
        (scene.objects[i], scene.objects[j]) for i, j in zip(one.things, other.things, strict=True) if i != j
    ]
    shared = "shape" if contrast.differs == "colour" else "colour"
    return len(changed) == 1 and getattr(changed[0][0], shared) == getattr(changed[0][1], shared)


# -- sentences ------------------------------------------------------------------------------------


def _sentences(
    contrast: Contrast, goals: tuple[Goal, Goal], names: tuple[str, ...], rng: np.random.Generator
) -> tuple[str, str]:
    choices = twins(contrast.kind, *contrast.tasks)
    texts = choices[rng.integers(len(choices))]
    things = [_things(goal, names) for goal in goals]
    said = _named(contrast.kind, things, names, rng)
    one, other = (
        re.sub(r"\{(\w+)\}", lambda match, known=known: said[known[match[1]]], text)
        for text, known in zip(texts, things, strict=True)
    )
    return one, other


def _things(goal: Goal, names: tuple[str, ...]) -> dict[str, str]:
    """What each placeholder of the family's templates stands for."""
    fixture = task_named(goal.task).fixture
    known = {"fixture": fixture} if fixture else {}
    indices = (("object", goal.object), ("other", goal.other))
    return known | {key: names[index] for key, index in indices if index >= 0}


def _named(
    kind: str, things: Sequence[dict[str, str]], names: tuple[str, ...], rng: np.random.Generator
) -> dict[str, str]:
    """A noun phrase for every thing of the pair; alike for two things that take each other's place."""
    phrases = {
        thing: phrases_for(thing, names) if thing in names else fixture_phrases(thing)
        for thing in (*things[0].values(), *things[1].values())
    }
    said = {thing: _options(known, rng)[0] for thing, known in phrases.items()}
    changed = [(a, b) for a, b in zip(things[0].values(), things[1].values(), strict=True) if a != b]
    for a, b in changed[:1]:
        said[a], said[b] = _alike_named(phrases[a], phrases[b], 2 if kind == "roles" else 1, rng)
    return said


def _options(phrases: Phrases, rng: np.random.Generator) -> list[str]:
    """Some of what the thing may be called, in random order; half of the lists begin with a plain name."""
    groups = (phrases.full, phrases.short, phrases.plain)
    drawn = [group[i] for group in groups for i in rng.permutation(len(group))[:OPTIONS]]
    shuffled = dict.fromkeys(drawn[i] for i in rng.permutation(len(drawn)))
    plain = [phrases.plain[rng.integers(len(phrases.plain))]] if rng.random() < PLAIN_NAME else []
    return plain + list(shuffled)


def _alike_named(one: Phrases, other: Phrases, apart: int, rng: np.random.Generator) -> tuple[str, str]:
    """Phrases for two things in the same words but for one, or for as many as `apart`."""
    theirs: dict[tuple[str, ...], str] = {}
    for option in _options(other, rng):
        for gapped in _gapped(option, apart):
            theirs.setdefault(gapped, option)
    for phrase in _options(one, rng):
        for gapped in _gapped(phrase, apart):
            if gapped in theirs:
                return phrase, theirs[gapped]
    return one.plain[0], other.plain[0]


def _gapped(phrase: str, gaps: int) -> Iterator[tuple[str, ...]]:
    """The words of a phrase with as many of them left out as asked for, in every way."""
    words = phrase.split()
    for left_out in combinations(range(len(words)), min(gaps, len(words))):
        yield tuple("" if i in left_out else word for i, word in enumerate(words))
