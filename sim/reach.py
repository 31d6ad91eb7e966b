"""The arm's kinematics as PyBullet has them: its Jacobian, and where an episode begins."""

import math

import numpy as np

from sim import panda
from sim.bullet import pybullet as p
from sim.dynamics import Dynamics
from sim.kinematics import STEP_ANGLE, STEP_LENGTH, joint_targets
from sim.state import Array, wrap

STEPS = 12  # of the kinematics from home to the farthest beginning; they converge in half as many

_ORIGIN, _REST = (0.0, 0.0, 0.0), (0.0,) * 9


def jacobian(client: int, arm: int, q: list[float]) -> Array:
    """(6, 7) of the tool by the arm's joints, at the angles of all nine joints."""
    linear, angular = p.calculateJacobian(arm, panda.TOOL, _ORIGIN, q, _REST, _REST, physicsClientId=client)
    return np.array(linear + angular)[:, :7]


def begin(client: int, arm: int, dynamics: Dynamics) -> tuple[float, ...]:
    """Put the arm where its episode begins, at its height over the desk; its angles, rad."""
    q, (x, y, z, yaw) = panda.HOME, dynamics.start
    if not any((*dynamics.start, dynamics.table_height)):
        return q
    goal = np.add(panda.HOME_POSE[0], (x, y, z))
    for _ in range(STEPS):
        link = p.getLinkState(arm, panda.TOOL, 0, 1, physicsClientId=client)
        tool, quat = link[4], link[5]
        turn = wrap(yaw - 2 * math.atan2(quat[1], quat[0]))
        action = np.clip((*(goal - tool) / STEP_LENGTH, 0.0, 0.0, turn / STEP_ANGLE), -1, 1).tolist()
        fingers = (panda.MAX_OPENING / 2,) * 2
        q = tuple(joint_targets(jacobian(client, arm, [*q, *fingers]), q, tool, quat, action))
        for joint, angle in enumerate(q):
            p.resetJointState(arm, joint, angle, physicsClientId=client)
    return q
