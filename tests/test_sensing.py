"""What is seen of objects: noise, bias and dropout, never more and never elsewhere."""

from dataclasses import replace

import numpy as np
import pytest

from sim.desk.constants import MAX_OBJECTS
from sim.desk.rows import observe
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import SceneConfig, draw_scene, initial_state
from sim.desk.sensors import Sensor, sense
from sim.env import DeskEnv
from sim.randomize.dynamics import Dynamics
from sim.state import QUAT, State, stack
from tests.states import positions_of

T = 400


def scene_with(seed: int = 0, **dynamics) -> Scene:
    return replace(draw_scene(seed), dynamics=Dynamics(**dynamics))


def moving(scene: Scene, steps: int = T) -> State:
    """An episode in which every object drifts along x, 1 mm a step."""
    start = initial_state(scene)
    states = stack([start] * steps)
    states.objects[..., 0] += 0.001 * np.arange(steps)[:, None]
    return states


def errors(scene: Scene, steps: int = T) -> np.ndarray:
    """(T, N, 3) of the positions seen, m."""
    states = moving(scene, steps)
    return sense(states, scene).entities[:, :3, :3] - positions_of(states)


def test_a_nominal_sensor_sees_what_is_there() -> None:
    scene = scene_with()
    states = moving(scene, 20)
    for seen, plain in zip(sense(states, scene), observe(states), strict=True):
        assert np.array_equal(seen, plain)


def test_noise_has_the_deviation_it_is_said_to_have_and_no_memory() -> None:
    seen = errors(scene_with(position_noise=0.005))
    assert seen.std() == pytest.approx(0.005, rel=0.07)  # of 3600 numbers: six standard errors
    assert np.abs(seen.mean(0)).max() < 5 * 0.005 / np.sqrt(T)
    steps = np.corrcoef(seen[1:].ravel(), seen[:-1].ravel())[0, 1]
    assert abs(steps) < 0.1


def test_a_bias_stays_for_the_episode_and_differs_between_objects_and_seeds() -> None:
    seen = [errors(scene_with(seed, position_bias=0.004), 5) for seed in range(60)]
    assert all(np.allclose(one, one[0], atol=1e-6) for one in seen)
    biases = np.array([one[0] for one in seen])  # (60, 3, 3)
    assert biases.std() == pytest.approx(0.004, rel=0.2)  # of 540 numbers: six standard errors
    assert len({tuple(bias) for one in biases for bias in one}) == 180


def test_orientation_noise_turns_by_the_angle_it_is_said_to() -> None:
    scene = scene_with(orientation_noise=0.05)
    states = moving(scene)
    seen = sense(states, scene).entities[:, :3, 3:7]
    assert np.allclose(np.linalg.norm(seen, axis=-1), 1, atol=1e-5)
    angle = 2 * np.arccos(np.clip(np.abs((seen * states.objects[..., QUAT]).sum(-1)), 0, 1))
    assert np.sqrt((angle**2).mean() / 3) == pytest.approx(0.05, rel=0.1)  # three axes


def test_an_object_out_of_sight_keeps_its_last_seen_row() -> None:
    scene = scene_with(dropout=0.3)
    states = moving(scene)
    seen = sense(states, scene)
    behind = states.objects[..., 0] - seen.entities[:, :3, 0]  # m; 1 mm for every step out of sight
    ages = np.round(behind / 0.001).astype(int)
    assert np.allclose(behind, 0.001 * ages, atol=1e-5)
    assert (ages[0] == 0).all()  # everything is seen at first
    assert ((ages[1:] == 0) | (ages[1:] == ages[:-1] + 1)).all()
    lost = (ages > 0).mean(0)
    assert np.allclose(lost, 0.3, atol=0.115)  # five standard errors, each object
    assert abs(np.corrcoef(ages[:, 0] > 0, ages[:, 1] > 0)[0, 1]) < 0.25
    assert (seen.mask[:, [0, 1, 2]] == 1).all()


def test_hand_furniture_and_absent_objects_are_seen_as_they_are() -> None:
    scene = scene_with(position_noise=0.01, orientation_noise=0.1, position_bias=0.01, dropout=0.5)
    states = moving(scene, 10)
    seen, plain = sense(states, scene), observe(states)
    assert np.array_equal(seen.proprio, plain.proprio)
    assert np.array_equal(seen.mask, plain.mask)
    assert np.array_equal(seen.entities[:, 3:], plain.entities[:, 3:])
    assert np.array_equal(seen.entities[:, :3, 7:], plain.entities[:, :3, 7:])
    assert not np.array_equal(seen.entities[:, :3, :7], plain.entities[:, :3, :7])


def test_an_episode_is_seen_alike_live_and_recorded() -> None:
    scene = draw_scene(4, SceneConfig(world="held_out"))
    states, sensor = moving(scene, 15), Sensor(scene)
    recorded = sense(states, scene)
    for t in range(15):
        live = sensor.observe(states.at(t))
        assert all(np.array_equal(field[t], now) for field, now in zip(recorded, live, strict=True))
    assert len(scene.objects) <= MAX_OBJECTS


def test_the_environment_is_seen_through_the_sensor_and_judged_without() -> None:
    env = DeskEnv(world="held_out:position_bias")
    observation, info = env.reset(seed=3)
    error = observation["entities"][:3, :3] - positions_of(info["state"])
    assert 0.0005 < np.abs(error).mean() < 0.05
    assert env.observation_space.contains(observation)
    env.close()


def test_a_saved_instant_is_seen_again_with_all_that_follows() -> None:
    env = DeskEnv(world="held_out")
    now, _ = env.reset(seed=1)
    actions = np.random.default_rng(1).uniform(-1, 1, (12, 7)).astype(np.float32)
    for action in actions[:5]:
        now = env.step(action)[0]
    saved, futures = env.save_state(), []
    for _ in range(2):
        back, _ = env.restore_state(saved)
        assert np.array_equal(back["entities"], now["entities"])
        futures.append([env.step(action)[0]["entities"] for action in actions[5:]])
    env.close()
    assert np.array_equal(futures[0], futures[1])
