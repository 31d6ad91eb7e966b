"""How fast the page is: `python -m benchmarks.viewer`, with the shipped policy and three visitors.

One of the visitors never reads what it is sent.
"""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from websockets.sync.client import connect

from robopolicy.serving.config import ServeConfig
from robopolicy.viewer.extras import need
from robopolicy.viewer.page import Page
from robopolicy.viewer.records import DONE, REFUSED, STOPPED

COMMANDS = 4


class Figures(NamedTuple):
    """Of the time in which the robot moved."""

    seconds: float  # simulated
    factor: float  # simulated seconds per real one, the slowest command's
    updates: float  # of the scene, per real second
    received: float  # messages that a visitor who reads got, per real second

    def __str__(self) -> str:
        return (
            f"page: {self.seconds:.1f} s of motion at {self.factor:.3f} of real time, "
            f"{self.updates:.1f} updates of the scene a second; a visitor got {self.received:.1f} messages"
        )


@contextlib.contextmanager
def visitor(port: int, reads: bool = True) -> Iterator[list[int]]:
    """Somebody who looks: how many messages came so far. One who does not read is the slowest there is."""
    protocol: Any = f"viser-v{need('viser').__version__}"
    got, leave = [0], threading.Event()
    url = f"ws://127.0.0.1:{port}"
    with connect(url, subprotocols=[protocol], compression=None, max_size=None, close_timeout=1) as socket:

        def read() -> None:
            while not leave.is_set():
                with contextlib.suppress(TimeoutError):
                    socket.recv(0.5)
                    got[0] += 1

        reader = threading.Thread(target=read, daemon=True)
        if reads:
            reader.start()
        yield got
        leave.set()
        if reads:
            reader.join(2)


def measure(config: ServeConfig, commands: int = COMMANDS) -> Figures:
    """Suggestions one after another."""
    page = Page(config)
    page.start()
    try:
        with visitor(page.port) as got, visitor(page.port), visitor(page.port, reads=False):
            time.sleep(1)
            begin, updates, received, simulated, slowest = time.monotonic(), page.updates, got[0], 0.0, 9.0
            for _ in range(commands):
                board = page.desk.board
                number = board.say(board.standing.suggestions[0].sentence)
                while (one := next(o for o in board.standing.history if o.number == number)).status not in (
                    DONE, REFUSED, STOPPED,
                ):  # fmt: skip
                    board.changed(board.standing.version, 0.5)
                simulated += one.seconds
                slowest = min(slowest, board.standing.factor)
            passed = time.monotonic() - begin
            return Figures(
                simulated, slowest, (page.updates - updates) / passed, (got[0] - received) / passed
            )
    finally:
        page.close()


def main() -> int:
    print(measure(ServeConfig(port=0)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
