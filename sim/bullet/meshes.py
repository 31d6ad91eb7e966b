"""The arm's meshes, from the files that its URDF names: for each link one mesh per colour.

Reading them needs trimesh and yourdfpy, which the page brings; nothing else in this package does.
"""

import io
from collections import defaultdict
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from sim.bullet.urdf import urdf
from sim.figures import Mesh

WHITE = (242, 242, 242)  # colour of links whose mesh has none


@cache
def arm_meshes() -> dict[str, tuple[Mesh, ...]]:
    """The meshes of every link, by the link's name. Raises ModuleNotFoundError.

    Reading them takes a second, once per process.
    """
    trimesh, yourdfpy = import_module("trimesh"), import_module("yourdfpy")
    robot = yourdfpy.URDF.load(io.StringIO(urdf(visuals=True)), load_meshes=True)
    pieces: dict[tuple[str, tuple[int, int, int]], list[Any]] = defaultdict(list)
    for node, piece in robot.scene.geometry.items():
        link = robot.scene.graph.transforms.parents[node]
        # Without normals and textures, corners that share a place are one: an eighth of the data.
        bare = trimesh.Trimesh(piece.vertices, piece.faces)
        bare.apply_transform(robot.get_transform(node, link))
        pieces[link, _colour(piece)].append(bare)
    found: dict[str, list[Mesh]] = defaultdict(list)
    for (link, colour), parts in pieces.items():
        whole = trimesh.util.concatenate(parts)
        found[link].append(Mesh(whole.vertices.astype(np.float32), whole.faces.astype(np.uint32), colour))
    return {link: tuple(meshes) for link, meshes in found.items()}


def _colour(piece: Any) -> tuple[int, int, int]:
    """Channels from 0 to 255 of a mesh as trimesh read it; no colour and pure white both give WHITE."""
    material = getattr(piece.visual, "material", None)
    if material is None:
        return WHITE
    red, green, blue = (int(v) for v in material.main_color[:3])
    return (red, green, blue) if (red, green, blue) != (255, 255, 255) else WHITE
