"""A scene in viser: every figure of `sim.desk.visuals` a node with its parts, moved as poses come in."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from robopolicy.viewer.meshes import arm_meshes
from sim.desk.cameras import GROUND, SKY
from sim.desk.furniture import Part
from sim.desk.scene import Scene
from sim.desk.visuals import ARM, Figure, figures
from sim.state import LIGHTS

ROOT = "/scene"
STILL = 1e-5  # m, and of a quaternion's components: less is not sent
GLOW = 2.6  # a lit bulb's halo, in radii
CAMERA = ((1.78, -0.82, 1.16), (0.45, 0.25, 0.07))  # m: where a visitor stands at first, and looks


class Scenery:
    """Draws into a viser server's scene (its `scene`, or a client's)."""

    def __init__(self, viewer: Any, daylight: bool = True) -> None:
        self._viewer = viewer
        self._scene: Scene | None = None
        self._frames: list[Any] = []
        self._bulbs: dict[str, tuple[Any, Any, Any, Figure]] = {}
        self._poses: NDArray[np.floating] = np.zeros((0, 7))
        self._lit: tuple[bool, ...] = ()
        viewer.set_up_direction("+z")
        fade = np.linspace(0, 1, 64)[:, None, None]
        viewer.set_background_image(((1 - fade) * np.array(SKY) + fade * np.array(GROUND)).astype(np.uint8))
        if daylight:  # a replay has viser's own light, whatever is said here
            viewer.configure_environment_map(None)  # a picture of a room is nice, and twice the work to draw
            viewer.configure_default_lights(cast_shadow=False)
            viewer.add_light_hemisphere(
                f"{ROOT}/daylight", sky_color=(255, 255, 255), ground_color=(205, 196, 180), intensity=1.6
            )

    def build(self, scene: Scene) -> None:
        """Draw another scene; what they have in common stays."""
        found = figures(scene)
        old = {figure.name: figure for figure in figures(self._scene)} if self._scene else {}
        kept = dict(zip(old, self._frames, strict=True))
        new = {figure.name: figure for figure in found}
        for name, frame in kept.items():
            if new.get(name) != old[name]:
                frame.remove()
        self._frames = [
            kept[name] if old.get(name) == figure else self._add(figure) for name, figure in new.items()
        ]
        self._scene, self._poses, self._lit = scene, np.full((len(found), 7), np.inf), ()

    def update(self, poses: NDArray[np.floating], lights: tuple[bool, ...]) -> None:
        """Move what has moved (poses as `World.poses`), and light what is lit."""
        moved: Any = np.abs(poses - self._poses) > STILL  # (F, 7)
        for i in np.flatnonzero(moved.any(1)):
            x, y, z, *quat = (float(v) for v in poses[i])
            if moved[i, :3].any():
                self._frames[i].position = (x, y, z)
            if moved[i, 3:].any():
                self._frames[i].wxyz = (quat[3], *quat[:3])
        self._poses = np.where(moved.any(1)[:, None], poses, self._poses)
        if lights != self._lit:
            self._lit = lights
            for name, on in zip(LIGHTS, lights, strict=True):
                bulb, halo, lamp, figure = self._bulbs[name]
                bulb.color = _rgb(figure.lit if on else figure.parts[0].colour)
                halo.visible = lamp.visible = bool(on)

    def _add(self, figure: Figure) -> Any:
        name = f"{ROOT}/{figure.name.replace(' ', '_')}"
        frame = self._viewer.add_frame(name, show_axes=False)
        if figure.name.startswith(f"{ARM}/"):
            for i, mesh in enumerate(arm_meshes().get(figure.name.removeprefix(f"{ARM}/"), ())):
                self._viewer.add_mesh_simple(
                    f"{name}/{i}", mesh.vertices, mesh.faces, color=mesh.colour, flat_shading=True
                )
            return frame
        drawn = [self._part(f"{name}/{i}", part) for i, part in enumerate(figure.parts)]
        if figure.light:
            radius, colour = figure.parts[0].size[0], _rgb(figure.lit)
            halo = self._viewer.add_icosphere(
                f"{name}/halo", GLOW * radius, colour, opacity=0.25, cast_shadow=False, visible=False
            )
            lamp = self._viewer.add_light_point(
                f"{name}/light", color=colour, intensity=0.35, distance=1.2, visible=False
            )
            self._bulbs[figure.light] = (drawn[0], halo, lamp, figure)
        return frame

    def _part(self, name: str, part: Part) -> Any:
        place: dict[str, Any] = {"color": _rgb(part.colour), "position": part.xyz}
        if part.kind == "box":
            return self._viewer.add_box(name, dimensions=part.size, **place)
        if part.kind == "sphere":
            return self._viewer.add_icosphere(name, part.size[0], **place)
        radius, height = part.size
        return self._viewer.add_cylinder(name, radius, height, **place)


def stand(server: Any) -> None:
    """Where every visitor of a viser server begins, and comes back to."""
    (server.initial_camera.position, server.initial_camera.look_at) = CAMERA
    server.initial_camera.up = (0.0, 0.0, 1.0)
    server.initial_camera.fov = 0.72


def _rgb(colour: tuple[float, float, float]) -> tuple[int, int, int]:
    red, green, blue = (round(255 * channel) for channel in colour)
    return red, green, blue
