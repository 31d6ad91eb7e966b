"""Every physical number of a world, read back from PyBullet: what was drawn is what is there."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from sim.bullet import arm as panda
from sim.bullet.arm import HOME_POSE
from sim.bullet.client import pybullet as p
from sim.desk.constants import PHYSICS_HZ
from sim.desk.layouts import LEVER_TRAVEL
from sim.desk.scene import Scene, Thing
from sim.desk.scenes.sampler import SceneConfig, draw_scene
from sim.desk.simulator import World
from sim.desk.tasks.motions import heading_of
from sim.randomize.dynamics import Dynamics
from sim.randomize.factors import PHYSICS

SIZE = (0.045, 0.045, 0.045)  # m
STILL = [0, 0, 0, 0, 0, 0, 1.0]
FORWARD = [0.5, 0, 0, 0, 0, 0, 1.0]
CUBES = tuple(Thing(c, "cube", SIZE, (0.45, y, 0.0225), 0.0) for c, y in (("red", 0), ("blue", 0.1)))


def of_objects(place: int) -> Callable[[World], float]:
    """A place of getDynamicsInfo that all objects must agree on."""

    def read(world: World) -> float:
        values = {
            p.getDynamicsInfo(body, -1, physicsClientId=world._client)[place] for body in world._objects
        }
        (value,) = values
        return value

    return read


def of_fingers(place: int) -> Callable[[World], float]:
    def read(world: World) -> float:
        arm, client = world._arm, world._client
        (value,) = {p.getDynamicsInfo(arm, finger, physicsClientId=client)[place] for finger in panda.FINGERS}
        return value

    return read


def strength(world: World, fixture: int, position: float, velocity: float) -> float:
    """What the motor of a fixture's joint exerts at most, N or N m: it is to stop something too fast."""
    body, client = world._fixtures[fixture], world._client
    p.resetJointState(body, 0, position, velocity, physicsClientId=client)
    p.stepSimulation(client)
    return abs(p.getJointState(body, 0, physicsClientId=client)[3])


def joint_friction(world: World) -> float:
    drawer, door = strength(world, 0, 0.05, 2.0), strength(world, 1, 0.0, 2.0)
    assert drawer == pytest.approx(door)
    return drawer / 2.0


def joint_damping(world: World) -> float:
    """From how a sliding drawer slows down without its motor; Bullet does not tell it."""
    body, client, mass, start, n = world._fixtures[0], world._client, 0.6, 0.1, 6
    p.setJointMotorControl2(body, 0, p.VELOCITY_CONTROL, force=0, physicsClientId=client)
    p.setGravity(0, 0, 0, physicsClientId=client)
    p.resetJointState(body, 0, 0.05, start, physicsClientId=client)
    for _ in range(n):
        p.stepSimulation(client)
    slower = (p.getJointState(body, 0, physicsClientId=client)[1] / start) ** (1 / n)
    return mass * PHYSICS_HZ * (1 - slower) / 4.0


def detent(world: World) -> float:
    return strength(world, 3, LEVER_TRAVEL / 2, -90.0)


def button_spring(world: World) -> float:
    return strength(world, 2, 0.004, 2.5)


def gravity(axis: str) -> Callable[[World], float]:
    def read(world: World) -> float:
        told = p.getPhysicsEngineParameters(physicsClientId=world._client)
        x, y, z = (told[f"gravityAcceleration{a}"] for a in "XYZ")
        assert math.hypot(x, y, z) == pytest.approx(9.81)
        return math.asin(x / 9.81) if axis == "x" else math.atan2(y, -z)

    return read


def actuator_gain(world: World) -> float:
    """From the speed that a small error of the first joint, whose axis is upright, is answered with."""
    arm, client, error = world._arm, world._client, 0.002
    for joint in panda.ARM:
        p.resetJointState(arm, joint, world._q[joint], 0.0, physicsClientId=client)
    world._hold([world._q[0] + error, *world._q[1:7]], world._q[7] * 2)
    p.stepSimulation(client)
    return p.getJointState(arm, 0, physicsClientId=client)[1] / error / PHYSICS_HZ


def force_limit(world: World) -> float:
    arm, client = world._arm, world._client
    world._hold([angle + 0.5 for angle in panda.HOME], panda.MAX_OPENING / 2)
    for finger in panda.FINGERS:
        p.resetJointState(arm, finger, 0.02, 30.0, physicsClientId=client)
    p.stepSimulation(client)
    torques = [
        abs(p.getJointState(arm, joint, physicsClientId=client)[3]) for joint in (0, 4, *panda.FINGERS)
    ]
    limits = np.array([panda.TORQUE[0], panda.TORQUE[4], panda.GRIP_FORCE, panda.GRIP_FORCE])
    ratios = torques / limits
    assert np.ptp(ratios) < 1e-6
    return float(ratios[0])


def latency(world: World) -> float:
    """How many steps the tool stays before it goes."""
    before = world.state().ee_pos[0]
    for step in range(10):
        if world.step(FORWARD).ee_pos[0] > before + 0.005:
            return step
    raise AssertionError("the tool stayed")


def shift(world: World) -> np.ndarray:
    before = world.state().ee_pos
    for action in (FORWARD, STILL, STILL):
        after = world.step(action).ee_pos
    return after - before


def table_height(world: World) -> float:
    assert world.state().ee_pos[2] == pytest.approx(HOME_POSE[0][2], abs=0.003)  # over the desk, all the same
    return -base_height(world)


def base_height(world: World) -> float:
    """Of the arm's base frame; PyBullet tells that of its centre of mass."""
    where, _ = p.getBasePositionAndOrientation(world._arm, physicsClientId=world._client)
    return where[2] - p.getDynamicsInfo(world._arm, -1, physicsClientId=world._client)[3][2]


def start(axis: int) -> Callable[[World], float]:
    return lambda world: float(world.state().ee_pos[axis] - HOME_POSE[0][axis])


READ: dict[str, tuple[Callable[[World], float], float]] = {
    "object_mass": (of_objects(0), 1e-9),
    "object_friction": (of_objects(1), 1e-9),
    "object_restitution": (of_objects(5), 1e-9),
    "finger_spinning_friction": (of_fingers(7), 1e-9),
    "finger_rolling_friction": (of_fingers(6), 1e-9),
    "joint_friction": (joint_friction, 1e-6),
    "joint_damping": (joint_damping, 1e-6),
    "detent": (detent, 1e-6),
    "button_spring": (button_spring, 1e-6),
    "gravity_tilt_x": (gravity("x"), 1e-9),
    "gravity_tilt_y": (gravity("y"), 1e-9),
    "actuator_gain": (actuator_gain, 0.004),
    "force_limit": (force_limit, 1e-6),
    "latency": (latency, 0),
    "action_scale": (lambda world: float(np.linalg.norm(shift(world))) / 0.025, 0.16),
    "control_yaw": (lambda world: float(np.arctan2(*shift(world)[1::-1])), 0.06),
    "table_height": (table_height, 1e-9),
    "start_x": (start(0), 0.003),
    "start_y": (start(1), 0.003),
    "start_z": (start(2), 0.003),
    "start_yaw": (lambda world: heading_of(world.state()), 0.01),
}
"""What reads each number of PHYSICS back, and how closely."""


def test_every_physical_factor_is_read_back() -> None:
    assert list(READ) == [factor.name for factor in PHYSICS]


@pytest.mark.parametrize("factor", PHYSICS, ids=lambda factor: factor.name)
def test_what_is_drawn_is_what_is_there(factor) -> None:
    read, tolerance = READ[factor.name]
    (lower, upper), (low, high) = factor.held_out, factor.train
    world = World()
    for value in (factor.nominal, low, high, lower, upper):
        value = int(value) if factor.scale == "whole" else value
        world.build(scene_with(Dynamics(**{factor.name: value})))
        assert read(world) == pytest.approx(value, abs=tolerance, rel=1e-6)
    world.close()


def test_all_at_once_are_there_too() -> None:
    told = ("object_mass", "object_friction", "object_restitution", "finger_spinning_friction")
    told += ("finger_rolling_friction", "gravity_tilt_x", "gravity_tilt_y", "joint_friction")
    world = World()
    for seed in range(6):
        scene = draw_scene(seed, SceneConfig(world=("train", "held_out")[seed % 2]))
        world.build(scene)
        for name in told:
            read, tolerance = READ[name]
            want = getattr(scene.dynamics, name)
            assert read(world) == pytest.approx(want, abs=tolerance, rel=1e-6), name
        assert base_height(world) == pytest.approx(-scene.dynamics.table_height, abs=1e-9)
        for body, thing in zip(world._objects, scene.objects, strict=True):
            assert extent(world, body) == pytest.approx(thing.size, abs=1e-9)
    world.close()


def extent(world: World, body: int) -> tuple[float, float, float]:
    """The full extents of an object's collision shape, m."""
    ((_, _, kind, size, *_),) = p.getCollisionShapeData(body, -1, physicsClientId=world._client)
    return size if kind == p.GEOM_BOX else (size[1] * 2, size[1] * 2, size[0])


def test_what_has_restitution_bounces_off_the_desk() -> None:
    world, heights = World(), []
    for restitution in (0.0, 0.7):
        thing = Thing("red", "cube", SIZE, (0.45, 0.0, 0.15), 0.0)
        world.build(scene_with(Dynamics(object_restitution=restitution), (thing,)))
        path = [float(world.step(STILL).pos(0)[2]) for _ in range(12)]
        heights.append(max(path[int(np.argmin(path[:4])) :]))
    assert heights[0] < 0.03
    assert heights[1] > 0.05
    world.close()


def scene_with(dynamics: Dynamics, objects: tuple[Thing, ...] = CUBES) -> Scene:
    return Scene(0, "right_handed", objects, (0.0, 0.0, 0.0, -LEVER_TRAVEL), False, dynamics=dynamics)
