"""Furniture that is moved about: it never overlaps, and stays within reach."""

import numpy as np
import pytest

from sim.bullet.client import pybullet
from sim.desk.constants import FIXTURES
from sim.desk.layouts import LAYOUTS, layout_of
from sim.desk.scenes.placement import FOOTPRINTS, draw_shifts, feasible
from sim.desk.scenes.sampler import SceneConfig, draw_scene, initial_state
from sim.desk.simulator import World
from sim.desk.tasks.geometry import in_drawer, in_tray, on_desk, rests_on
from sim.desk.tasks.room import REACH
from tests.states import handles_of

SEEDS = range(40)


def points_in(number: int, pose: np.ndarray, n: int = 12) -> np.ndarray:
    """A grid over a fixture's footprint (n * n, 2) in the world frame."""
    xs, ys = (np.linspace(*ends, n) for ends in FOOTPRINTS[number])
    x, y = (axis.ravel() for axis in np.meshgrid(xs, ys))
    cos, sin = np.cos(pose[2]), np.sin(pose[2])
    return np.stack([pose[0] + cos * x - sin * y, pose[1] + sin * x + cos * y], -1)


def inside(points: np.ndarray, number: int, pose: np.ndarray) -> np.ndarray:
    gap, (cos, sin) = points - pose[:2], (np.cos(pose[2]), np.sin(pose[2]))
    x, y = cos * gap[:, 0] + sin * gap[:, 1], cos * gap[:, 1] - sin * gap[:, 0]
    (x0, x1), (y0, y1) = FOOTPRINTS[number]
    return (x > x0) & (x < x1) & (y > y0) & (y < y1)


@pytest.mark.parametrize("world", ["train", "held_out"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_moved_furniture_does_not_overlap_and_leaves_the_objects_room(world: str, name: str) -> None:
    (x0, x1), (y0, y1) = LAYOUTS[name].area
    for seed in SEEDS:
        poses = layout_of(name, draw_shifts(seed, world, name)).poses
        for i in range(5):
            points = points_in(i, poses[i])
            assert not any(inside(points, j, poses[j]).any() for j in range(5) if j != i)
            free = (points[:, 0] < x0) | (points[:, 0] > x1) | (points[:, 1] < y0) | (points[:, 1] > y1)
            assert free.all()


def test_what_overlaps_or_is_out_of_reach_is_not_feasible() -> None:
    layout = LAYOUTS["right_handed"]
    assert all(feasible(layout.poses, i, layout.area) for i in range(5))
    for number, pose in ((4, (0.42, -0.31, 0.0)), (3, (0.25, 0.33, 0.0)), (1, (0.60, -0.1, 0.0))):
        poses = layout.poses.copy()  # the tray on the button, the lever too near, the door on the desk
        poses[number] = pose
        assert not feasible(poses, number, layout.area)


@pytest.mark.parametrize("world", ["train", "held_out"])
def test_handles_are_in_reach_and_where_physics_has_them(world: str) -> None:
    built, (low, high) = World(), np.transpose(REACH)
    for seed in range(15):
        scene = draw_scene(seed, SceneConfig(world=world))
        state = built.build(scene)
        assert np.allclose(handles_of(state), handles_of(initial_state(scene)), atol=0.003)
        assert ((handles_of(state)[:, :2] >= low) & (handles_of(state)[:, :2] <= high)).all()
        poses = LAYOUTS[scene.layout].poses + scene.shifts
        for body, pose in zip(built._fixtures, poses, strict=True):
            where, quat = pybullet.getBasePositionAndOrientation(body, physicsClientId=built._client)
            assert np.allclose([*where[:2], 2 * np.arctan2(quat[2], quat[3])], pose, atol=1e-9)
    built.close()
    assert len(FIXTURES) == len(FOOTPRINTS)


@pytest.mark.long
def test_objects_stand_in_the_furniture_wherever_it_was_moved() -> None:
    seen = set()
    for seed in range(150):
        state = initial_state(draw_scene(seed, SceneConfig(world="held_out")))
        for i in range(state.n_objects):
            stacked = any(rests_on(state, i, j) for j in range(state.n_objects) if j != i)
            where = [bool(at(state, i)) for at in (in_drawer, in_tray, on_desk)]
            assert stacked or any(where)
            seen |= {k for k, there in enumerate(where) if there}
    assert seen == {0, 1, 2}
