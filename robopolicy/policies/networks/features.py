"""Features of an observation: of the hand, the thing acted on, the thing it is related to, and the rest.

Everything is relative to the hand or to the thing acted on, in the world's axes, and positions come at
several scales, because a grasp is decided within a centimetre and a journey is half a metre. Angles
come with the symmetries of what is grasped: a cube looks the same every 90 degrees, a bar every 180.
No feature depends on the row that a thing stands in. Columns are those of
`robopolicy.policies.base.columns`.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from sim.world_spec import WorldSpec

SCALES = (0.10, 0.03, 0.01)  # m: tanh(x / scale) of every relative position
FAR = 0.3  # m: a comfortable unit for the desk
SNUG = 0.006  # m: scale at which fingers do or don't touch

HAND_DIM = 16
RELATION_DIM = 3 * (1 + len(SCALES)) + 5 + 8
THING_DIM = RELATION_DIM + 3 + 3 + 4 + 3 + 4
PAIR_DIM = RELATION_DIM + 4
OTHERS_DIM = 15


class HandPose(NamedTuple):
    """The hand's pose and opening in B environments."""

    position: Tensor  # (B, 3) m
    heading: Tensor  # (B,) rad; 0 when the fingers open along the world's y axis
    down: Tensor  # (B, 3) where the tool points
    opening: Tensor  # (B,) m


def read_hand(proprio: Tensor) -> HandPose:
    """(B, 8) -> the hand, for a tool that points more or less down."""
    x, y, z, w = proprio[:, 3:7].unbind(-1)
    down = torch.stack([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)], -1)
    heading = 2 * torch.atan2(y, x)
    return HandPose(proprio[:, :3], _wrap(heading, 2 * torch.pi) * torch.pi, down, proprio[:, 7])


def hand_features(hand: HandPose, world: WorldSpec) -> Tensor:
    """Position, heading, tilt and opening of the hand, at several scales: (B, HAND_DIM)."""
    x, y, z = hand.position.unbind(-1)
    opening, (middle_x, middle_y, _) = world.action.opening, world.middle
    tilt = hand.down[:, :2] / 0.1
    return torch.stack(
        [
            (x - middle_x) / FAR, (y - middle_y) / FAR, z / 0.15,
            torch.tanh(z / 0.03), torch.tanh((z - 0.06) / 0.02), torch.tanh((z - 0.12) / 0.03),
            torch.sin(hand.heading), torch.cos(hand.heading), torch.sin(2 * hand.heading),
            torch.cos(2 * hand.heading), hand.heading,
            tilt[:, 0], tilt[:, 1],
            hand.opening / opening, torch.tanh((hand.opening - world.open_hand) / SNUG),
            torch.tanh((hand.opening - 0.026) / SNUG),
        ],
        -1,
    )  # fmt: skip


def yaw_of(things: Tensor) -> Tensor:
    """(..., 12) -> heading about z, rad."""
    x, y, z, w = things[..., 3:7].unbind(-1)
    return torch.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))


def relation(gap: Tensor, turn: Tensor) -> Tensor:
    """A relative position (B, 3) m and heading (B,) rad at all scales: (B, RELATION_DIM)."""
    level = gap[:, :2].norm(dim=-1, keepdim=True)
    away = gap.norm(dim=-1, keepdim=True)
    distance = [torch.tanh(level / 0.02), torch.tanh(level / 0.06), gap[:, :2] / (level + 0.01), away / FAR]
    angles = torch.stack(
        [
            torch.sin(turn), torch.cos(turn), torch.sin(2 * turn), torch.cos(2 * turn),
            torch.sin(4 * turn), torch.cos(4 * turn), _wrap(turn, torch.pi), _wrap(turn, torch.pi / 2),
        ],
        -1,
    )  # fmt: skip
    return torch.cat([gap / FAR, *(torch.tanh(gap / s) for s in SCALES), *distance, angles], -1)


def thing_features(thing: Tensor, hand: HandPose, world: WorldSpec) -> Tensor:
    """One thing per environment (B, 12), relative to the hand: (B, THING_DIM)."""
    position, size = thing[:, :3], thing[:, 7:10]
    middle_x, middle_y, _ = world.middle
    yaw = yaw_of(thing)
    half = size[:, 2:] / 2
    heights = torch.cat([position[:, 2:] - half, position[:, 2:] + half], -1)  # underside and top
    above = heights - hand.position[:, 2:]
    room = hand.opening[:, None] - size[:, :2].amin(-1, keepdim=True)
    return torch.cat(
        [
            relation(position - hand.position, yaw - hand.heading),
            (position[:, :1] - middle_x) / FAR, (position[:, 1:2] - middle_y) / FAR, position[:, 2:] / 0.15,
            size / 0.05,
            torch.tanh(heights / 0.03), torch.tanh(above / 0.02),
            torch.tanh(room / SNUG), torch.tanh(room / (4 * SNUG)), (size[:, :1] - size[:, 1:2]) / 0.05,
            thing[:, 10:11] / 0.1, torch.tanh(thing[:, 10:11] / 0.02), thing[:, 11:12],
            torch.cos(4 * yaw)[:, None],
        ],
        -1,
    )  # fmt: skip


def pair_features(thing: Tensor, other: Tensor) -> Tensor:
    """Two things (B, 12) per environment, the second relative to the first: (B, PAIR_DIM)."""
    size, size_too = thing[:, 7:10], other[:, 7:10]
    bottom = thing[:, 2:3] - size[:, 2:] / 2 - other[:, 2:3]  # underside of the one over the other
    clear = bottom - size_too[:, 2:] / 2
    return torch.cat(
        [
            relation(other[:, :3] - thing[:, :3], yaw_of(other) - yaw_of(thing)),
            torch.tanh(clear / 0.01), torch.tanh(clear / 0.04), torch.tanh(bottom / 0.04),
            (size[:, :1] + size_too[:, :1]) / 0.1,
        ],
        -1,
    )  # fmt: skip


def others_features(entities: Tensor, hand: HandPose, thing: Tensor, world: WorldSpec) -> Tensor:
    """Every thing (B, E, 12) as an obstacle or a support of the one acted on: (B, E, OTHERS_DIM)."""
    position = entities[..., :3]
    gap = position - thing[:, None, :3]
    middle = position.new_tensor(world.middle)
    return torch.cat(
        [
            (position - middle) / FAR, torch.tanh(gap / 0.1), torch.tanh(gap / 0.03),
            torch.tanh((position - hand.position[:, None]) / 0.1), entities[..., 7:10] / 0.05,
        ],
        -1,
    )  # fmt: skip


def _wrap(angle: Tensor, period: float) -> Tensor:
    """An angle, rad -> its place in the period, in [-1, 1)."""
    return (torch.remainder(angle + period / 2, period) - period / 2) / (period / 2)
