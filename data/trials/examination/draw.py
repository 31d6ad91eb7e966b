"""Draws the trials of an examination: for each a desk on which its item can be asked. Pure, no physics.

A desk will do where all of this holds, for some choice of its things for the placeholders:

- things, drawer, door and lights are as `begin` says, and the hand can be brought to where it says;
- every `where` holds;
- the acts can be done one after another, the hand leaving in between: each is possible, and not done already,
  on a handful of desks as they may be by then (`WorldKind.foreseen`);
- none of them counts as done at the start.

Things have the colours and shapes of training. All seeds are above those of play.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import permutations
from typing import NamedTuple

import numpy as np

from data.language.held_out import train_objects
from data.trials.examination.acts import Act
from data.trials.examination.items import Groups, Item, says_absent
from data.trials.examination.words import ABSENT, BadItem, filled
from sim.common.printable import shown
from sim.common.seeds import BEYOND, rng_of, seeds_of
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import SceneConfig, draw_begun, initial_state
from sim.desk.tasks.task import Begin
from sim.desk.tasks.task import Task as DeskTask
from sim.state import State
from sim.task import DONE, Goal
from sim.world import WorldKind

ATTEMPTS = 1000  # scenes drawn for an item: some need a rare one
HOPELESS = 300  # of them on which the first act was never possible: it will not be on others
DESKS = 8  # imagined after each act

FIRST_ACT = 4  # step of a hindrance at which the first act is looked at; those after it count on


class Asked(NamedTuple):
    """One trial of an item: everything about it but what a policy does."""

    group: str
    number: int  # of the item in its group, from 0
    seed: int
    scene: Scene
    begin: tuple[Goal, ...]  # what the scripted expert does before the first sentence
    sentences: tuple[str, ...]
    goals: tuple[tuple[Goal, ...], ...]  # of each sentence, in order; () where nothing may change


class _Hindrance(NamedTuple):
    """Why a desk will not do: how far it came, and what then was against it."""

    step: int
    says: str


class CannotDrawItem(BadItem):
    """No scene in which the item can be asked turned up."""

    def __init__(self, item: Item, attempts: int, hindrances: Mapping[_Hindrance, int]) -> None:
        """`hindrances`: how often each was met. Told is the commonest of those that came farthest."""
        told = max(hindrances, key=lambda one: (one.step, hindrances[one], one.says))
        super().__init__(
            f"no desk on which {shown(item.turns[0].say)} can be asked was found in {attempts} draws: "
            f"{told.says}"
        )


def draw_examination(groups: Groups, n: int, seed: int, config: SceneConfig, kind: WorldKind) -> list[Asked]:
    """n trials of every group, its items in turn; raises `BadItem` for an item that cannot be asked.

    A pure function of its arguments. The trials of a group do not depend on the other groups.
    """
    return [
        one
        for group, items in groups.items()
        for one in _of_group(group, items, seeds_of(f"examination, {group}", seed, n), config, kind)
    ]


def _of_group(
    group: str, items: Sequence[Item], seeds: Sequence[int], config: SceneConfig, kind: WorldKind
) -> Iterator[Asked]:
    for i, seed in enumerate(seeds):
        number = i % len(items)
        try:
            yield draw_item(items[number], seed, config, kind)._replace(group=group, number=number)
        except BadItem as error:
            raise BadItem(f"item {number + 1} of {shown(group)}: {error}") from error


def draw_item(item: Item, seed: int, config: SceneConfig, kind: WorldKind) -> Asked:
    """A trial of the item: same arguments, same trial. Raises `BadItem`."""
    assert seed >= BEYOND, "seeds below are those of play"
    rng, config = rng_of("examination", seed), for_item(item, config)
    acts, hindrances = item.acts, Counter([_Hindrance(0, "it has too few things")])
    begin = item.begin.desk(_begins(kind, acts[0].family) if acts else Begin())
    attempts = n_first = 0  # n_first: of those on which the first act came in question, and was not possible
    while attempts < ATTEMPTS and not (n_first >= HOPELESS and max(hindrances).step == FIRST_ACT):
        attempts += 1
        scene = draw_begun(rng, seed, config, begin)
        state = initial_state(scene)
        choices = list(permutations(range(state.n_objects), len(item.placeholders)))
        step = 0  # the farthest that a choice came on this desk
        for i in rng.permutation(len(choices)):
            rows = dict(zip(item.placeholders, choices[i], strict=True))
            found = _tried(item, scene, state, rows, kind, rng)
            if isinstance(found, _Hindrance):
                hindrances[found] += 1
                step = max(step, found.step)
                continue
            prelude, goals = found
            return Asked("", 0, seed, scene, prelude, _sentences(item, scene, rows, rng), goals)
        n_first += step == FIRST_ACT
    raise CannotDrawItem(item, attempts, hindrances)


def for_item(item: Item, config: SceneConfig) -> SceneConfig:
    """Desks with enough things for the item; of three where something is between the other two."""
    if any(one.relation == "between" for one in item.where):
        return replace(config, n_objects=3)
    compared = 2 if item.where else 1
    return replace(config, n_objects=max(config.n_objects, len(item.placeholders), compared))


def _begins(kind: WorldKind, family: str) -> Begin:
    """How a desk is found on which the family is possible."""
    task = kind.task(family)
    return task.begins if isinstance(task, DeskTask) else Begin()


def _tried(
    item: Item, scene: Scene, state: State, rows: Mapping[str, int], kind: WorldKind, rng: np.random.Generator
) -> _Hindrance | tuple[tuple[Goal, ...], tuple[tuple[Goal, ...], ...]]:
    """What is done beforehand and the goals of every turn, if the item can be asked of these things."""
    if not item.begin.stands(state, rows):
        return _Hindrance(1, "no thing stands where it is to begin")
    first = item.begin.prelude(state, rows, rng)
    if first and not kind.possible(first, state):
        return _Hindrance(2, f"the robot cannot begin with {first.task}")
    start = kind.foreseen(first, state, rng) if first else state
    for one in item.where:
        if not one.holds(start, rows):
            return _Hindrance(3, f"nothing is clearly {one}")
    goals = [tuple(act.goal(kind, scene, state, rows) for act in turn.goal) for turn in item.turns]
    hindrance = _hindered(item.acts, tuple(goal for turn in goals for goal in turn), start, kind, rng)
    return hindrance or ((first,) if first else (), tuple(goals))


def _hindered(
    acts: Sequence[Act], goals: Sequence[Goal], start: State, kind: WorldKind, rng: np.random.Generator
) -> _Hindrance | None:
    """What is against the first goal that counts as done at the start, or can't be done by then."""
    desks = [start]
    for step, (act, goal) in enumerate(zip(acts, goals, strict=True)):
        if bool(kind.achieved(goal, start, start)):
            return _Hindrance(FIRST_ACT + step, f"{act} is done already at the start")
        stuck = next((desk for desk in desks if not kind.possible(goal, desk)), None)
        if stuck is not None:
            return _Hindrance(FIRST_ACT + step, f"{act} {_why(goal, stuck, kind, first=step == 0)}")
        if step + 1 < len(goals):
            desks = [kind.foreseen(goal, desks[i % len(desks)], rng) for i in range(DESKS)]
    return None


def _why(goal: Goal, desk: State, kind: WorldKind, first: bool) -> str:
    """Why a goal is not possible on a desk, as what follows the act."""
    task, hindrance = kind.task(goal.task), kind.hindrance(goal, desk)
    if bool(kind.achieved(goal, desk, desk)) or (hindrance is not None and hindrance.kind == DONE):
        return f"is done already {'at the start' if first else 'by then'}"
    if hindrance is None and task.sets_down and (task.about_fixtures or task.in_region):
        return f"has no free spot within reach{'' if first else ' by then'}"
    return "is not possible at the start" if first else "could not be done by then"


def _sentences(
    item: Item, scene: Scene, rows: Mapping[str, int], rng: np.random.Generator
) -> tuple[str, ...]:
    """The sentences with names filled in; what is absent is any thing of training that is not on the desk."""
    names = {placeholder: scene.names[row] for placeholder, row in rows.items()}
    if says_absent(item):
        absent = [f"{c} {s}" for c, s in train_objects() if f"{c} {s}" not in scene.names]
        names[ABSENT] = absent[rng.integers(len(absent))]
    return tuple(filled(turn.say, names) for turn in item.turns)
