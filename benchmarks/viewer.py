"""Measures whether the page keeps up with real time, with the shipped policy and three visitors.

    python -m benchmarks.viewer [COMMANDS]    how many commands are carried out (4)

One of the visitors never reads what it is sent. Takes ten seconds a command.
"""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from websockets.sync.client import connect

from robopolicy.viewer.extras import need
from robopolicy.viewer.live.records import DOING, WAITING, CommandRecord
from robopolicy.viewer.live.shared import SharedState
from robopolicy.viewer.page.config import PageConfig
from robopolicy.viewer.page.page import Page

COMMANDS = 4  # that are carried out


class Figures(NamedTuple):
    """Figures of the time in which the robot moved."""

    seconds: float  # simulated
    factor: float  # real-time factor: simulated seconds per real one, of the slowest command
    updates: float  # of the scene, per real second
    received: float  # messages that a visitor received, per real second

    def __str__(self) -> str:
        return (
            f"page: {self.seconds:.1f} s of motion at {self.factor:.3f} of real time, "
            f"{self.updates:.1f} updates of the scene a second; a visitor got {self.received:.1f} messages"
        )


@contextlib.contextmanager
def visitor(port: int, reads: bool = True) -> Iterator[list[int]]:
    """A visitor without a browser; gives [the number of messages received so far].

    With `reads` off it receives nothing, like the slowest visitor possible.
    """
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


def measure(config: PageConfig, commands: int = COMMANDS) -> Figures:
    """Carry out suggestions one after another and measure meanwhile."""
    page = Page(config)
    page.start()
    try:
        with visitor(page.port) as got, visitor(page.port), visitor(page.port, reads=False):
            time.sleep(1)
            begin, updates, received, simulated, slowest = time.monotonic(), page.updates, got[0], 0.0, 9.0
            for _ in range(commands):
                shared = page.live.shared
                command = _finished(shared, shared.submit(shared.status.suggestions[0].sentence))
                simulated += command.seconds
                slowest = min(slowest, shared.status.real_time_factor)
            passed = time.monotonic() - begin
            return Figures(
                simulated, slowest, (page.updates - updates) / passed, (got[0] - received) / passed
            )
    finally:
        page.close()


def _finished(shared: SharedState, number: int) -> CommandRecord:
    """Wait until a command is over."""
    while True:
        status = shared.status
        command = next(one for one in status.history if one.number == number)
        if command.status not in (WAITING, DOING):
            return command
        shared.wait_for_status(status.version, 0.5)


def main(arguments: Sequence[str]) -> None:
    """Print the figures."""
    commands = int(arguments[0]) if arguments else COMMANDS
    print(measure(PageConfig(port=0), commands), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
