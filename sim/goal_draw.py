"""Drawing goals: those of a scene in random order, and a scene in which a family is possible."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from sim.state import State
from sim.task import Goal, Task, goals_of

Allows = Callable[[Goal, tuple[str, ...]], bool]
"""(goal, names of the scene's objects) -> whether it may be asked for."""


class CannotDraw(ValueError):
    """No scene of the kind asked for turned up."""

    def __init__(self, task: str, attempts: int) -> None:
        super().__init__(
            f"no scene in which {task} is possible and allowed was found in {attempts} draws; "
            "more objects or fewer exclusions would help"
        )


def first_possible(
    family: Task,
    scenes: Iterable[tuple[Any, State]],
    rng: np.random.Generator,
    goals_for: Callable[[Any, State], Iterable[Goal]],
    possible: Callable[[Goal, State], bool],
    allows: Allows | None = None,
) -> tuple[Any, Goal]:
    """The first of `scenes`, given with their states, in which goals of the family are possible and allowed.

    With it comes one of those goals at random. `goals_for` lists the goals that a scene and its state have,
    `possible` is as `WorldKind.possible`. Raises `CannotDraw`.
    """
    tried = 0
    for scene, state in scenes:
        tried += 1
        goals = [
            goal
            for goal in goals_for(scene, state)
            if possible(goal, state) and (allows is None or allows(goal, scene.names))
        ]
        if goals:
            return scene, goals[rng.integers(len(goals))]
    raise CannotDraw(family.name, tried)


def drawn_goals(
    rng: np.random.Generator,
    families: Sequence[Task],
    weights: Mapping[str, float],
    n_objects: int,
    most: int | None = None,
    skip: Collection[str] = (),
) -> Iterator[Goal]:
    """Goals in a scene of `n_objects` objects, family by family; take the first one that will do.

    Families come in a weighted random order (Efraimidis and Spirakis 2006): `weights` is by the name of a
    family, 1 where it says nothing. A family's goals come in a uniform random order, at most `most` of them.
    Families named in `skip` are left out after the draw, so that they change no other family's place.

    The generator is lazy: what it takes from `rng` depends on how many goals are asked of it.
    """
    keys = [rng.random() ** (1 / weights.get(family.name, 1.0)) for family in families]
    for index in np.argsort(keys)[::-1]:
        family = families[index]
        if family.name in skip:
            continue
        goals = goals_of(family, n_objects)
        for i in rng.permutation(len(goals))[:most]:
            yield goals[i]
