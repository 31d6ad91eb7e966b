"""Play: reproducible, varied, and without a word of why."""

from collections import Counter

import numpy as np
import pytest

from data.language.held_out import is_held_out_object, train_objects
from data.play import collection as play
from data.play.collection import PlayConfig, collect, play_episode, play_unit
from data.relabel.hindsight import reached_goals
from data.store.episode import EpisodeRecord
from data.store.reader import open_dataset
from sim.desk.scenes.sampler import SceneConfig
from sim.desk.simulator import World
from sim.desk.tasks.families import TASKS
from sim.kinds.desk import DESK
from sim.randomize.dynamics import Dynamics

SHORT = PlayConfig(minutes=1, episode_steps=40)


def same(first: EpisodeRecord, second: EpisodeRecord) -> bool:
    fields = zip(*((r.states.hand, r.states.things, r.actions) for r in (first, second)), strict=True)
    return first.scene == second.scene and all(np.array_equal(a, b) for a, b in fields)


@pytest.fixture(scope="module")
def unit() -> list[EpisodeRecord]:
    return play_unit(PlayConfig(seed=3), 0)


@pytest.mark.long
def test_a_unit_of_play_is_a_function_of_seed_and_number() -> None:
    first, again, other = play_unit(SHORT, 4), play_unit(SHORT, 4), play_unit(SHORT, 5)
    assert all(same(a, b) for a, b in zip(first, again, strict=True))
    assert not any(same(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.long
def test_play_does_many_different_things(unit: list[EpisodeRecord]) -> None:
    done = Counter(goal.task for record in unit for _, _, goal in reached_goals(record.states, DESK))
    assert sum(done.values()) >= 80  # of 2,400 control steps
    assert len(done) >= 0.7 * len(TASKS)


def test_play_actions_are_within_bounds_and_finite(unit: list[EpisodeRecord]) -> None:
    actions = np.concatenate([record.actions for record in unit])
    assert np.isfinite(actions).all()
    assert np.abs(actions).max() <= 1


def test_play_is_never_given_a_held_out_object(unit: list[EpisodeRecord]) -> None:
    assert not any(is_held_out_object(t.colour, t.shape) for record in unit for t in record.scene.objects)


def test_an_episode_says_nothing_of_intent() -> None:
    assert set(EpisodeRecord._fields) == {"scene", "states", "actions"}
    assert set(PlayConfig.__dataclass_fields__) == {"minutes", "seed", "episode_steps", "scene", "env"}


@pytest.mark.long
def test_collection_is_the_same_with_any_number_of_workers(tmp_path) -> None:
    for workers in (1, 2):
        assert list(collect(SHORT, tmp_path / str(workers), workers))[-1] == (SHORT.n_units, SHORT.n_units)
    first, second = (open_dataset(tmp_path / name, DESK) for name in ("1", "2"))
    assert first.n_episodes == second.n_episodes > 0
    assert all(same(first.episode(i), second.episode(i)) for i in range(first.n_episodes))


@pytest.mark.long
def test_an_interrupted_collection_goes_on_where_it_was(tmp_path, monkeypatch) -> None:
    straight = list(collect(SHORT, tmp_path / "straight", 1))
    halves = collect(SHORT, tmp_path / "halves", 1)
    assert [next(halves) for _ in range(2)] == [(0, SHORT.n_units), (1, SHORT.n_units)]
    halves.close()
    played: list[int] = []
    real = play.play_unit
    monkeypatch.setattr(play, "play_unit", lambda config, unit: (played.append(unit), real(config, unit))[1])
    list(collect(SHORT, tmp_path / "halves", 1))
    assert played == list(range(1, straight[-1][1]))
    first, second = (open_dataset(tmp_path / name, DESK) for name in ("straight", "halves"))
    assert all(same(first.episode(i), second.episode(i)) for i in range(first.n_episodes))


@pytest.mark.parametrize(
    ("given", "said"), [({"minutes": 0}, "above 0"), ({"episode_steps": 3}, "at least 20")]
)
def test_a_play_config_that_makes_no_sense_is_refused_in_words(given: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        PlayConfig(**given)


def test_play_in_a_randomised_world_records_what_was_commanded() -> None:
    world = World()
    for regime in ("train", "held_out"):
        scenes = SceneConfig(world=regime, objects=train_objects())
        record = play_episode(world, PlayConfig(episode_steps=60, scene=scenes), np.random.SeedSequence(2))
        assert record.scene.dynamics != Dynamics()
        assert np.abs(record.actions).max() <= 1
        assert record.length == 60
        again = play_episode(world, PlayConfig(episode_steps=60, scene=scenes), np.random.SeedSequence(2))
        assert same(record, again)
        moved = np.ptp(record.states.ee_pos, axis=0)
        assert moved.max() > 0.1  # it plays
    world.close()
