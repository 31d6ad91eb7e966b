"""Starts and stops viser's server without the lines that it would print."""

import contextlib
import io
from typing import Any

from robopolicy.viewer.extras import need


def open_server(host: str = "127.0.0.1", port: int = 0) -> Any:
    """Start a `viser.ViserServer`; port 0 stands for any free one. Raises `NotInstalled`."""
    viser = need("viser")
    with contextlib.redirect_stdout(io.StringIO()):
        return viser.ViserServer(host, port, verbose=False)


def close_server(server: Any) -> None:
    """Stop a server that `open_server` started."""
    with contextlib.redirect_stdout(io.StringIO()):
        server.stop()
