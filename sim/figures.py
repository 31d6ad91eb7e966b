"""What there is to see of a world, as plain shapes: rigid figures, where they are, and which of them are lit.

A kind of world says what its figures are (`sim.visible.Visible`); viewers draw nothing else. The functions
whose names begin with `plain` are for a kind that says nothing: they show what a `State` says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.common.colours import COLOURS
from sim.state import POS, QUAT, SIZE, Array, State

Vec = tuple[float, float, float]

ORIGIN: Vec = (0.0, 0.0, 0.0)
SKY, GROUND = (226, 231, 238), (188, 196, 208)  # the background, from top to bottom, 0 to 255
GREY, PALE, DARK = (0.60, 0.60, 0.60), (0.80, 0.76, 0.70), (0.25, 0.27, 0.30)
PLATE, HAND, THIN = 0.1, 0.012, 0.004  # of the workspace's longer side: a plate's side, the hand, a thickness
AWAY = (0.86, -0.69, 0.71)  # of the workspace's diagonal: from what a visitor first looks at to their eye
ASIDE = (0.12, 0.15, 0.0)  # likewise from its middle to what they look at: a panel hides the view's right


@dataclass(frozen=True)
class Part:
    """One primitive shape: `size` is full extents of a box, radius and length of a cylinder, or a radius."""

    kind: str  # box or cylinder; of what is only looked at, sphere too
    size: tuple[float, ...]  # m
    xyz: Vec  # m, of its centre, in the frame of what it is a part of; a cylinder stands upright
    colour: Vec  # 0 to 1
    solid: bool = True  # whether things can touch it; viewers draw it in any case


class Mesh(NamedTuple):
    """Triangles of one colour, in the frame of their figure."""

    vertices: NDArray[np.float32]  # (V, 3) m
    faces: NDArray[np.uint32]  # (F, 3)
    colour: tuple[int, int, int]  # 0 to 255


class Figure(NamedTuple):
    """Something rigid."""

    name: str  # unique in its scene, for a tree: "drawer/moving", "arm/panda_link3", "objects/0"
    parts: tuple[Part, ...] = ()  # in the figure's frame
    mesh: str = ""  # which of the kind's `meshes` it is, besides its parts
    light: str = ""  # what it is the bulb of: its first part, a sphere, shines when that thing's light is on
    lit: Vec = (1.0, 1.0, 1.0)  # the bulb's colour when it is on


class View(NamedTuple):
    """How a visitor first sees a world."""

    eye: Vec  # m, world frame
    target: Vec
    sky: tuple[int, int, int] = SKY  # the background's colour at the top, 0 to 255
    ground: tuple[int, int, int] = GROUND  # and at the bottom


def lit(figures: Sequence[Figure], state: State) -> tuple[bool, ...]:
    """Which of the bulbs are on, in the order of the figures."""
    return tuple(bool(state.light(figure.light)) for figure in figures if figure.light)


def between(before: Array, after: Array, parts: int) -> Iterator[Array]:
    """Poses (F, 7) at the ends of so many equal parts of the way between two; the last is `after`."""
    turned = np.where((before[:, QUAT] * after[:, QUAT]).sum(1, keepdims=True) < 0, -1.0, 1.0)
    start = np.concatenate([before[:, POS], turned * before[:, QUAT]], axis=1)  # of q and -q the nearer one
    for part in range(1, parts):
        poses = start + (after - start) * part / parts
        poses[:, QUAT] /= np.linalg.norm(poses[:, QUAT], axis=1, keepdims=True)
        yield poses
    yield after


# -- kinds that say nothing of how they look ------------------------------------------------------


def plain_view(workspace: tuple[Vec, Vec]) -> View:
    """From the robot's right, beyond the workspace, down on its middle, which is left of the view's."""
    low, high = np.array(workspace)
    diagonal = np.linalg.norm(high - low)
    target = np.array([*(low + high)[:2] / 2, 0.0]) + diagonal * np.array(ASIDE)
    eye = target + diagonal * np.array(AWAY)
    return View((eye[0], eye[1], eye[2]), (target[0], target[1], target[2]))


def plain_figures(state: State, workspace: tuple[Vec, Vec]) -> tuple[Figure, ...]:
    """The ground, a figure for each row of the state, and the hand, in the order of `plain_poses`.

    An object is a box of its size, in the colour that its name has a word for, or grey; what stands fixed is
    a flat plate, for a state does not say how large it is; the hand is a sphere at the point that it acts by.
    """
    (x0, y0, _), (x1, y1, _) = workspace
    unit = max(x1 - x0, y1 - y0)
    thin, side = THIN * unit, PLATE * unit
    ground = Part("box", (x1 - x0, y1 - y0, thin), ((x0 + x1) / 2, (y0 + y1) / 2, -thin / 2), PALE)
    plate = Part("box", (side, side, thin), (0.0, 0.0, thin / 2), GREY)
    sizes = state.things[: state.n_objects, SIZE].tolist()
    objects = [
        Figure(f"objects/{i}", (Part("box", tuple(size), ORIGIN, colour_in(name)),))
        for i, (name, size) in enumerate(zip(state.names, sizes, strict=False))
    ]
    fixtures = [Figure(f"fixtures/{i}", (plate,)) for i in range(len(state.names) - state.n_objects)]
    hand = Figure("hand", (Part("sphere", (HAND * unit,), ORIGIN, DARK),))
    return (Figure("ground", (ground,)), *objects, *fixtures, hand)


def plain_poses(state: State) -> Array:
    """(2 + N, 7) position, m, and quaternion xyzw, world frame, of `plain_figures`."""
    ground = (*ORIGIN, 0.0, 0.0, 0.0, 1.0)
    return np.concatenate([[ground], state.things[:, : QUAT.stop], state.hand[None, : QUAT.stop]])


def colour_in(name: str) -> Vec:
    """The colour that a name has a word for; grey if it has none."""
    return next((COLOURS[word] for word in name.split() if word in COLOURS), GREY)
