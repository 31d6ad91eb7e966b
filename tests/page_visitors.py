"""A visitor of the page without a browser: what viser's page would send, and what comes of it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgpack
from websockets.sync.client import ClientConnection, connect

from robopolicy.viewer.extras import need
from robopolicy.viewer.page.config import PageConfig
from robopolicy.viewer.page.page import Page
from tests.live_desks import desk_at_work

ZERO, ONE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)


@contextmanager
def page_at_work(folder: Path, speed: float) -> Iterator[Page]:
    """The page of a desk that is at work, for three visitors at most; what it stores goes to a folder."""
    with desk_at_work(speed=speed) as desk:
        page = Page(PageConfig(port=0, clients=3, output=str(folder), cameras=0), desk)
        page.live.start = lambda: None  # it runs already
        page.start()
        until(lambda: page.updates)  # the arm's meshes are read
        yield page
        page.close()


def until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + 90
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def socket_to(page: Page, **options: Any) -> Any:
    protocol: Any = f"viser-v{need('viser').__version__}"
    url = f"ws://127.0.0.1:{page.port}"
    return connect(url, subprotocols=[protocol], max_size=None, close_timeout=2, **options)


def send(socket: ClientConnection, kind: str, **fields: Any) -> None:
    packed: Any = msgpack.packb({"type": kind, **fields})
    socket.send(packed)


def look(socket: ClientConnection) -> None:
    """Say where the camera is: then viser takes one for a visitor."""
    lens = {"fov": 1.0, "near": 0.1, "far": 9.0, "image_height": 9, "image_width": 9}
    stand = {"wxyz": (1.0, *ZERO), "position": ONE, "look_at": ZERO, "up_direction": ONE}
    send(socket, "ViewerCameraMessage", **lens, **stand)


def give(socket: ClientConnection, handle: Any, value: Any) -> None:
    """Type into a line, or press a button."""
    send(socket, "GuiUpdateMessage", uuid=handle._impl.uuid, updates={"value": value})
