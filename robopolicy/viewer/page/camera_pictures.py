"""The page's camera pictures, rendered in another process: one takes longer than an update may."""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.common.workers import spawned
from robopolicy.viewer.live.session import LiveSession
from robopolicy.viewer.page import html_text
from sim.state import State
from sim.world import World, WorldKind

SIZE = (320, 240)  # width, height of one camera's picture, px


class CameraPictures:
    """Shows the pictures of the world's first two cameras side by side.

    They are taken at most `hz` times a second, and only when they change.
    """

    def __init__(self, gui: Any, live: LiveSession, hz: float) -> None:
        self._live, self._period = live, 1 / hz
        with gui.add_folder("Cameras", order=7, expand_by_default=False):
            gui.add_html(html_text.note(live.kind.about_cameras))
            wide = len(_cameras(live.kind)) * SIZE[0]
            self._shown = gui.add_image(np.full((SIZE[1], wide, 3), 235, np.uint8), jpeg_quality=80)

    def follow(self, closing: threading.Event) -> None:
        """Render and show pictures until the event is set."""
        number = 0
        with spawned(1) as pool:
            while not closing.wait(self._period):
                if self._live.shared.latest.number == number:
                    continue
                number = self._live.shared.latest.number
                scene, state = self._live.shared.status.scene, self._live.state
                if state.n_objects == len(scene.names):  # else the scene is being set up at this moment
                    for picture in pool.in_order(_render, [(self._live.kind, scene, state)]):
                        self._shown.image = picture


_built: list[tuple[World, Any]] = []  # of the rendering process: one world with its scene, once it is made


def _render(shown: tuple[WorldKind, Any, State]) -> NDArray[np.uint8]:
    """In the other process: what the cameras see of a state, (240, 320 or 640, 3)."""
    kind, scene, state = shown
    world, built = _built.pop() if _built else (kind.open(pictures=True), None)
    if built != scene:
        world.build(scene)
    _built.append((world, scene))
    kind.show(world, state)
    return kind.picture(world, _cameras(kind), SIZE)


def _cameras(kind: WorldKind) -> tuple[str, ...]:
    """Those whose pictures are shown."""
    return kind.spec.cameras[:2]
