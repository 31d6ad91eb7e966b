"""The state of the physics at one timestep as plain numbers: taken from Bullet and put back into it."""

from typing import Any, NamedTuple

from sim.bullet import arm as panda
from sim.bullet.client import pybullet as p
from sim.common.checks import numbers, truth
from sim.common.errors import BadSnapshot
from sim.desk.build import Bodies
from sim.desk.constants import JOINTED
from sim.desk.scene import Scene

Motion = tuple[tuple[float, float], ...]
"""Position and velocity of joints."""

Rigid = tuple[tuple[float, ...], ...]
"""Position, quaternion xyzw, linear and angular velocity of a body."""


class Snapshot(NamedTuple):
    """All that a world needs to go on from one timestep: plain numbers, velocities included.

    What Bullet remembers beyond that (contact caches) is left out on purpose: every restore of one
    snapshot has the same future, bit for bit, in any world.
    """

    scene: Scene
    arm: Motion  # of the arm's seven joints and the two fingers'
    fixtures: Motion  # of the furniture's joints, in the order of JOINTED
    objects: tuple[Rigid, ...]
    led: bool
    armed: bool  # whether the button has come up since its last toggle
    pending: tuple[tuple[float, ...], ...] = ()  # actions on their way, the oldest first


FASTEST = 1e6  # m/s, rad/s, and m: Bullet itself lets nothing be as fast, or as far


def check_snapshot(snapshot: Any) -> None:
    """Refuse what no world could go on from, or not with the same scene; raises `BadSnapshot`."""
    if not isinstance(snapshot, Snapshot) or not isinstance(snapshot.scene, Scene):
        raise BadSnapshot("a snapshot", "what World.save returned", snapshot)
    scene, pairs = snapshot.scene, {"arm": len(panda.ALL), "fixtures": len(JOINTED)}
    for name, n in pairs.items():
        if not _each(getattr(snapshot, name), n, 2):
            raise BadSnapshot(f"a snapshot's {name}", f"{n} pairs of finite numbers", getattr(snapshot, name))
    bodies, n = snapshot.objects, len(scene.objects)
    if not isinstance(bodies, tuple) or len(bodies) != n or not all(map(_rigid, bodies)):
        raise BadSnapshot(
            "a snapshot's objects", f"a pose and velocities for each of its {n} objects", bodies
        )
    if not truth(snapshot.led) or not truth(snapshot.armed):
        raise BadSnapshot("a snapshot's led and armed", "True or False", (snapshot.led, snapshot.armed))
    pending = snapshot.pending
    if not isinstance(pending, tuple) or not all(numbers(action, 7, -1, 1) for action in pending):
        raise BadSnapshot("a snapshot's pending", "a tuple of the actions on their way", pending)


def _each(values: Any, n: int, width: int) -> bool:
    fits = isinstance(values, tuple) and len(values) == n
    return fits and all(numbers(one, width, -FASTEST, FASTEST) for one in values)


def _rigid(body: Any) -> bool:
    if not isinstance(body, tuple) or len(body) != 4:
        return False
    whole = all(numbers(one, n, -FASTEST, FASTEST) for one, n in zip(body, (3, 4, 3, 3), strict=True))
    return whole and sum(part * part for part in body[1]) > 0.5  # a quaternion, not zero


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
    """Set the positions and velocities of everything that moves."""
    for joint, (position, velocity) in enumerate(snapshot.arm):
        p.resetJointState(bodies.arm, joint, position, velocity, physicsClientId=client)
    for body, (position, velocity) in zip(bodies.fixtures, snapshot.fixtures, strict=False):
        p.resetJointState(body, 0, position, velocity, physicsClientId=client)
    for body, (pos, quat, linear, angular) in zip(bodies.objects, snapshot.objects, strict=True):
        p.resetBasePositionAndOrientation(body, pos, quat, physicsClientId=client)
        p.resetBaseVelocity(body, linear, angular, physicsClientId=client)
