"""How the program is stopped: Ctrl-C, SIGTERM and SIGHUP alike, in good order, and quietly."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SHOW_CURSOR = b"\x1b[?25h"  # a bar hides it; rich would take too long to import here
_asked: list[int] = []


class Stopped(KeyboardInterrupt):
    """The program was told to stop."""


def take_signals() -> None:
    """From now on the first signal raises `Stopped` in the main thread, and the second leaves at once."""
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _stop)


def ignore_signals() -> None:
    """From now on none counts: Python undoes its handlers while it ends, and a late one would kill it."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)


def exit_code(error: BaseException) -> int | None:
    """128 and the signal that stopped the program, as shells have it; None if none did.

    A signal that came while a module was being imported may reach us as any error.
    """
    if _asked:
        return 128 + _asked[0]
    if isinstance(error, Stopped):
        return 128 + error.args[0]
    return 128 + signal.SIGINT if isinstance(error, KeyboardInterrupt) else None


@contextmanager
def graceful() -> Iterator[list[int]]:
    """Within it the first signal only adds to the list, the second is as ever. Main thread only."""
    asked: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {number: signal.getsignal(number) for number in STOPPING}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def ask(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        asked.append(number)
        restore()

    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, ask)
    try:
        yield asked
    finally:
        restore()


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    _asked.append(number)
    if len(_asked) > 1:  # workers see that we are gone, and files are whole at any instant
        if os.isatty(1):
            os.write(1, _SHOW_CURSOR)
        os._exit(128 + _asked[0])
    raise Stopped(number)
