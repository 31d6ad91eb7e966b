"""The weighted random order in which goals are tried."""

from collections import Counter
from itertools import groupby

import numpy as np

from sim.desk.tasks.families import TASKS
from sim.goal_draw import drawn_goals
from sim.task import goals_of

LIFT, PUSH, OPEN = (next(t for t in TASKS if t.name == n) for n in ("lift", "push_left", "open_drawer"))


def drawn(seed: int, weights: dict[str, float] | None = None, **options) -> list:
    rng = np.random.default_rng(seed)
    return list(drawn_goals(rng, (LIFT, PUSH, OPEN), weights or {}, 3, **options))


def test_every_goal_comes_once_and_families_stay_together() -> None:
    goals = drawn(0)
    assert sorted(goals) == sorted(goal for family in (LIFT, PUSH, OPEN) for goal in goals_of(family, 3))
    assert len([name for name, _ in groupby(goal.task for goal in goals)]) == 3


def test_a_family_comes_first_in_proportion_to_its_weight() -> None:
    first = Counter(drawn(seed, {"lift": 2.0})[0].task for seed in range(2000))
    assert abs(first["lift"] / 2000 - 0.5) < 0.05  # 4.5 standard deviations: wrong in 1 of 100,000 seeds
    assert abs(first["push_left"] / 2000 - 0.25) < 0.05


def test_goals_of_a_family_are_limited_and_in_random_order() -> None:
    assert Counter(goal.task for goal in drawn(0, most=2)) == {"lift": 2, "push_left": 2, "open_drawer": 1}
    assert len({next(g for g in drawn(seed) if g.task == "lift").object for seed in range(40)}) == 3


def test_a_skipped_family_changes_no_other_familys_place() -> None:
    for seed in range(20):
        order = [name for name, _ in groupby(goal.task for goal in drawn(seed))]
        rest = [name for name, _ in groupby(goal.task for goal in drawn(seed, skip={"lift"}))]
        assert rest == [name for name in order if name != "lift"]


def test_what_is_not_asked_for_draws_no_random_numbers() -> None:
    rng, other = np.random.default_rng(5), np.random.default_rng(5)
    next(drawn_goals(rng, (LIFT, PUSH), {}, 3))
    other.random(2)
    other.permutation(3)
    assert rng.random() == other.random()
