"""Drawn worlds: pure, stored with the scene, and nominal where nothing else is asked for."""

import json
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest

from sim.desk.scene import Scene
from sim.desk.scenes.sampler import SceneConfig, draw_scene, draw_scene_for
from sim.desk.simulator import World
from sim.desk.tasks import expert
from sim.randomize.draw import draw_dynamics, draw_looks
from sim.randomize.dynamics import Dynamics, Looks
from sim.randomize.factors import FACTORS, PHYSICS, SENSING, factor_named
from tests.states import positions_of

SEEDS = range(30)

BEFORE = {
    ("stack", 0, 10): [
        [0.415206, 0.21028, 0.121489],
        [0.511896, 0.346219, 0.022984],
        [0.381617, -0.026712, 0.014687],
        [0.418152, 0.206548, 0.120123],
    ],
    ("turn_on_lamp", 2, 10): [
        [0.352374, 0.329669, 0.032778],
        [0.454484, -0.058297, 0.023437],
        [0.554105, 0.01872, 0.013238],
        [0.503328, 0.10348, 0.021687],
    ],
    ("open_drawer", 1, 25): [
        [0.39138, 0.229058, 0.106595],
        [0.540587, -0.351925, 0.027637],
        [0.552286, -0.030653, 0.013193],
        [0.485356, -0.12292, 0.017135],
    ],
}
"""Where the hand and the objects were after so many actions of the expert, m, before any of this could be
randomised. Processors round differently, and contact multiplies the difference: noise of 1e-5 on the actions
moves nothing here by 0.1 mm, and would by centimetres later on."""


def hand_and_objects(task: str, seed: int, steps: int, **dynamics: Any) -> np.ndarray:
    world = World()
    scene, goal = draw_scene_for(task, seed)
    state = world.build(replace(scene, dynamics=replace(scene.dynamics, **dynamics)))
    for _ in range(steps):
        state = world.step(expert.act(state, goal))
    world.close()
    return np.array([state.ee_pos, *positions_of(state)])


@pytest.mark.parametrize(("task", "seed", "steps"), BEFORE)
def test_a_nominal_world_is_the_one_there_was_before(task: str, seed: int, steps: int) -> None:
    before = BEFORE[task, seed, steps]
    assert np.allclose(hand_and_objects(task, seed, steps), before, rtol=0, atol=3e-4)
    assert not np.allclose(hand_and_objects(task, seed, steps, actuator_gain=0.19), before, rtol=0, atol=3e-4)


@pytest.mark.parametrize("world", ["nominal", "train", "held_out", "held_out:gravity_tilt_x"])
def test_the_same_seed_draws_the_same_world(world: str) -> None:
    config = SceneConfig(world=world)
    assert all(draw_scene(seed, config) == draw_scene(seed, config) for seed in SEEDS)
    assert len({draw_dynamics(seed, world) for seed in SEEDS}) == (1 if world == "nominal" else len(SEEDS))
    assert {draw_dynamics(seed, "nominal") for seed in SEEDS} == {Dynamics()}
    assert {draw_looks(seed, "nominal") for seed in SEEDS} == {Looks()}


def test_a_factor_is_drawn_alike_alone_and_among_all() -> None:
    for factor in (*PHYSICS, *SENSING):
        alone, all_ = draw_dynamics(3, f"held_out:{factor.name}"), draw_dynamics(3, "held_out")
        value = getattr(alone, factor.name)
        assert value == getattr(all_, factor.name)
        assert not factor.trained(value)
        nominal: dict[str, Any] = {factor.name: factor.nominal}
        assert replace(alone, **nominal) == Dynamics()


@pytest.mark.parametrize("regime", ["train", "held_out"])
def test_every_number_of_a_scene_is_where_its_world_says(regime: str) -> None:
    for seed in SEEDS:
        scene = draw_scene(seed, SceneConfig(world=regime))
        drawn: dict[str, Any] = {
            **asdict(scene.dynamics),
            **asdict(scene.looks),
            "n_objects": len(scene.objects),
        }
        tints = np.ravel(drawn.pop("object_tint"))
        values = list(drawn.items())
        values += [("object_tint", value) for value in tints]
        values += [("fixture_shift", v) for shift in scene.shifts for v in shift[:2]]
        values += [("fixture_turn", shift[2]) for shift in scene.shifts]
        assert len({name for name, _ in values}) == len(FACTORS) - 1  # but object_size, see below
        assert all(factor_named(name).trained(value) == (regime == "train") for name, value in values)


def test_objects_are_sized_as_the_world_says() -> None:
    bars = SceneConfig(objects=(("red", "bar"),), n_objects=1)
    nominal, held_out = (
        np.array([draw_scene(seed, replace(bars, world=w)).objects[0].size[0] / 0.090 for seed in range(100)])
        for w in ("nominal", "held_out:object_size")
    )
    size = factor_named("object_size")
    assert all(size.trained(round(scale, 2)) for scale in nominal)
    assert all(not 0.941 < scale < 1.059 for scale in held_out)
    assert held_out.min() < 0.85
    assert held_out.max() > 1.06


def test_a_drawn_world_survives_json_and_an_old_scene_is_nominal() -> None:
    for seed in SEEDS:
        scene = draw_scene(seed, SceneConfig(world="held_out"))
        assert Scene.from_dict(json.loads(json.dumps(scene.to_dict()))) == scene
        raw = draw_scene(seed).to_dict()
        old = {key: raw[key] for key in ("seed", "layout", "objects", "joints", "led")}
        assert Scene.from_dict(old) == draw_scene(seed)


def test_physics_leaves_a_randomised_scene_as_it_was_drawn() -> None:
    world = World()
    for regime in ("train", "held_out"):
        for seed in range(20):
            scene = draw_scene(seed, SceneConfig(world=regime))
            state = world.build(scene)
            drawn = np.array([thing.pos for thing in scene.objects])
            assert np.abs(drawn - positions_of(state)).max() < 0.004
    world.close()
