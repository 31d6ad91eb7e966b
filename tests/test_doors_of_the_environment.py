"""What the environment and its world are given is taken, or refused in one sentence; nothing else."""

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from sim.common.errors import (
    BadArgument,
    ClosedWorld,
    EmptyWorld,
)
from sim.desk.cameras import CAMERAS, Camera, render
from sim.desk.scenes.sampler import SceneConfig, draw_scene, draw_scene_for
from sim.desk.simulator import World
from sim.env import BadOptions, DeskEnv
from sim.task import Goal, UnknownTask
from tests.strange_values import REFUSALS, SCENE, STILL


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": (0, 0)},
        {"size": (-4, 10)},
        {"size": (10**9, 10**9)},
        {"size": (1.5, 20)},
        {"size": "big"},
        {"size": 300},
        {"n_objects": 0},
        {"n_objects": 6},
        {"n_objects": "a"},
        {"n_objects": 2.0},
        {"n_objects": True},
        {"control_hz": 10.5},
        {"control_hz": None},
        {"world": 5},
        {"world": ["train"]},
        {"world": "x" * 10**6},
        {"camera": ["desk"]},
        {"render_mode": np.zeros(3)},
        {"renderer": {}},
        {"config": {"n_objects": 2}},
    ],
    ids=str,
)
def test_an_environment_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(REFUSALS) as refusal:
        DeskEnv(**wrong)
    assert len(str(refusal.value)) < 1500


@pytest.mark.parametrize(
    "options",
    [
        {"scene": "a"},
        {"scene": SCENE.to_dict()},
        {"scene": SCENE, "goal": ("lift", 0)},
        {"scene": SCENE, "goal": Goal("lift", 7)},
        {"scene": SCENE, "goal": Goal("lift", -1)},
        {"scene": SCENE, "goal": Goal("stack", 1, 1)},
        {"scene": SCENE, "goal": Goal("open_drawer", 0)},
        {"scene": SCENE, "goal": Goal("fly", 0)},
        {"scene": SCENE, "goal": Goal("lift", cast(Any, "0"))},
        {"task": ["lift"]},
        {"task": "lfit"},
        {"task": ""},
        {1: 2},
        ["task"],
        "task",
        0,
    ],
    ids=str,
)
def test_options_of_a_wrong_kind_are_refused(options: Any) -> None:
    env = DeskEnv()
    with pytest.raises((BadOptions, BadArgument, UnknownTask)):
        env.reset(options=options)
    env.close()


def test_a_closed_environment_says_so() -> None:
    env = DeskEnv(render_mode="rgb_array")
    env.reset(seed=0)
    saved = env.save_state()
    env.close()
    env.close()
    for late in (
        env.reset,
        env.render,
        env.save_state,
        lambda: env.step(STILL),
        lambda: env.restore_state(saved),
    ):
        with pytest.raises(ClosedWorld, match="make another one"):
            late()


def test_a_closed_world_says_so_and_an_empty_one_too() -> None:
    world = World(visuals=True)
    with pytest.raises(EmptyWorld):
        world.step(STILL)
    world.build(SCENE)
    world.close()
    for late in (world.state, world.poses, world.save, lambda: world.build(SCENE), lambda: render(world)):
        with pytest.raises(ClosedWorld):
            late()


def test_a_foreign_snapshot_is_refused_and_the_episode_goes_on() -> None:
    env = DeskEnv()
    env.reset(seed=0)
    saved = env.save_state()
    shot = saved.snapshot
    nan = ((float("nan"), 0.0),) * 9
    states: tuple[Any, ...] = (
        None,
        tuple(saved),
        saved._replace(snapshot=shot._replace(arm=nan)),
        saved._replace(snapshot=shot._replace(objects=shot.objects[:1])),
        saved._replace(
            snapshot=shot._replace(objects=(((0.0,) * 3, (0.0,) * 4, (0.0,) * 3, (0.0,) * 3),) * 3)
        ),
        saved._replace(snapshot=shot._replace(pending=((0.0,) * 6,))),
        saved._replace(snapshot=shot._replace(scene=cast(Any, SCENE.to_dict()))),
        saved._replace(before=saved.before.at(None)),
        saved._replace(memory=(0, np.zeros((1, 1)))),
        saved._replace(goal=Goal("lift", 9)),
    )
    for wrong in states:
        with pytest.raises(BadArgument):
            env.restore_state(wrong)
    env.step(STILL)
    env.close()


def test_a_camera_that_sees_nothing_is_refused() -> None:
    changes: tuple[dict[str, Any], ...] = (
        {"eye": (float("nan"), 0.0, 1.0)},
        {"eye": (0.462, 0.0, 0.0)},
        {"up": (0.0, 0.0, 0.0)},
        {"field": 0.0},
        {"field": "wide"},
    )
    for wrong in changes:
        with pytest.raises(BadArgument, match="camera"):
            replace(CAMERAS["desk"], **wrong)
    with pytest.raises(BadArgument, match="Camera"):
        render(World(), cast(Any, "desk"))
    assert Camera() == CAMERAS["desk"]


def test_draws_of_a_wrong_seed_or_kind_are_refused() -> None:
    seeds: tuple[Any, ...] = (-1, 1.0, "1", None, 2**70)
    for seed in seeds:
        with pytest.raises(BadArgument, match="seed"):
            draw_scene(seed)
        with pytest.raises(BadArgument, match="seed"):
            draw_scene_for("lift", seed)
    options: list[dict[str, Any]] = [
        {"layouts": "left_handed"}, {"objects": (("red", "sphere"),) * 9}, {"objects": 5},
    ]  # fmt: skip
    for wrong in options:
        with pytest.raises(BadArgument):
            SceneConfig(**wrong)


def test_an_action_that_is_cut_is_said_to_be() -> None:
    env = DeskEnv()
    assert env.reset(seed=0)[1]["clipped"] is False
    told = [env.step(np.full(7, size, np.float32))[-1]["clipped"] for size in (1.0, 1.001, -1.0, -7.0, 0.0)]
    assert told == [False, True, False, True, False]
    env.close()


def test_what_falls_off_the_desk_is_said_to_have() -> None:
    env, (first, *rest) = DeskEnv(), SCENE.objects
    edge = replace(first, pos=(1.1, 0.0, 0.3))
    env.reset(options={"scene": replace(SCENE, objects=(edge, *rest))})
    told = [env.step(STILL)[-1]["fallen"] for _ in range(12)]
    assert told[0] == ()
    assert told[-1] == (first.name,)
    env.close()


def test_what_falls_off_the_floor_too_stays_in_the_observation_space() -> None:
    env, (first, *rest) = DeskEnv(control_hz=1), SCENE.objects
    env.reset(options={"scene": replace(SCENE, objects=(replace(first, pos=(15.0, 0.0, 1.0)), *rest))})
    for _ in range(4):
        seen, *_, info = env.step(STILL)
    assert info["state"].pos(0)[2] < -20
    assert env.observation_space.contains(seen)
    env.close()
