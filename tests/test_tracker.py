"""Where things are by all that was seen of them, in a rollout in which one is carried."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from data.play.collection import PlayConfig, play_episode
from data.samples.object_tracker import ENOUGH, Tracker, tracked
from sim.desk.rows import observe
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import SceneConfig, draw_scene_for
from sim.desk.sensors import sense
from sim.desk.simulator import World
from sim.desk.tasks import expert
from sim.kinds.desk import DESK
from sim.observation import Observation
from sim.randomize.dynamics import Dynamics
from sim.state import POS, QUAT, State, stack
from tests.states import HERE, state_with

NOISE = Dynamics(position_noise=0.004, orientation_noise=0.06)


@cache
def rollout() -> tuple[State, Scene, int]:
    """The expert picks something up and puts it into the tray: states (T, ...), the scene, the object."""
    world = World()
    scene, goal = draw_scene_for("put_in_tray", 3)
    states = [world.build(scene)]
    for _ in range(60):
        states.append(world.step(np.asarray(expert.act(states[-1], goal))))
    world.close()
    return stack(states), scene, goal.object


def views(dynamics: Dynamics = NOISE, seed: int = 3) -> Observation:
    """What a sensor in such a world sees of it: (1, T, ...)."""
    states, scene, _ = rollout()
    seen = sense(states, replace(scene, seed=seed, dynamics=dynamics))
    return Observation(*(field[None] for field in seen))


def errors(seen: Observation) -> np.ndarray:
    """How far objects are from where they are thought to be, m: (T, N)."""
    true = rollout()[0].objects[..., POS]
    return np.linalg.norm(seen.entities[0, :, : true.shape[1], :3] - true, axis=-1)


def turns(seen: Observation) -> np.ndarray:
    """Likewise of their orientation, rad."""
    true = rollout()[0].objects[..., QUAT]
    dot = (seen.entities[0, :, : true.shape[1], 3:7] * true).sum(-1)
    return 2 * np.arccos(np.clip(np.abs(dot), 0, 1))


def test_what_is_seen_as_it_is_stays_as_it_is() -> None:
    exact = views(Dynamics())
    for was, now in zip(exact, tracked(exact, DESK.spec), strict=True):
        np.testing.assert_allclose(now, was, atol=1e-6)


@pytest.mark.parametrize("seed", [20, 22, 23])
def test_what_rolls_spins_and_tumbles_is_not_taken_for_jitter(seed: int) -> None:
    world = World()
    config = PlayConfig(scene=SceneConfig(n_objects=1))  # with one thing to tell it by
    played = play_episode(world, config, np.random.SeedSequence([7, seed])).states
    world.close()
    exact = Observation(*(field[None] for field in observe(played)))
    moved = np.abs(np.diff(exact.entities[0, :, 0], axis=0)).max(0)
    assert moved[:3].max() > 0.02
    for was, now in zip(exact, tracked(exact, DESK.spec), strict=True):
        np.testing.assert_allclose(now, was, atol=1e-6)


@pytest.mark.parametrize(("opening", "goes"), [(0.045, True), (0.03, True), (0.0, False), (0.069, False)])
def test_only_fingers_about_as_far_open_as_a_thing_is_wide_take_it_along(opening: float, goes: bool) -> None:
    start = state_with(objects=1, hand=(HERE[0] + 0.01, HERE[1], HERE[2] + 0.01), gripper=opening)
    end = state_with(objects=1, hand=(HERE[0] + 0.04, HERE[1], HERE[2] + 0.05), gripper=opening)
    before, after = (Observation(*(field[None] for field in observe(state))) for state in (start, end))
    tracker = Tracker(1, DESK.spec)
    tracker.see(before)
    seen = tracker.see(after).entities[0, 0, :3]  # the thing is out of sight: its row is the last one
    np.testing.assert_allclose(seen - HERE, (0.03, 0, 0.04) if goes else (0, 0, 0), atol=1e-6)


def test_jitter_is_told_and_averaged_away() -> None:
    raw = views()
    seen = tracked(raw, DESK.spec)
    late = slice(20, None)
    assert np.median(errors(seen)[late]) < 0.5 * np.median(errors(raw)[late])
    assert np.median(turns(seen)[late]) < 0.5 * np.median(turns(raw)[late])


def test_how_much_views_jitter_is_told() -> None:
    seen, tracker = views(replace(NOISE, dropout=0.2)), Tracker(1, DESK.spec)
    for t in range(60):
        tracker.see(Observation(*(field[:, t] for field in seen)))
    place, quaternion = tracker.jitter[0]
    assert place == pytest.approx(NOISE.position_noise, rel=0.3)
    assert 2 * quaternion == pytest.approx(NOISE.orientation_noise, rel=0.3)
    assert tracker.context[0, 2] == pytest.approx(0.2, abs=0.1)
    np.testing.assert_allclose(tracker.context[0, :2], tracker.jitter[0], rtol=1e-6)


def test_what_is_carried_out_of_sight_goes_with_the_hand() -> None:
    states, _, thing = rollout()
    carried = states.pos(thing)[..., 2] > 0.05
    assert carried.sum() > 5
    raw = [views(Dynamics(dropout=0.35), seed) for seed in range(8)]
    left_behind = np.concatenate([errors(view)[carried, thing] for view in raw])
    followed = np.concatenate([errors(tracked(view, DESK.spec))[carried, thing] for view in raw])
    assert left_behind.max() > 0.05
    assert followed.mean() < 0.4 * left_behind.mean()


def test_what_jumps_is_believed_at_once() -> None:
    raw = views()
    jumped = raw.entities.copy()
    jumped[:, 30:, 0, 0] += 0.1  # somebody moved it while the hand was elsewhere
    seen = tracked(raw._replace(entities=jumped), DESK.spec)
    gap = seen.entities[0, :, 0, 0] - jumped[0, :, 0, 0]
    assert np.abs(gap[30:34]).max() < 0.02


def test_after_looking_away_it_begins_with_what_it_sees_but_knows_its_eyes() -> None:
    raw, tracker = views(), Tracker(1, DESK.spec)
    for t in range(20):
        tracker.see(Observation(*(field[:, t] for field in raw)))
    jitter = tracker.jitter.copy()
    assert (jitter > 0).all()
    tracker.look_away()
    now = Observation(*(field[:, 40] for field in raw))
    np.testing.assert_array_equal(tracker.see(now).entities, now.entities)
    np.testing.assert_array_equal(tracker.jitter, jitter)


def test_too_few_views_tell_nothing() -> None:
    raw, tracker = views(), Tracker(1, DESK.spec)
    n = rollout()[0].n_objects
    for t in range(1 + (ENOUGH - 1) // n):
        now = Observation(*(field[:, t] for field in raw))
        np.testing.assert_array_equal(tracker.see(now).entities, now.entities)
    assert not tracker.jitter.any()


def test_worlds_do_not_mix() -> None:
    noisy, exact = views(), views(Dynamics())
    both = tracked(Observation(*(np.concatenate(pair) for pair in zip(noisy, exact, strict=True))), DESK.spec)
    for row, alone in enumerate((noisy, exact)):
        for field, mine in zip(both, tracked(alone, DESK.spec), strict=True):
            np.testing.assert_allclose(field[row], mine[0], atol=1e-6)
