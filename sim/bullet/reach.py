"""The arm's kinematics as PyBullet has them: its Jacobian, and where an episode begins."""

from collections.abc import Sequence

import numpy as np

from sim.bullet import arm as panda
from sim.bullet.client import pybullet as p
from sim.bullet.kinematics import STEP_ANGLE, STEP_LENGTH, joint_targets
from sim.randomize.dynamics import Dynamics
from sim.rotations import tool_heading, wrap
from sim.state import Array

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
        turn = wrap(yaw - float(tool_heading(np.array(quat))))
        fingers = (panda.MAX_OPENING / 2,) * 2
        q = tuple(advance(client, arm, [*q, *fingers], (tool, quat), goal - tool, np.array((0.0, 0.0, turn))))
    return q


def advance(
    client: int,
    arm: int,
    q: list[float],
    tool: tuple[Sequence[float], Sequence[float]],
    shift: Array,
    turn: Array,
) -> list[float]:
    """Put the arm one step of its controller nearer to a pose; its seven angles then, rad.

    From its nine angles `q` and the tool's place and quaternion xyzw, by a shift (3), m, and a rotation
    vector (3), rad, in the world frame. No time passes.
    """
    action = np.clip((*shift / STEP_LENGTH, *turn / STEP_ANGLE), -1, 1).tolist()
    angles = joint_targets(jacobian(client, arm, q), q[:7], *tool, action)
    for joint, angle in enumerate(angles):
        p.resetJointState(arm, joint, angle, physicsClientId=client)
    return angles
