"""Putting a built scene into a recorded state, as one poses a puppet: no physics, no time passes."""

import numpy as np

from sim.bullet import arm as panda
from sim.bullet.client import pybullet as p
from sim.bullet.reach import advance
from sim.desk.build import Bodies
from sim.desk.constants import JOINTED
from sim.rotations import rotation_vector
from sim.state import POS, QUAT, Array, State

STEPS = 25  # of the kinematics from where the arm is: from home to anywhere on the desk
NEAR = 0.0005  # m, and rad over five: near enough to stop


def pose_as(client: int, bodies: Bodies, state: State) -> None:
    """Put everything where a state (no leading axes) of this scene has it."""
    for body, joint in zip(bodies.fixtures, (float(state.joint(name)) for name in JOINTED), strict=False):
        p.resetJointState(body, 0, joint, physicsClientId=client)
    for body, pos, quat in zip(
        bodies.objects, state.objects[:, POS].tolist(), state.objects[:, QUAT].tolist(), strict=True
    ):
        p.resetBasePositionAndOrientation(body, pos, quat, physicsClientId=client)
    for finger in panda.FINGERS:
        p.resetJointState(bodies.arm, finger, float(state.gripper) / 2, physicsClientId=client)
    _reach(client, bodies.arm, state.ee_pos.tolist(), state.ee_quat.tolist())


def _reach(client: int, arm: int, pos: list[float], quat: list[float]) -> None:
    """Bring the tool to a pose, m and xyzw, by the steps that the controller takes."""
    q = [joint[0] for joint in p.getJointStates(arm, panda.ALL, physicsClientId=client)]
    for _ in range(STEPS):
        link = p.getLinkState(arm, panda.TOOL, 0, 1, physicsClientId=client)
        shift = np.subtract(pos, link[4])
        turn = _turn(link[5], quat)
        if np.abs(shift).max() < NEAR and np.abs(turn).max() < 5 * NEAR:
            return
        q[:7] = advance(client, arm, q, (link[4], link[5]), shift, turn)


def _turn(start: tuple[float, ...], end: list[float]) -> Array:
    """The rotation vector, rad, world frame, that turns one quaternion xyzw into another."""
    back = p.invertTransform((0, 0, 0), start)[1]
    return rotation_vector(np.array(p.multiplyTransforms((0, 0, 0), end, (0, 0, 0), back)[1]))
