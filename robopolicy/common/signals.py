"""Stopping the program by Ctrl-C, SIGTERM or SIGHUP: in good order, and without a traceback."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SHOW_CURSOR = b"\x1b[?25h"  # a bar hides it; rich would take too long to import here
_received: list[int] = []  # numbers of the signals that came so far


class Stopped(KeyboardInterrupt):
    """A signal told the program to stop; its number is the argument."""


def take_signals() -> None:
    """Handle signals from now on: the first raises `Stopped` in the main thread, the second exits at once."""
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _stop)


def ignore_signals() -> None:
    """Ignore signals from now on: Python removes its handlers as it ends, and a late one would kill it."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)


def exit_code(error: BaseException) -> int | None:
    """128 plus the number of the signal that caused an error, as in shells; None if no signal did.

    A signal that comes while a module is being imported may surface as any kind of error.
    """
    if _received:
        return 128 + _received[0]
    if isinstance(error, Stopped):
        return 128 + error.args[0]
    return 128 + signal.SIGINT if isinstance(error, KeyboardInterrupt) else None


@contextmanager
def graceful() -> Iterator[list[int]]:
    """Within the block the first signal only adds its number to the list; a second has its usual effect.

    In other threads than the main one nothing changes.
    """
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    before = {number: signal.getsignal(number) for number in STOPPING}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        received.append(number)
        restore()

    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, note)
    try:
        yield received
    finally:
        restore()


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    _received.append(number)
    if len(_received) > 1:  # workers notice by themselves, and files are complete at any time
        if os.isatty(1):
            os.write(1, _SHOW_CURSOR)
        os._exit(128 + _received[0])
    raise Stopped(number)
