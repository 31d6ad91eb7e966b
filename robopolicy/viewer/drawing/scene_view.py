"""Draws a scene with viser: every figure of `sim.figures` is a node, moved as new poses come in."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robopolicy.viewer.extras import NotInstalled
from sim.figures import Figure, Mesh, Part
from sim.world import WorldKind

ROOT = "/scene"
SMALLEST_CHANGE = 1e-5  # m, or of a quaternion's component; a smaller change is not sent to browsers
HALO = 2.6  # radius of a lit bulb's halo, in radii of the bulb


class SceneView:
    """Draws scenes of a kind of world into viser's `scene` (a server's for all visitors, or one client's).

    Call `build` for each new scene and `update` whenever something may have moved. With `daylight` off,
    viser's default lights stay, which a replay page has whatever is set here.
    """

    def __init__(self, viser_scene: Any, kind: WorldKind, daylight: bool = True) -> None:
        self._viser, self._kind = viser_scene, kind
        self._figures: tuple[Figure, ...] = ()
        self._nodes: list[Any] = []
        self._bulbs: dict[str, tuple[Any, Any, Any]] = {}  # by their figure's name
        self._poses: NDArray[np.floating] = np.zeros((0, 7))
        self._lit: tuple[bool, ...] = ()
        viser_scene.set_up_direction("+z")
        fade, view = np.linspace(0, 1, 64)[:, None, None], kind.view()
        viser_scene.set_background_image(
            ((1 - fade) * np.array(view.sky) + fade * np.array(view.ground)).astype(np.uint8)
        )
        if daylight:
            viser_scene.configure_environment_map(None)  # an environment map would double the work of drawing
            viser_scene.configure_default_lights(cast_shadow=False)
            viser_scene.add_light_hemisphere(
                f"{ROOT}/daylight", sky_color=(255, 255, 255), ground_color=(205, 196, 180), intensity=1.6
            )

    def build(self, figures: Sequence[Figure]) -> None:
        """Draw another scene; nodes of figures that both scenes have stay.

        Raises `NotInstalled` where the kind's meshes need what is missing.
        """
        old = {figure.name: figure for figure in self._figures}
        kept = dict(zip(old, self._nodes, strict=True))
        new = {figure.name: figure for figure in figures}
        for name, node in kept.items():
            if new.get(name) != old[name]:
                node.remove()
        self._nodes = [
            kept[name] if old.get(name) == figure else self._add(figure) for name, figure in new.items()
        ]
        self._figures, self._poses, self._lit = tuple(figures), np.full((len(figures), 7), np.inf), ()

    def update(self, poses: NDArray[np.floating], lights: tuple[bool, ...]) -> None:
        """Move figures to `poses` (F, 7), as `Visible.poses` gives them, and switch the bulbs among them."""
        moved: Any = np.abs(poses - self._poses) > SMALLEST_CHANGE  # (F, 7)
        for i in np.flatnonzero(moved.any(1)):
            x, y, z, *quat = (float(v) for v in poses[i])
            if moved[i, :3].any():
                self._nodes[i].position = (x, y, z)
            if moved[i, 3:].any():
                self._nodes[i].wxyz = (quat[3], *quat[:3])
        self._poses = np.where(moved.any(1)[:, None], poses, self._poses)
        if lights != self._lit:
            self._lit = lights
            bulbs = [figure for figure in self._figures if figure.light]
            for figure, on in zip(bulbs, lights, strict=True):
                bulb, halo, lamp = self._bulbs[figure.name]
                bulb.color = _rgb(figure.lit if on else figure.parts[0].colour)
                halo.visible = lamp.visible = bool(on)

    def _add(self, figure: Figure) -> Any:
        """Add a figure's node and parts; returns the node."""
        name = f"{ROOT}/{figure.name.replace(' ', '_')}"
        node = self._viser.add_frame(name, show_axes=False)
        for i, mesh in enumerate(self._meshes(figure.mesh) if figure.mesh else ()):
            self._viser.add_mesh_simple(
                f"{name}/mesh{i}", mesh.vertices, mesh.faces, color=mesh.colour, flat_shading=True
            )
        drawn = [self._add_part(f"{name}/{i}", part) for i, part in enumerate(figure.parts)]
        if figure.light:
            radius, colour = figure.parts[0].size[0], _rgb(figure.lit)
            halo = self._viser.add_icosphere(
                f"{name}/halo", HALO * radius, colour, opacity=0.25, cast_shadow=False, visible=False
            )
            lamp = self._viser.add_light_point(
                f"{name}/light", color=colour, intensity=0.35, distance=1.2, visible=False
            )
            self._bulbs[figure.name] = (drawn[0], halo, lamp)
        return node

    def _meshes(self, name: str) -> tuple[Mesh, ...]:
        """The kind's meshes of that name. Raises `NotInstalled`."""
        try:
            return self._kind.meshes().get(name, ())
        except ModuleNotFoundError as error:
            raise NotInstalled(error.name or "a library") from error

    def _add_part(self, name: str, part: Part) -> Any:
        """Add one primitive shape of a figure."""
        place: dict[str, Any] = {"color": _rgb(part.colour), "position": part.xyz}
        if part.kind == "box":
            return self._viser.add_box(name, dimensions=part.size, **place)
        if part.kind == "sphere":
            return self._viser.add_icosphere(name, part.size[0], **place)
        radius, height = part.size
        return self._viser.add_cylinder(name, radius, height, **place)


def set_initial_camera(server: Any, kind: WorldKind) -> None:
    """Set the viewpoint at which every visitor of a viser server begins."""
    server.initial_camera.position, server.initial_camera.look_at = kind.view()[:2]
    server.initial_camera.up = (0.0, 0.0, 1.0)
    server.initial_camera.fov = 0.72


def _rgb(colour: tuple[float, float, float]) -> tuple[int, int, int]:
    """Channels from 0 to 1 as channels from 0 to 255."""
    red, green, blue = (round(255 * channel) for channel in colour)
    return red, green, blue
