"""From what an action asks of the tool to where the arm's joints are sent.

Damped least squares (Wampler 1986; Nakamura & Hanafusa 1986) for one step, from where the arm is. The
rest keeps the arm usable whatever is asked for: joints at their limits leave their part to the others,
next to a singularity steps stay short, and a tool that strays from its workspace is brought back.
"""

import math
from collections.abc import Sequence

import numpy as np

from sim.bullet import arm as panda
from sim.state import Array

STEP_LENGTH = 0.05  # m, a translation of 1
STEP_ANGLE = 0.35  # rad, a rotation of 1
WORKSPACE = ((0.22, -0.50, 0.010), (0.74, 0.50, 0.42))  # m, where the tool may be sent
REACH = 0.75  # m from the robot's axis, likewise: beyond it the hand cannot point down at every height
LEAN = 0.7  # rad, how far the hand may lean from pointing down
JOINT_STEP = 0.6  # rad, the most that a joint is sent in one control step
HOMING = 0.1  # of the way home, taken in each step by the freedom that the task leaves
ROTATION = 0.2  # m, what a radian is worth where place and orientation cannot both be had

FOREARM = 1.6  # rad, either way, of joint 5: farther round, the wrist has flipped and finds no way home
LOWER = (*panda.LOWER[:4], -FOREARM, *panda.LOWER[5:])
UPPER = (*panda.UPPER[:4], FOREARM, *panda.UPPER[5:])

_DAMPING = 1e-4 * np.eye(6)
_HOME = np.array(panda.HOME)


def joint_targets(
    jacobian: Array, q: Sequence[float], tool: Sequence[float], quat: Sequence[float], action: Sequence[float]
) -> list[float]:
    """Where to send the arm's seven joints, rad; the action's numbers are in [-1, 1], or more.

    `jacobian` is the tool's, (6, 7), and is changed in place; `q` the joints' angles, `tool` and `quat`
    the tool's pose in the world. One Newton step: its error is of second order in the 5 cm asked for,
    and does not add up, since the next action is relative to where the tool really went.
    """
    jacobian[3:] *= ROTATION
    wanted = np.array((*_shift(tool, action), *_turn(quat, action)))
    here = np.array(q)
    move = HOMING * (_HOME - here)
    free = jacobian
    for _ in range(4):  # more than once only if a joint is at its limit: then the others do its part
        solved = np.linalg.solve(free @ free.T + _DAMPING, wanted - jacobian @ move)
        targets: list[float] = (here + (move + solved @ free)).tolist()
        beyond = [j for j, to in enumerate(targets) if not LOWER[j] <= to <= UPPER[j]]
        if not beyond:
            break
        free = free.copy()
        for j in beyond:
            targets[j] = min(max(targets[j], LOWER[j]), UPPER[j])
            move[j] = targets[j] - q[j]
            free[:, j] = 0
    steps = [to - at for to, at in zip(targets, q, strict=True)]
    longest = max(max(steps), -min(steps))
    if longest > JOINT_STEP:  # next to a singularity the solution is worth its direction at most
        return [at + JOINT_STEP / longest * by for at, by in zip(q, steps, strict=True)]
    return targets


def _shift(tool: Sequence[float], action: Sequence[float]) -> list[float]:
    """How far the tool is to go, m; what is out of the workspace is brought back a step at a time."""
    (x0, y0, z0), (dx, dy, dz) = tool, action[:3]
    x = min(max(x0 + STEP_LENGTH * dx, _X[0]), _X[1])
    y = min(max(y0 + STEP_LENGTH * dy, _Y[0]), _Y[1])
    z = min(max(z0 + STEP_LENGTH * dz, _Z[0]), _Z[1])
    near = min(1.0, REACH / math.hypot(x, y))
    shift = (near * x - x0, near * y - y0, z - z0)
    longest = STEP_LENGTH * max(1.0, abs(dx), abs(dy), abs(dz))
    return [min(max(by, -longest), longest) for by in shift]


_X, _Y, _Z = zip(*WORKSPACE, strict=True)


def _turn(quat: Sequence[float], action: Sequence[float]) -> tuple[float, float, float]:
    """How far the hand is to turn, times `ROTATION`; what leans too far over is brought upright again."""
    x, y, z, w = quat
    east, north, down = 2 * (x * z + w * y), 2 * (y * z - w * x), 2 * (x * x + y * y) - 1
    side = math.hypot(east, north)  # (east, north, -down) is where the hand points
    one = STEP_ANGLE * ROTATION
    beyond = math.atan2(side, down) - LEAN
    if beyond > 0 and side > 0:
        back = ROTATION * min(beyond, STEP_ANGLE) / side
        return -north * back, east * back, one * action[5]
    return one * action[3], one * action[4], one * action[5]
