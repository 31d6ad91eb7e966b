"""Draws a scene with viser: every figure of `sim.desk.visuals` is a node, moved as new poses come in."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from robopolicy.viewer.drawing.arm_meshes import arm_meshes
from sim.desk.cameras import GROUND, SKY
from sim.desk.constants import LIGHTS
from sim.desk.furniture import Part
from sim.desk.scene import Scene
from sim.desk.visuals import ARM, Figure, figures

ROOT = "/scene"
SMALLEST_CHANGE = 1e-5  # m, or of a quaternion's component; a smaller change is not sent to browsers
HALO = 2.6  # radius of a lit bulb's halo, in radii of the bulb
CAMERA = ((1.78, -0.82, 1.16), (0.45, 0.25, 0.07))  # m, world frame: a visitor's first viewpoint and target


class SceneView:
    """Draws scenes into viser's `scene` (a server's for all visitors, or a client's for one).

    Call `build` for each new scene and `update` whenever something may have moved. With `daylight` off,
    viser's default lights stay, which a replay page has whatever is set here.
    """

    def __init__(self, viser_scene: Any, daylight: bool = True) -> None:
        self._viser = viser_scene
        self._scene: Scene | None = None
        self._nodes: list[Any] = []
        self._bulbs: dict[str, tuple[Any, Any, Any, Figure]] = {}
        self._poses: NDArray[np.floating] = np.zeros((0, 7))
        self._lit: tuple[bool, ...] = ()
        viser_scene.set_up_direction("+z")
        fade = np.linspace(0, 1, 64)[:, None, None]
        viser_scene.set_background_image(
            ((1 - fade) * np.array(SKY) + fade * np.array(GROUND)).astype(np.uint8)
        )
        if daylight:
            viser_scene.configure_environment_map(None)  # an environment map would double the work of drawing
            viser_scene.configure_default_lights(cast_shadow=False)
            viser_scene.add_light_hemisphere(
                f"{ROOT}/daylight", sky_color=(255, 255, 255), ground_color=(205, 196, 180), intensity=1.6
            )

    def build(self, scene: Scene) -> None:
        """Draw another scene; nodes of figures that both scenes have stay."""
        found = figures(scene)
        old = {figure.name: figure for figure in figures(self._scene)} if self._scene else {}
        kept = dict(zip(old, self._nodes, strict=True))
        new = {figure.name: figure for figure in found}
        for name, node in kept.items():
            if new.get(name) != old[name]:
                node.remove()
        self._nodes = [
            kept[name] if old.get(name) == figure else self._add(figure) for name, figure in new.items()
        ]
        self._scene, self._poses, self._lit = scene, np.full((len(found), 7), np.inf), ()

    def update(self, poses: NDArray[np.floating], lights: tuple[bool, ...]) -> None:
        """Move figures to `poses` (F, 7), as `World.poses` gives them, and switch the `LIGHTS`."""
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
            for name, on in zip(LIGHTS, lights, strict=True):
                bulb, halo, lamp, figure = self._bulbs[name]
                bulb.color = _rgb(figure.lit if on else figure.parts[0].colour)
                halo.visible = lamp.visible = bool(on)

    def _add(self, figure: Figure) -> Any:
        """Add a figure's node and parts; returns the node."""
        name = f"{ROOT}/{figure.name.replace(' ', '_')}"
        node = self._viser.add_frame(name, show_axes=False)
        if figure.name.startswith(f"{ARM}/"):
            for i, mesh in enumerate(arm_meshes().get(figure.name.removeprefix(f"{ARM}/"), ())):
                self._viser.add_mesh_simple(
                    f"{name}/{i}", mesh.vertices, mesh.faces, color=mesh.colour, flat_shading=True
                )
            return node
        drawn = [self._add_part(f"{name}/{i}", part) for i, part in enumerate(figure.parts)]
        if figure.light:
            radius, colour = figure.parts[0].size[0], _rgb(figure.lit)
            halo = self._viser.add_icosphere(
                f"{name}/halo", HALO * radius, colour, opacity=0.25, cast_shadow=False, visible=False
            )
            lamp = self._viser.add_light_point(
                f"{name}/light", color=colour, intensity=0.35, distance=1.2, visible=False
            )
            self._bulbs[figure.light] = (drawn[0], halo, lamp, figure)
        return node

    def _add_part(self, name: str, part: Part) -> Any:
        """Add one primitive shape of a figure."""
        place: dict[str, Any] = {"color": _rgb(part.colour), "position": part.xyz}
        if part.kind == "box":
            return self._viser.add_box(name, dimensions=part.size, **place)
        if part.kind == "sphere":
            return self._viser.add_icosphere(name, part.size[0], **place)
        radius, height = part.size
        return self._viser.add_cylinder(name, radius, height, **place)


def set_initial_camera(server: Any) -> None:
    """Set the viewpoint at which every visitor of a viser server begins."""
    (server.initial_camera.position, server.initial_camera.look_at) = CAMERA
    server.initial_camera.up = (0.0, 0.0, 1.0)
    server.initial_camera.fov = 0.72


def _rgb(colour: tuple[float, float, float]) -> tuple[int, int, int]:
    """Channels from 0 to 1 as channels from 0 to 255."""
    red, green, blue = (round(255 * channel) for channel in colour)
    return red, green, blue
