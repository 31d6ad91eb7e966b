"""Who may use the page: browsers that show the robot's own page, so many at once, sending valid messages."""

import asyncio
import ipaddress
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed

from robopolicy.common.listening import ListenConfig
from robopolicy.viewer.page.messages import INVALID, guard

REJECTED = 1002  # the one WebSocket close code whose reason viser's page shows
FOREIGN_PAGE = "another page may not use this robot"
DELAY = 3.0  # s before a connection is refused: viser's page would try again at once, for ever


class Admission:
    """Lets visitors of a viser server in or turns them away, by its connection callbacks."""

    def __init__(self, server: Any, config: ListenConfig) -> None:
        self._websockets = server._websock_server
        self._config = config
        self.inside: set[int] = set()  # client ids of visitors who were let in
        self._websockets.on_client_connect(self._connected)
        self._websockets.on_client_disconnect(self._disconnected)

    @property
    def _is_full(self) -> bool:
        return len(self.inside) >= self._config.clients

    async def _connected(self, visitor: Any) -> None:
        connection = self._websockets._live_connections.get(visitor.client_id)
        if connection is None:
            return
        headers = connection.request.headers
        allowed = origin_allowed(headers.get("Origin"), headers.get("Host"), self._config.host)
        if not allowed or self._is_full:
            await asyncio.sleep(DELAY)
        if not allowed:
            await _turn_away(connection, FOREIGN_PAGE)
        elif self._is_full:
            await _turn_away(connection, full_message(self._config.clients))
        else:
            self.inside.add(visitor.client_id)
            guard(connection, lambda: _turn_away(connection, INVALID))

    async def _disconnected(self, visitor: Any) -> None:
        self.inside.discard(visitor.client_id)


async def _turn_away(connection: Any, reason: str) -> None:
    """Close a connection and discard what came over it, on which viser would act even now."""
    await connection.close(REJECTED, reason)
    with suppress(ConnectionClosed):
        while True:
            await connection.recv()


def full_message(clients: int) -> str:
    """What one visitor too many reads, in at most 123 bytes; viser's page adds the full stop."""
    command = f"robopolicy serve clients={clients}"
    return f"the page is full: {command} lets in no more; you come in when somebody leaves"


def origin_allowed(origin: str | None, host: str | None, listening: str) -> bool:
    """Whether a connection with these Origin and Host headers comes from the robot's own page.

    Where the server listens to this machine alone, the page's address must name this machine too: it could
    be a foreign name that was made to resolve to it. Programs other than browsers send no origin, and may.
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
