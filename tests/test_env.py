"""The environment keeps Gymnasium's promises, and its own."""

import subprocess
import sys
from typing import Any

import gymnasium
import numpy as np
import pytest

from sim.common.errors import BadAction, BadRate
from sim.desk.scenes.sampler import SceneConfig, draw_scene
from sim.desk.tasks import expert
from sim.env import ID, BadOptions, DeskEnv
from sim.task import Goal
from tests.states import positions_of


def actions(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (n, 7)).astype(np.float32)


def test_the_id_is_found_without_importing_the_module_first() -> None:
    code = f"import gymnasium; env = gymnasium.make('sim.env:{ID}'); env.reset(seed=0); env.close()"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_the_environment_prints_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", "import sim.env"], check=True, capture_output=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_names_and_state_come_with_every_observation() -> None:
    env = DeskEnv(n_objects=2)
    observation, info = env.reset(seed=3)
    assert info["names"][:2] == env.scene.names
    assert info["names"][2:5] == ("", "", "")
    assert observation["mask"].tolist() == [1, 1, 0, 0, 0, 1, 1, 1, 1, 1]
    observation, *_, info = env.step(np.zeros(7, np.float32))
    assert np.array_equal(observation["entities"][:2, :3], positions_of(info["state"]).astype(np.float32))
    assert env.observation_space.contains(observation)
    env.close()


def test_the_same_seed_and_actions_give_identical_states() -> None:
    runs = []
    for _ in range(2):
        env = DeskEnv()
        env.reset(seed=11)
        runs.append([env.step(action)[-1]["state"] for action in actions(40)])
        env.close()
    assert all(np.array_equal(x, y) for a, b in zip(*runs, strict=True) for x, y in zip(a, b, strict=True))


def test_episodes_of_one_environment_differ() -> None:
    env = DeskEnv()
    env.reset(seed=0)
    first = env.scene
    env.reset()
    assert env.scene != first
    env.close()


def test_two_environments_share_no_world() -> None:
    alone, beside, other = DeskEnv(), DeskEnv(), DeskEnv(n_objects=5)
    alone.reset(seed=2)
    expected = [alone.step(action)[0] for action in actions(15)]
    beside.reset(seed=2)
    other.reset(seed=9)
    for action, push, want in zip(actions(15), actions(15, 1), expected, strict=True):
        other.step(push)
        got = beside.step(action)[0]
        assert all(np.array_equal(got[key], want[key]) for key in want)
    other.close()
    beside.step(actions(1)[0])
    alone.close()
    beside.close()


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_vectors_of_environments_see_what_single_ones_see(mode: str) -> None:
    vector: Any = gymnasium.make_vec(ID, num_envs=2, vectorization_mode=mode)
    seen, info = vector.reset(seed=[4, 5])
    acts = actions(6).reshape(3, 2, 7)
    for pair in acts:
        seen, *_, info = vector.step(pair)
    vector.close()
    for i, seed in enumerate((4, 5)):
        env = DeskEnv()
        alone, info_alone = env.reset(seed=seed)
        for pair in acts:
            alone, *_ = env.step(pair[i])
        assert np.array_equal(seen["entities"][i], alone["entities"])
        assert tuple(info["names"][i]) == info_alone["names"]
        env.close()


def test_two_restores_of_a_snapshot_have_the_same_future() -> None:
    env, fresh = DeskEnv(), DeskEnv()
    env.reset(seed=1, options={"task": "lift"})
    for _ in range(9):  # to where something is in the hand, and moving
        env.step(expert.act(env.save_state()[1], Goal("lift", 0)))
    saved = env.save_state()
    futures = []
    for where in (env, fresh, env):
        where.restore_state(saved)
        futures.append([where.step(action)[0] for action in actions(20)])
    for other in futures[1:]:
        for a, b in zip(futures[0], other, strict=True):
            assert all(np.array_equal(a[key], b[key]) for key in a)
    assert fresh.goal == env.goal
    assert fresh.scene == env.scene
    env.close()
    fresh.close()


def test_a_restored_state_is_the_saved_one() -> None:
    env = DeskEnv()
    _, info = env.reset(seed=6)
    for action in actions(12):
        *_, info = env.step(action)
    saved = env.save_state()
    for action in actions(12, 1):
        env.step(action)
    _, back = env.restore_state(saved)
    then, now = info["state"], back["state"]
    assert np.allclose(then.hand, now.hand, atol=1e-9)
    assert np.allclose(then.things, now.things, atol=1e-9)
    assert then[2:] == now[2:]
    assert back["names"] == info["names"]
    env.close()


def test_without_a_task_nothing_is_rewarded() -> None:
    env = DeskEnv()
    env.reset(seed=0)
    assert all(env.step(action)[1:4] == (0.0, False, False) for action in actions(10))
    env.close()


def test_reaching_the_goal_ends_the_episode_with_a_reward() -> None:
    env = DeskEnv()
    _, info = env.reset(seed=0, options={"task": "open_drawer"})
    assert env.goal == Goal("open_drawer")
    goal, rewards, done = Goal("open_drawer"), [], False
    while not done and len(rewards) < 60:
        _, reward, done, _, info = env.step(expert.act(info["state"], goal))
        rewards.append(reward)
    assert rewards[-1] == 1.0
    assert sum(rewards) == 1.0
    env.close()


def test_a_scene_can_be_prescribed() -> None:
    env, scene = DeskEnv(), draw_scene(77, SceneConfig(n_objects=4))
    _, info = env.reset(options={"scene": scene, "goal": Goal("lift", 2)})
    assert env.scene == scene
    assert info["names"][:4] == scene.names
    assert env.goal == Goal("lift", 2)
    env.close()


@pytest.mark.parametrize("options", [{"scenes": 1}, {"task": "lift", "goal": Goal("lift", 0)}, {"goal": 1}])
def test_options_that_make_no_sense_are_refused(options: dict) -> None:
    env = DeskEnv()
    with pytest.raises(BadOptions, match="takes a scene"):
        env.reset(options=options)
    env.close()


@pytest.mark.parametrize("action", [np.zeros(6), np.full(7, np.nan), None, "left", np.full(7, np.inf)])
def test_a_bad_action_is_refused(action: Any) -> None:
    env = DeskEnv()
    env.reset(seed=0)
    with pytest.raises(BadAction, match="seven"):
        env.step(action)
    env.close()


def test_nothing_goes_before_a_reset() -> None:
    env = DeskEnv(render_mode="rgb_array")
    for too_early in (lambda: env.step(np.zeros(7)), env.render, env.save_state):
        with pytest.raises(gymnasium.error.ResetNeeded):
            too_early()
    env.close()


def test_a_rate_that_does_not_divide_physics_is_refused() -> None:
    with pytest.raises(BadRate, match="10, 12, 15, 20"):
        DeskEnv(control_hz=7)
