"""What becomes of an action on its way to the arm."""

from collections.abc import Iterator

import numpy as np
import pytest

from sim.bullet.actuation import REST, Actuation
from sim.bullet.kinematics import STEP_LENGTH
from sim.desk.layouts import LEVER_TRAVEL
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import SceneConfig, draw_scene
from sim.desk.simulator import World
from sim.randomize.dynamics import Dynamics

ACTION = [0.3, -0.2, 0.5, 0.1, 0.4, -0.6, -1.0]
STILL = [0, 0, 0, 0, 0, 0, 1.0]


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def scene_with(**dynamics) -> Scene:
    joints = (0.0, 0.0, 0.0, -LEVER_TRAVEL)
    return Scene(0, "right_handed", (), joints, False, dynamics=Dynamics(**dynamics))


def test_a_nominal_way_hands_the_action_on_untouched() -> None:
    action = list(ACTION)
    assert Actuation(Dynamics())(action) is action


def test_a_late_action_comes_out_whole_and_in_order() -> None:
    way = Actuation(Dynamics(latency=2))
    sent = [[float(i), 0, 0, 0, 0, 0, -1.0] for i in range(5)]
    came = [way(action) for action in sent]
    assert came == [list(REST), list(REST), *sent[:3]]
    assert way.pending == tuple(map(tuple, sent[3:]))


def test_scale_and_turn_spare_the_gripper() -> None:
    came = Actuation(Dynamics(action_scale=1.5, control_yaw=np.pi / 2))(ACTION)
    assert np.allclose(came[:6], 1.5 * np.array([0.2, 0.3, 0.5, -0.4, 0.1, -0.6]))
    assert came[6] == ACTION[6]


def test_a_turned_frame_moves_right_differently(world: World) -> None:
    moves = []
    for yaw in (0.0, 0.8, -0.8):
        before = world.build(scene_with(control_yaw=yaw)).ee_pos
        for action in ([0, -1, 0, 0, 0, 0, 1.0], STILL):
            after = world.step(action).ee_pos
        moves.append(np.arctan2(*(after - before)[1::-1]))
    assert np.allclose(moves, [-np.pi / 2, -np.pi / 2 + 0.8, -np.pi / 2 - 0.8], atol=0.08)


def test_a_scaled_action_may_exceed_a_step_but_a_plain_one_never_does(world: World) -> None:
    ways = []
    for scale in (1.0, 1.6):
        before = world.build(scene_with(action_scale=scale)).ee_pos
        for action in ([0, 9.0, 0, 0, 0, 0, 1.0], STILL, STILL):
            after = world.step(action).ee_pos
        ways.append((after - before)[1])
    assert ways[0] < 1.1 * STEP_LENGTH
    assert ways[1] > 1.35 * STEP_LENGTH


def test_a_snapshot_keeps_the_actions_on_their_way(world: World) -> None:
    world.build(scene_with(latency=3))
    for _ in range(2):
        world.step([1.0, 0, 0, 0, 0, 0, 1.0])
    snapshot, other = world.save(), World()
    futures = []
    for where in (world, other):
        where.restore(snapshot)
        futures.append([where.step(STILL).ee_pos for _ in range(6)])
    other.close()
    assert np.array_equal(futures[0], futures[1])
    assert futures[0][-1][0] - futures[0][0][0] > 1.5 * STEP_LENGTH  # two came through
    world.restore(snapshot._replace(pending=((*REST,),) * 3))
    still = [world.step(STILL).ee_pos for _ in range(6)]
    assert abs(still[-1][0] - still[0][0]) < 0.005


def test_a_built_world_forgets_what_was_on_its_way(world: World) -> None:
    scene, paths = scene_with(latency=2), []
    for action in ([1.0, 0, 0, 0, 0, 0, -1.0], STILL):
        world.build(scene)
        paths.append([world.step(STILL).ee_pos for _ in range(4)])
        for _ in range(3):
            world.step(action)
    assert np.array_equal(*paths)


def test_a_randomised_world_repeats_itself(world: World) -> None:
    other = World()
    actions = np.random.default_rng(0).uniform(-1, 1, (30, 7))
    for seed in range(3):
        scene = draw_scene(seed, SceneConfig(world="held_out"))
        world.build(scene)
        other.build(scene)
        for action in actions:
            pairs = zip(world.step(action), other.step(action), strict=True)
            assert all(np.array_equal(a, b) for a, b in pairs)
    other.close()
