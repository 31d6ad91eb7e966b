"""A firm, centred grip keeps what it holds, however light that is."""

import numpy as np
import pytest

from sim.bullet.client import pybullet
from sim.bullet.solver import ITERATIONS
from sim.desk.scenes.sampler import SceneConfig, draw_scene_for
from sim.desk.simulator import World
from sim.desk.tasks.expert import act
from sim.kinds.desk import DESK

STRONG_AND_LIGHT = "object_mass=0.02+force_limit=2"
STEPS = 120  # control steps that lifting may take


@pytest.fixture
def world():
    world = World()
    yield world
    world.close()


def sweeps(world: World) -> int:
    return pybullet.getPhysicsEngineParameters(world._client)["numSolverIterations"]


def lifted(world: World, name: str, seed: int) -> tuple[int, list[int]]:
    """The object that the expert lifts, and the sweeps of each step."""
    scene, goal = draw_scene_for("lift", seed, SceneConfig(world=name))
    before = state = world.build(scene)
    counts = []
    for _ in range(STEPS):
        state = world.step(act(state, goal))
        counts.append(sweeps(world))
        if DESK.achieved(goal, before, state):
            break
    return goal.object, counts


def squeezed(world: World, name: str, seed: int) -> tuple[bool, list[int]]:
    """Lift the object and swing it about for 3 s: whether it is still held, and the sweeps of each step."""
    thing, counts = lifted(world, name, seed)
    for step in range(30):
        world.step([0, 0.5 * (-1) ** (step // 5), 0, 0, 0, 0, -1])
        counts.append(sweeps(world))
    state = world.state()
    return abs(state.pos(thing)[2] - state.ee_pos[2]) < 0.03, counts


@pytest.mark.long
def test_what_is_light_stays_between_strong_fingers(world):
    found = [squeezed(world, STRONG_AND_LIGHT, seed) for seed in range(8)]
    assert all(held for held, _ in found)
    assert {count for _, counts in found for count in counts} == {ITERATIONS, 120}


def test_with_as_few_sweeps_as_elsewhere_it_is_squeezed_out(world, monkeypatch):
    monkeypatch.setattr("sim.bullet.solver.SQUEEZED", 0)
    assert sum(not squeezed(world, STRONG_AND_LIGHT, seed)[0] for seed in range(8)) >= 4


@pytest.mark.parametrize("name", ["nominal", "object_mass=0.5", "force_limit=0.5"])
def test_elsewhere_the_number_of_sweeps_never_changes(world, name):
    held, counts = squeezed(world, name, 1)
    assert held
    assert set(counts) == {ITERATIONS}


def test_a_restored_world_goes_on_with_as_many_sweeps(world):
    thing, _ = lifted(world, STRONG_AND_LIGHT, 2)
    saved, hold = world.save(), [0, 0, 0, 0, 0, 0, -1]
    futures = []
    for _ in range(2):
        world.restore(saved)
        assert sweeps(world) == ITERATIONS
        futures.append([world.step(hold).pos(thing) for _ in range(5)])
        assert sweeps(world) == 120
    np.testing.assert_array_equal(futures[0], futures[1])
