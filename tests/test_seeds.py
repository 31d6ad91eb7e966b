"""Seeds: what is drawn for one purpose is drawn for no other, and what was released is as it was."""

import numpy as np
import pytest

from data.trials.chains import read_chains
from data.trials.pairs import draw_pairs
from sim.common.seeds import (
    BEYOND,
    EVALUATIONS,
    RELEASED,
    RETRIES,
    is_reserved,
    play_seed,
    play_sequence,
    rng_of,
    seeds_of,
)
from sim.desk.layouts import LAYOUTS
from sim.desk.tasks.families import TASKS

UNITS, EPISODES = 500, 8  # more than the released play has of either seed


def words_of_play(seed: int) -> list[tuple[int, int]]:
    """Of every episode of the released play: the word that it drew, and the seed of its scene."""
    sequences = [
        episode.spawn(2)[0] for unit in range(UNITS) for episode in play_sequence(seed, unit).spawn(EPISODES)
    ]
    chained = {chain.seed for chain in read_chains()}
    return [(int(one.generate_state(1)[0]), play_seed(one, chained)) for one in sequences]


@pytest.mark.parametrize("seed", [0, 1])
def test_released_play_never_came_upon_a_seed_to_leave_out(seed: int) -> None:
    drawn = words_of_play(seed)
    assert all(word == used for word, used in drawn)
    assert len({used for _, used in drawn}) == UNITS * EPISODES


def test_play_leaves_out_the_seeds_of_released_trials_and_of_chains() -> None:
    class Drawn(np.random.SeedSequence):
        def generate_state(self, n_words: int, dtype: object = np.uint32) -> np.ndarray:
            return np.array([trial, trial + RETRIES - 1, chain, 7, 8], np.uint32)

    trial, chain = seeds_of("synonym", 0, RELEASED)[-1], read_chains()[0].seed
    assert play_seed(Drawn(), {chain}) == 7
    assert play_seed(Drawn()) == chain


def test_trials_that_are_not_released_have_seeds_above_all_of_plays() -> None:
    for level in EVALUATIONS:
        assert min(seeds_of(level, 1, 50)) >= BEYOND
        assert min(seeds_of(level, 0, RELEASED + 50)[RELEASED:]) >= BEYOND
        assert max(seeds_of(level, 1, 50)) + RETRIES < 2**53
        assert all(map(is_reserved, seeds_of(level, 0, RELEASED)))


def test_released_seeds_are_as_they_were() -> None:
    assert seeds_of("seen", 0, 3) == [682165287, 423185618, 1218990792]
    assert seeds_of("pairs", 0, 2) == [798233000, 1607348222]
    assert seeds_of("seen", 0, 2000)[:3] == [682165287, 423185618, 1218990792]


def test_the_scenes_of_pairs_are_reserved() -> None:
    assert all(is_reserved(pair.seed) for pair in draw_pairs(0, 12, 3, tuple(LAYOUTS)))


def test_a_level_that_is_added_has_seeds_above_all_of_plays() -> None:
    assert "politeness" not in EVALUATIONS
    assert min(seeds_of("politeness", 0, 50)) >= BEYOND


def test_no_two_evaluations_share_a_scene() -> None:
    seeds = [seed for level in EVALUATIONS for run in (0, 1) for seed in seeds_of(level, run, RELEASED)]
    assert len(set(seeds)) == len(seeds)


def test_purposes_have_streams_of_their_own() -> None:
    purposes = ("scene", "sentence", "pair", "contrasts", "sensor", "latency", "fixtures")
    first = {rng_of(purpose, seed).random() for purpose in purposes for seed in (0, 1, BEYOND)}
    assert len(first) == len(purposes) * 3
    families = [rng_of("scene", 0, sum(map(ord, task.name))).random() for task in TASKS]
    assert rng_of("scene", 0).random() not in families
