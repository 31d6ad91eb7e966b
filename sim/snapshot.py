"""An instant of a world as plain numbers, taken from physics and put back into it."""

from typing import NamedTuple

from sim import panda
from sim.build import Bodies
from sim.bullet import pybullet as p
from sim.scene import Scene

Motion = tuple[tuple[float, float], ...]
"""Position and velocity of joints."""

Rigid = tuple[tuple[float, ...], ...]
"""Position, quaternion xyzw, linear and angular velocity of a body."""


class Snapshot(NamedTuple):
    """All that a world needs to go on from an instant: plain numbers, velocities included.

    What Bullet remembers beyond that (contact caches) is left out on purpose: every restore of one
    snapshot has the same future, bit for bit, in any world.
    """

    scene: Scene
    arm: Motion  # of the arm's seven joints and the two fingers'
    fixtures: Motion  # of the furniture's joints, in the order of JOINTS
    objects: tuple[Rigid, ...]
    led: bool
    armed: bool  # whether the button has come up since its last toggle
    pending: tuple[tuple[float, ...], ...] = ()  # actions on their way, the oldest first


def moving_parts(client: int, bodies: Bodies) -> tuple[Motion, Motion, tuple[Rigid, ...]]:
    """The arm, the furniture and the objects, as a snapshot has them."""
    arm = p.getJointStates(bodies.arm, panda.ALL, physicsClientId=client)
    fixtures = [p.getJointState(body, 0, physicsClientId=client) for body in bodies.fixtures[:4]]
    objects = [
        (
            *p.getBasePositionAndOrientation(body, physicsClientId=client),
            *p.getBaseVelocity(body, physicsClientId=client),
        )
        for body in bodies.objects
    ]
    return tuple(j[:2] for j in arm), tuple(j[:2] for j in fixtures), tuple(objects)


def put_back(client: int, bodies: Bodies, snapshot: Snapshot) -> None:
    """Give everything the place and the velocity that it had."""
    for joint, (position, velocity) in enumerate(snapshot.arm):
        p.resetJointState(bodies.arm, joint, position, velocity, physicsClientId=client)
    for body, (position, velocity) in zip(bodies.fixtures, snapshot.fixtures, strict=False):
        p.resetJointState(body, 0, position, velocity, physicsClientId=client)
    for body, (pos, quat, linear, angular) in zip(bodies.objects, snapshot.objects, strict=True):
        p.resetBasePositionAndOrientation(body, pos, quat, physicsClientId=client)
        p.resetBaseVelocity(body, linear, angular, physicsClientId=client)
