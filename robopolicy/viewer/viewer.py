"""viser's server, begun and ended without the lines that it prints to whatever terminal there is."""

import contextlib
import io
from typing import Any

from robopolicy.viewer.extras import need


def open_viewer(host: str = "127.0.0.1", port: int = 0) -> Any:
    """A `viser.ViserServer`; raises `NotInstalled`."""
    viser = need("viser")
    with contextlib.redirect_stdout(io.StringIO()):
        return viser.ViserServer(host, port, verbose=False)


def close_viewer(server: Any) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        server.stop()
