"""A server from outside its protocol: a bare socket to it, and whether it answers."""

import socket as sockets
import time

from websockets.exceptions import InvalidStatus

from tests.servers import a_request, actions, client


def raw(port: int) -> sockets.socket:
    return sockets.create_connection(("127.0.0.1", port), 5)


def reachable(port: int) -> bool:
    try:
        with client(port) as (socket, _):
            return actions(socket, a_request()).shape == (8, 7)
    except InvalidStatus:
        return False


def until(holds, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False
