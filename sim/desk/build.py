"""Setting a scene up in a PyBullet client: the desk, the furniture, the objects and the arm.

What was done for speed: links behind fixed joints are merged (`sim.bullet.arm`), every fixture is one body
with at most one joint, nothing that cannot touch is asked whether it touches (collision groups), and
decoration has no collision shape.
"""

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from sim.bullet import arm as panda
from sim.bullet.client import pybullet as p
from sim.bullet.urdf import urdf
from sim.common.colours import COLOURS
from sim.desk.furniture import FURNITURE, Bulb, Fixture
from sim.desk.layouts import layout_of
from sim.desk.scene import ROUND, Scene, Thing
from sim.figures import Part, Vec
from sim.randomize.dynamics import Dynamics

DESK_HALF = (0.55, 0.75, 0.05)  # m
DESK_MIDDLE = (0.40, 0.0, -0.05)  # m, world frame
DESK_COLOUR, FLOOR_COLOUR = (0.80, 0.76, 0.70), (0.74, 0.77, 0.82)
NO_TINT = (0.0, 0.0, 0.0)
FLOOR = -0.75  # m below the desk top: what falls off ends there


class Bodies(NamedTuple):
    """PyBullet's ids of what was set up; they stay inside `sim.desk.simulator`."""

    fixtures: tuple[int, ...]  # in the order of FIXTURES
    objects: tuple[int, ...]
    arm: int
    bulbs: tuple[int, ...]  # LED, lamp


def set_up(client: int, scene: Scene, visuals: bool) -> Bodies:
    """Build everything, at rest where the scene says; the client must be empty."""
    _build_desk(client, visuals)
    dynamics, poses = scene.dynamics, layout_of(scene.layout, scene.shifts).poses
    fixtures = tuple(
        _build_fixture(client, fixture, pose, dynamics, visuals)
        for fixture, pose in zip(FURNITURE, poses, strict=True)
    )
    for body, position in zip(fixtures, scene.joints, strict=False):
        p.resetJointState(body, 0, position, physicsClientId=client)
    tints = scene.looks.object_tint or (NO_TINT,) * len(scene.objects)
    objects = tuple(
        _build_object(client, thing, dynamics, tint if visuals else None)
        for thing, tint in zip(scene.objects, tints, strict=False)
    )
    arm = _build_arm(client, dynamics, visuals)
    bulbs = tuple(
        _build_bulb(client, fixture.bulb, pose, visuals)
        for fixture, pose in zip(FURNITURE, poses, strict=True)
        if fixture.bulb
    )
    return Bodies(fixtures, objects, arm, bulbs)


def _build_bulb(client: int, bulb: Bulb, pose: tuple[float, float, float], visuals: bool) -> int:
    """A body without collision shape. Built without visuals too: it affects the order of contacts."""
    x, y, yaw = pose
    place, _ = p.multiplyTransforms(
        [x, y, 0], p.getQuaternionFromEuler([0, 0, yaw]), bulb.xyz, [0, 0, 0, 1], physicsClientId=client
    )
    look = -1
    if visuals:
        look = p.createVisualShape(
            p.GEOM_SPHERE, radius=bulb.radius, rgbaColor=[*bulb.dark, 1], physicsClientId=client
        )
    return p.createMultiBody(0, -1, look, place, physicsClientId=client)


def _build_desk(client: int, visuals: bool) -> None:
    """The desk, and a floor far below it for what falls off."""
    floor_half, floor_middle = (9.0, 9.0, 0.05), (0.0, 0.0, FLOOR - 0.05)
    desk = _build_box(client, DESK_HALF, DESK_MIDDLE, DESK_COLOUR if visuals else None)
    floor = _build_box(client, floor_half, floor_middle, FLOOR_COLOUR if visuals else None)
    # Bullet multiplies restitutions: what falls on the desk bounces as its own says.
    p.changeDynamics(desk, -1, lateralFriction=0.7, restitution=1.0, physicsClientId=client)
    p.changeDynamics(floor, -1, lateralFriction=0.7, rollingFriction=0.01, physicsClientId=client)


def _build_box(client: int, half: Vec, middle: Vec, colour: Vec | None) -> int:
    shape = p.createCollisionShape(p.GEOM_BOX, halfExtents=half, physicsClientId=client)
    look = -1
    if colour:
        look = p.createVisualShape(
            p.GEOM_BOX, halfExtents=half, rgbaColor=[*colour, 1], physicsClientId=client
        )
    return p.createMultiBody(0, shape, look, middle, physicsClientId=client)


def _build_fixture(
    client: int, fixture: Fixture, pose: tuple[float, float, float], dynamics: Dynamics, visuals: bool
) -> int:
    x, y, yaw = pose
    quat = p.getQuaternionFromEuler([0, 0, yaw])
    body = p.loadURDF(
        _urdf_file(fixture.name, visuals), [x, y, 0], quat, useFixedBase=True, physicsClientId=client
    )
    p.changeDynamics(body, -1, lateralFriction=0.7, physicsClientId=client)
    if fixture.joint:
        j = fixture.joint
        # Explicit integration of the lever's damping bears no more than it has.
        damping = j.damping * (dynamics.joint_damping if j.kind == "prismatic" else 1.0)
        p.changeDynamics(
            body, 0, lateralFriction=0.8, jointDamping=damping, linearDamping=0, physicsClientId=client
        )
        p.setJointMotorControl2(
            body, 0, p.VELOCITY_CONTROL, force=j.friction * dynamics.joint_friction, physicsClientId=client
        )
    if fixture.name == "button":
        p.setJointMotorControl2(
            body, 0, p.POSITION_CONTROL, 0.0, force=dynamics.button_spring, positionGain=0.1,
            physicsClientId=client,
        )  # fmt: skip
    return body


def part_of(thing: Thing, tint: Vec) -> Part:
    """What an object is made of, in its own frame, in its colour plus the tint."""
    red, green, blue = (min(max(c + t, 0), 1) for c, t in zip(COLOURS[thing.colour], tint, strict=True))
    x, _, z = thing.size
    round_ = thing.shape in ROUND
    size = (x / 2, z) if round_ else thing.size
    return Part("cylinder" if round_ else "box", size, (0.0, 0.0, 0.0), (red, green, blue))


def _build_object(client: int, thing: Thing, dynamics: Dynamics, tint: Vec | None) -> int:
    """An object in its colour plus the tint; without a tint it has no looks."""
    part, visuals, look = part_of(thing, tint or NO_TINT), tint is not None, -1
    colour = [*part.colour, 1]
    if part.kind == "cylinder":
        radius, height = part.size
        shape = p.createCollisionShape(p.GEOM_CYLINDER, radius=radius, height=height, physicsClientId=client)
        if visuals:
            look = p.createVisualShape(
                p.GEOM_CYLINDER, radius=radius, length=height, rgbaColor=colour, physicsClientId=client
            )
    else:
        half = [extent / 2 for extent in part.size]
        shape = p.createCollisionShape(p.GEOM_BOX, halfExtents=half, physicsClientId=client)
        if visuals:
            look = p.createVisualShape(p.GEOM_BOX, halfExtents=half, rgbaColor=colour, physicsClientId=client)
    quat = p.getQuaternionFromEuler([0, 0, thing.yaw])
    body = p.createMultiBody(dynamics.object_mass, shape, look, thing.pos, quat, physicsClientId=client)
    # No spinning or rolling friction here: it would double the solver's rows for everything that
    # merely stands on the desk. The fingers bring theirs to every grasp.
    p.changeDynamics(
        body, -1, lateralFriction=dynamics.object_friction, restitution=dynamics.object_restitution,
        physicsClientId=client,
    )  # fmt: skip
    return body


def _build_arm(client: int, dynamics: Dynamics, visuals: bool) -> int:
    """The desk top is at height 0 whatever the table's height: it is the arm that stands lower or higher."""
    arm = p.loadURDF(
        _urdf_file("panda", visuals), [0, 0, -dynamics.table_height], useFixedBase=True,
        flags=p.URDF_USE_INERTIA_FROM_FILE, physicsClientId=client,
    )  # fmt: skip
    for joint, q in enumerate((*panda.HOME, panda.MAX_OPENING / 2, panda.MAX_OPENING / 2)):
        p.resetJointState(arm, joint, q, physicsClientId=client)
    for finger in panda.FINGERS:
        p.changeDynamics(
            arm, finger, lateralFriction=1.2, spinningFriction=dynamics.finger_spinning_friction,
            rollingFriction=dynamics.finger_rolling_friction, physicsClientId=client,
        )  # fmt: skip
    return arm


_files: dict[tuple[str, bool], str] = {}


def _urdf_file(name: str, visuals: bool) -> str:
    """PyBullet reads URDF from files only: each is written once per process, to a folder of its own."""
    if (name, visuals) not in _files:
        if not _files:
            _files["", False] = tempfile.mkdtemp(prefix="robopolicy-urdf-")
            atexit.register(shutil.rmtree, _files["", False], ignore_errors=True)
        text = (
            urdf(visuals) if name == "panda" else next(f for f in FURNITURE if f.name == name).urdf(visuals)
        )
        path = Path(_files["", False]) / f"{name}-{'seen' if visuals else 'plain'}.urdf"
        path.write_text(text)
        _files[name, visuals] = str(path)
    return _files[name, visuals]
