"""Goals of a scene in random order, families with more weight earlier."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from sim.task import Goal, Task, goals_of


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
