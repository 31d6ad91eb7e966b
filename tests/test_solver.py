"""A firm, centred grip keeps what it holds, however light that is."""

import numpy as np
import pytest

from sim.bullet import pybullet
from sim.draw import SceneConfig, draw_scene_for
from sim.expert import act
from sim.solver import ITERATIONS
from sim.tasks import achieved
from sim.world import World

STRONG_AND_LIGHT = "object_mass=0.02+force_limit=2"


@pytest.fixture
def world():
    world = World()
    yield world
    world.close()


def sweeps(world: World) -> int:
    return pybullet.getPhysicsEngineParameters(world._client)["numSolverIterations"]


def squeeze(world: World, name: str, seed: int) -> list[int]:
    """Lift the object and swing it about for 3 s; returns the sweeps of each step. It must still be held."""
    scene, goal = draw_scene_for("lift", seed, SceneConfig(world=name))
    before = state = world.build(scene)
    counts = []
    while not achieved(goal, before, state):
        state = world.step(act(state, goal))
        counts.append(sweeps(world))
    for step in range(30):
        state = world.step([0, 0.5 * (-1) ** (step // 5), 0, 0, 0, 0, -1])
        counts.append(sweeps(world))
    assert abs(state.object_pos[goal.object, 2] - state.ee_pos[2]) < 0.03, f"scene {seed}: dropped"
    return counts


def test_what_is_light_stays_between_strong_fingers(world):
    counts = [count for seed in range(8) for count in squeeze(world, STRONG_AND_LIGHT, seed)]
    assert set(counts) == {ITERATIONS, 120}


def test_with_as_few_sweeps_as_elsewhere_it_is_squeezed_out(world, monkeypatch):
    monkeypatch.setattr("sim.solver.SQUEEZED", 0)
    dropped = 0
    for seed in range(8):
        try:
            squeeze(world, STRONG_AND_LIGHT, seed)
        except AssertionError:
            dropped += 1
    assert dropped >= 4


@pytest.mark.parametrize("name", ["nominal", "object_mass=0.5", "force_limit=0.5"])
def test_elsewhere_the_number_of_sweeps_never_changes(world, name):
    assert set(squeeze(world, name, 1)) == {ITERATIONS}


def test_a_restored_world_goes_on_with_as_many_sweeps(world):
    scene, goal = draw_scene_for("lift", 2, SceneConfig(world=STRONG_AND_LIGHT))
    before = state = world.build(scene)
    while not achieved(goal, before, state):
        state = world.step(act(state, goal))
    saved, hold = world.save(), [0, 0, 0, 0, 0, 0, -1]
    futures = []
    for _ in range(2):
        world.restore(saved)
        assert sweeps(world) == ITERATIONS
        futures.append([world.step(hold).object_pos[goal.object] for _ in range(5)])
        assert sweeps(world) == 120
    np.testing.assert_array_equal(*futures)
