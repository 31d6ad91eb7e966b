"""Camera pictures of a live desk, taken in a process of their own: one takes longer than a frame may."""

import threading
from typing import Any

import numpy as np

from data.common.workers import spawned
from robopolicy.viewer.desk import LiveDesk
from sim.desk.cameras import CAMERAS, Picture, render
from sim.desk.scene import Scene
from sim.desk.simulator import World
from sim.state import State

SIZE = (320, 240)  # width, height of one camera's picture, px


ABOUT = (
    '<div style="font-size:0.86em;padding:0 0.8em">From above, as left and right are meant; and across.</div>'
)


class Cameras:
    """A folder of the page with what the cameras see: at most so many pictures a second, and only news."""

    def __init__(self, gui: Any, desk: LiveDesk, hz: float) -> None:
        self._desk, self._period = desk, 1 / hz
        with gui.add_folder("Cameras", order=7, expand_by_default=False):
            gui.add_html(ABOUT)
            self._shown = gui.add_image(np.full((SIZE[1], 2 * SIZE[0], 3), 235, np.uint8), jpeg_quality=80)

    def follow(self, closing: threading.Event) -> None:
        """Until the event is set."""
        number = 0
        with spawned(1) as pool:
            while not closing.wait(self._period):
                if self._desk.board.frame.number == number:
                    continue
                number = self._desk.board.frame.number
                scene, state = self._desk.board.standing.scene, self._desk.state
                if state.n_objects == len(scene.objects):  # it is just being rebuilt otherwise
                    for picture in pool.in_order(_take, [(scene, state)]):
                        self._shown.image = picture


_mine: list[World] = []


def _take(desk: tuple[Scene, State]) -> Picture:
    """In the process: what the cameras see of a state."""
    scene, state = desk
    if not _mine:
        _mine.append(World(visuals=True))
    (world,) = _mine
    if world.scene != scene:
        world.build(scene)
    world.show(state)
    return np.concatenate([render(world, CAMERAS[name], SIZE) for name in ("desk", "front")], axis=1)
