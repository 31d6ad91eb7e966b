"""The page's camera pictures, rendered in another process: one takes longer than an update may."""

import threading
from typing import Any

import numpy as np

from data.common.workers import spawned
from robopolicy.viewer.live.desk import LiveDesk
from robopolicy.viewer.page import html_text
from sim.desk.cameras import CAMERAS, Picture, render
from sim.desk.scene import Scene
from sim.desk.simulator import World
from sim.state import State

SIZE = (320, 240)  # width, height of one camera's picture, px
ABOUT = "From above, as left and right are meant; and across."


class CameraPictures:
    """Shows two cameras' pictures side by side, at most `hz` times a second and only when they change."""

    def __init__(self, gui: Any, desk: LiveDesk, hz: float) -> None:
        self._desk, self._period = desk, 1 / hz
        with gui.add_folder("Cameras", order=7, expand_by_default=False):
            gui.add_html(html_text.note(ABOUT))
            self._shown = gui.add_image(np.full((SIZE[1], 2 * SIZE[0], 3), 235, np.uint8), jpeg_quality=80)

    def follow(self, closing: threading.Event) -> None:
        """Render and show pictures until the event is set."""
        number = 0
        with spawned(1) as pool:
            while not closing.wait(self._period):
                if self._desk.shared.latest.number == number:
                    continue
                number = self._desk.shared.latest.number
                scene, state = self._desk.shared.status.scene, self._desk.state
                if state.n_objects == len(scene.objects):  # else the scene is being set up at this moment
                    for picture in pool.in_order(_render, [(scene, state)]):
                        self._shown.image = picture


_worlds: list[World] = []  # of the rendering process: one, once it is made


def _render(desk: tuple[Scene, State]) -> Picture:
    """In the other process: what the cameras see of a state, (240, 640, 3)."""
    scene, state = desk
    if not _worlds:
        _worlds.append(World(visuals=True))
    (world,) = _worlds
    if world.scene != scene:
        world.build(scene)
    world.show(state)
    return np.concatenate([render(world, CAMERAS[name], SIZE) for name in ("desk", "front")], axis=1)
