"""Any kind of world is a Gymnasium environment, the desk too."""

import subprocess
import sys
import warnings
from typing import Any, cast

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from sim.common.errors import BadAction, BadArgument
from sim.desk.scenes.sampler import SceneConfig
from sim.env import ID as DESK_ID
from sim.env import DeskEnv
from sim.kinds.desk import DESK
from sim.kinds.registry import UnknownWorldKind, kind_of_world
from sim.task import Goal, UnknownTask
from sim.world_env import ID, BadOptions, BadRenderMode, WorldEnv

PUCKS = "examples.pucks:PUCKS"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        (ID, {"kind": PUCKS}),
        (ID, {"kind": "desk"}),
        (ID, {"kind": "desk", "render_mode": "rgb_array"}),
        (DESK_ID, {}),
        (DESK_ID, {"n_objects": 5}),
        (DESK_ID, {"control_hz": 20}),
        (DESK_ID, {"render_mode": "rgb_array"}),
    ],
)
def test_the_checker_of_gymnasium_has_nothing_to_say_about_any_world(name: str, options: dict) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gymnasium.make(name, **options)
        check_env(env.unwrapped)
        env.close()


def test_the_id_is_found_without_importing_the_module_first() -> None:
    code = f"import gymnasium; gymnasium.make('sim.world_env:{ID}', kind='{PUCKS}').reset(seed=0)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_it_starts_no_engine() -> None:
    code = "import sys, sim.world_env; sys.exit('pybullet' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_spaces_and_names_are_of_the_world() -> None:
    env = WorldEnv(PUCKS)
    observation, info = env.reset(seed=3)
    assert observation["entities"].shape == (4, 12)
    assert info["names"] == (*env.scene.names, "mat")
    assert env.observation_space.contains(observation)
    assert env.metadata == {"render_modes": [], "render_fps": 5}


def test_the_scripted_expert_is_rewarded_once_for_what_it_was_asked() -> None:
    env, kind = WorldEnv(PUCKS), kind_of_world(PUCKS)
    _, info = env.reset(seed=0, options={"task": "park"})
    rewards, over = [], False
    while not over and len(rewards) < 40:
        assert env.goal is not None
        _, reward, over, _, info = env.step(kind.expert(info["state"], env.goal, env.scene))
        rewards.append(reward)
    assert over
    assert (rewards[-1], sum(rewards)) == (1.0, 1.0)


def test_an_action_that_is_cut_is_said_to_be() -> None:
    env = WorldEnv(PUCKS)
    env.reset(seed=0)
    assert not env.step(np.ones(7))[-1]["clipped"]
    assert env.step(np.full(7, 1.5))[-1]["clipped"]


def test_a_scene_and_a_goal_can_be_prescribed() -> None:
    env, scene = WorldEnv(PUCKS), kind_of_world(PUCKS).draw(7, SceneConfig())
    _, info = env.reset(options={"scene": scene, "goal": Goal("park", 1)})
    assert (env.scene, env.goal, info["names"][:3]) == (scene, Goal("park", 1), scene.names)


def test_the_desk_by_its_kind_is_the_desk() -> None:
    generic, desk = WorldEnv(DESK), DeskEnv()
    for env in (generic, desk):
        env.reset(seed=4)
    rng = np.random.default_rng(0)
    for action in rng.uniform(-1, 1, (10, 7)):
        one, other = generic.step(action), desk.step(action)
        assert all(np.array_equal(one[0][key], other[0][key]) for key in one[0])
        assert one[1:4] == other[1:4]
    generic.close()
    desk.close()


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: WorldEnv("desc"), UnknownWorldKind),
        (lambda: WorldEnv(cast(Any, 3)), BadArgument),
        (lambda: WorldEnv(PUCKS, render_mode="rgb_array"), BadRenderMode),
        (lambda: WorldEnv(PUCKS, config=cast(Any, 3)), BadArgument),
        (lambda: WorldEnv(PUCKS).reset(options={"scenes": 1}), BadOptions),
        (lambda: WorldEnv(PUCKS).reset(options={"task": 1}), UnknownTask),
        (lambda: WorldEnv(PUCKS).reset(options={"scene": 1}), BadArgument),
        (lambda: WorldEnv(PUCKS).step(np.zeros(7)), gymnasium.error.ResetNeeded),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(make, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        make()
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("action", [np.zeros(6), np.full(7, np.nan), "left"])
def test_a_bad_action_is_refused_by_any_world(action: Any) -> None:
    env = WorldEnv(PUCKS)
    env.reset(seed=0)
    with pytest.raises(BadAction, match="seven"):
        env.step(action)
