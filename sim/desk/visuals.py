"""What there is to see of a scene, for viewers other than PyBullet's: rigid figures, and where they are.

    for figure, pose in zip(figures(scene), world.poses(), strict=True): ...

The parts are those that physics is built from (`sim.desk.furniture`, `sim.desk.build`); the arm's meshes are
those of `sim.bullet.meshes`, one figure a link.
"""

import numpy as np

from sim.bullet import arm as panda
from sim.bullet.client import pybullet as p
from sim.desk.build import DESK_COLOUR, DESK_HALF, DESK_MIDDLE, NO_TINT, Bodies, part_of
from sim.desk.constants import LIGHTS
from sim.desk.furniture import FURNITURE
from sim.desk.layouts import layout_of
from sim.desk.scene import Scene
from sim.figures import ORIGIN, Figure, Part
from sim.rotations import about_z
from sim.state import Array

ARM = "arm"
LINKS = (*(f"panda_link{i}" for i in range(8)), "panda_leftfinger", "panda_rightfinger")
"""The arm's figures, base first, as its URDF names the links."""


def figures(scene: Scene) -> tuple[Figure, ...]:
    """Everything to be seen, in the order of `World.poses`: desk, furniture, bulbs, objects, arm."""
    half = DESK_HALF
    desk = Figure("desk", (Part("box", (2 * half[0], 2 * half[1], 2 * half[2]), ORIGIN, DESK_COLOUR),))
    still = [Figure(f"{fixture.name}/still", fixture.still) for fixture in FURNITURE]
    moving = [Figure(f"{fixture.name}/moving", fixture.moving) for fixture in FURNITURE if fixture.joint]
    bulbs = [
        Figure(f"{light}/bulb", (Part("sphere", (bulb.radius,), ORIGIN, bulb.dark),), "", switch, bulb.lit)
        for (light, switch), bulb in zip(LIGHTS.items(), (f.bulb for f in FURNITURE if f.bulb), strict=True)
    ]
    tints = scene.looks.object_tint or (NO_TINT,) * len(scene.objects)
    objects = [
        Figure(f"objects/{i}", (part_of(thing, tint),))
        for i, (thing, tint) in enumerate(zip(scene.objects, tints, strict=False))
    ]
    links = (Figure(f"{ARM}/{link}", mesh=link) for link in LINKS)
    return (desk, *still, *moving, *bulbs, *objects, *links)


def poses_of(client: int, bodies: Bodies, scene: Scene) -> Array:
    """(F, 7) position, m, and quaternion xyzw of every figure, world frame."""
    still = [(x, y, 0.0, *about_z(yaw)) for x, y, yaw in layout_of(scene.layout, scene.shifts).poses.tolist()]
    slides = [p.getLinkState(body, 0, 0, 1, physicsClientId=client) for body in bodies.fixtures[:4]]
    loose = [
        p.getBasePositionAndOrientation(body, physicsClientId=client)
        for body in (*bodies.bulbs, *bodies.objects)
    ]
    links = p.getLinkStates(bodies.arm, panda.ALL, 0, 1, physicsClientId=client)
    return np.array(
        [
            (*DESK_MIDDLE, 0.0, 0.0, 0.0, 1.0),
            *still,
            *((*link[4], *link[5]) for link in slides),
            *((*pos, *quat) for pos, quat in loose),
            (0.0, 0.0, -scene.dynamics.table_height, 0.0, 0.0, 0.0, 1.0),
            *((*link[4], *link[5]) for link in links),
        ]
    )
