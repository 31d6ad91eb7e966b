"""Constants of the arm: joints, limits and the tool (Franka Panda). `sim.bullet.urdf` describes it."""

import math

ARM = tuple(range(7))
FINGERS = (7, 8)
ALL = ARM + FINGERS
TOOL = 6  # the link whose frame is the TCP
HAND_TO_LINK7 = 0.107  # m along z
HAND_TURN = -math.pi / 4  # of the hand in link 7
TCP_TO_HAND = 0.105  # m along z
FINGER_TO_HAND = 0.0584
HOME = (0.0, -0.2215, 0.0, -2.6228, 0.0, 2.406, 0.7854)  # rad; the tool points down above the desk
HOME_POSE = ((0.42, 0.0, 0.22), (1.0, 0.0, 0.0, 0.0))  # m, xyzw: where that is
LOWER = (-2.89, -1.76, -2.89, -3.07, -2.89, -0.01, -2.89)
UPPER = (2.89, 1.76, 2.89, -0.07, 2.89, 3.75, 2.89)
TORQUE = (87.0, 87.0, 87.0, 87.0, 12.0, 12.0, 12.0)  # N m, the real arm's
GRIP_FORCE = 40.0  # N, of each finger
MAX_OPENING = 0.08  # m
