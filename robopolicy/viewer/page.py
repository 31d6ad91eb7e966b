"""The page: a live desk in the browsers of its visitors, through viser.

Two threads follow the desk, one its frames, one its news; viser's own sends them on, to each browser as
fast as that takes them, the latest of everything.
"""

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed

from data.common.atomic_io import write_atomic
from data.store.reader import open_dataset
from robopolicy.common.errors import UserError
from robopolicy.common.text import slug
from robopolicy.runtime.scene_request import Wish
from robopolicy.serving.config import CannotListen, ServeConfig
from robopolicy.viewer.annotation import Describing
from robopolicy.viewer.cameras import Cameras
from robopolicy.viewer.desk import DeskConfig, LiveDesk
from robopolicy.viewer.extras import need
from robopolicy.viewer.frames import GARBLED, guard, quiet_about_strangers
from robopolicy.viewer.handles import Handles
from robopolicy.viewer.panel import Panel
from robopolicy.viewer.replay import replay_html
from robopolicy.viewer.scenery import Scenery, stand
from robopolicy.viewer.viewer import close_viewer, open_viewer

REJECTED = 1002  # the one WebSocket close code whose reason viser's page shows
FOREIGN = "another page may not use this robot"
HELD = 3.0  # s that who cannot come in is kept waiting: viser's page comes again at once, for ever


class Page:
    """Serves one desk until it is closed."""

    def __init__(self, config: ServeConfig, desk: LiveDesk | None = None) -> None:
        need("viser")
        _listenable(config)
        if config.dataset is not None:
            open_dataset(config.dataset)  # refuses what is none
        self.config = config
        self.updates = 0  # frames that were sent on to the visitors
        wish = Wish(config.seed, config.layout, config.n_objects)
        settings = DeskConfig(config.checkpoint, config.max_steps, config.speed, config.parts)
        self.desk = desk or LiveDesk(settings, wish)
        self._quiet = ExitStack()
        self._quiet.enter_context(quiet_about_strangers())
        self.server: Any = open_viewer(config.host, config.listens_at)
        self._inside: set[int] = set()
        self.server._websock_server.on_client_connect(self._admit)
        self.server._websock_server.on_client_disconnect(self._miss)
        self._closing = threading.Event()
        stand(self.server)
        self._scenery = Scenery(self.server.scene)
        self.panel = Panel(self.server, self.desk, self.keep)
        self.handles = Handles(self.server, self.desk, Path(config.output) / "play")
        self.server.on_client_connect(self.panel.welcome)
        if config.dataset is not None:
            describing = Describing(self.server, self.desk, Path(config.dataset))
            self.server.on_client_connect(describing.welcome)
        work: list[Callable[[], None]] = [self._follow_frames, self._follow_news]
        if config.cameras:
            cameras = Cameras(self.server.gui, self.desk, config.cameras)
            work.append(lambda: cameras.follow(self._closing))
        self._threads = [threading.Thread(target=target, daemon=True) for target in work]

    @property
    def port(self) -> int:
        return self.server.get_port()

    def start(self) -> None:
        self.desk.start()
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End everything; closing twice is harmless."""
        self._closing.set()
        self.desk.close()
        self.handles.keeper.end()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(5)
        close_viewer(self.server)
        self._quiet.close()

    def keep(self, client: Any) -> None:
        """Write the latest command as a replay page, and offer it to the visitor."""
        recording = self.desk.recording
        if recording is None:
            raise UserError("there is nothing to keep yet: say something first")
        name = f"{self.desk.board.standing.version:05d}-{slug(recording.sentence)}.html"
        path = Path(self.config.output) / "replays" / name
        html = replay_html(recording)
        write_atomic(path, html)
        if client is not None:
            client.add_notification("Kept", f"{path}", color="green", auto_close_seconds=8)
            client.send_file_download(name, html.encode())

    # -- who may come in ---------------------------------------------------------------------------

    async def _admit(self, visitor: Any) -> None:
        connection = self.server._websock_server._live_connections.get(visitor.client_id)
        if connection is None:
            return
        headers = connection.request.headers
        ours = may_come(headers.get("Origin"), headers.get("Host"), self.config.host)
        if not ours or self._full:
            await asyncio.sleep(HELD)
        if not ours:
            await _turn_away(connection, FOREIGN)
        elif self._full:
            await _turn_away(connection, full(self.config.clients))
        else:
            self._inside.add(visitor.client_id)
            guard(connection, lambda: _turn_away(connection, GARBLED))

    async def _miss(self, visitor: Any) -> None:
        self._inside.discard(visitor.client_id)

    @property
    def _full(self) -> bool:
        return len(self._inside) >= self.config.clients

    # -- what is sent ------------------------------------------------------------------------------

    def _follow_frames(self) -> None:
        number, built = 0, 0
        while not self._closing.is_set():
            frame = self.desk.board.next_frame(number, 0.5)
            if frame.number == number:
                continue
            number = frame.number
            if frame.built != built:
                built = frame.built
                self._scenery.build(self.desk.board.standing.scene)
            with self.server.atomic():
                self._scenery.update(frame.poses, frame.lights)
            self.updates += 1

    def _follow_news(self) -> None:
        version = 0
        while not self._closing.is_set():
            standing = self.desk.board.changed(version, 0.5)
            self.handles.look_after()
            if standing.version != version:
                version = standing.version
                self.panel.refresh(standing)
                self._closing.wait(0.05)  # several changes at once are told as one


async def _turn_away(connection: Any, why: str) -> None:
    """Close a connection, and forget what came over it: viser would act on that even now."""
    await connection.close(REJECTED, why)
    with suppress(ConnectionClosed):
        while True:
            await connection.recv()


def full(clients: int) -> str:
    """What one visitor too many reads, in at most 123 bytes; viser's page adds the full stop."""
    asked = f"robopolicy serve clients={clients}"
    return f"the desk is full: {asked} lets in no more; you come in when somebody leaves"


def may_come(origin: str | None, host: str | None, listening: str) -> bool:
    """Whether a browser's page of this origin may talk to the robot: the robot's own page alone.

    On this machine alone, the page's address must name this machine too: a foreign name that was made
    to point here is not ours. Programs that are no browsers send no origin.
    """
    if origin is None:
        return True
    theirs = urlsplit(origin).netloc
    if theirs != (host or ""):
        return False
    if not _is_loopback(listening):
        return True
    return _is_loopback(urlsplit(f"//{theirs}").hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _listenable(config: ServeConfig) -> None:
    """viser would take the next port, and wait for ever for an address that there is not."""
    try:
        family = socket.getaddrinfo(config.host, config.listens_at, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((config.host, config.listens_at))
    except OSError as error:
        raise CannotListen(config, error) from error
