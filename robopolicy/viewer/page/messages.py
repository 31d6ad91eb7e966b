"""Checks what visitors' browsers send before viser acts on it, and keeps their errors off the terminal.

viser believes what a message says it is, and sets whatever attribute it names. A visitor who sends what the
robot's page never would is disconnected; the others notice nothing.
"""

import logging
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from robopolicy.viewer.extras import need

LARGEST = 1 << 16  # bytes of a message; the page's have a few hundred
INVALID = "that is nothing that the robot's page would send"
_SETTABLE = {"value"}  # attributes of a control that a visitor may set
_OUR_CODE = Path(__file__).parents[2]
_LOGGERS = ("websockets.server", "asyncio")


def is_valid(message: object) -> bool:
    """Whether viser can act on a message: it is one of viser's, and sets nothing but values of controls."""
    if not isinstance(message, bytes) or len(message) > LARGEST:
        return False
    try:
        parsed = need("viser")._messages.Message.deserialize(message)
    except Exception:  # viser and msgpack raise whatever the bytes lead them to
        return False
    updates = getattr(parsed, "updates", {})
    return isinstance(updates, dict) and updates.keys() <= _SETTABLE


def guard(connection: Any, reject: Callable[[], Any]) -> None:
    """Make a connection return valid messages only; `reject` closes it at the first invalid one."""
    receive = connection.recv

    async def recv(*args: Any, **options: Any) -> Any:
        message = await receive(*args, **options)
        if is_valid(message):
            return message
        connection.recv = receive
        await reject()
        return await receive(*args, **options)  # raises ConnectionClosed, which viser expects

    connection.recv = recv


class OurErrorsOnly(logging.Filter):
    """Drops log records whose traceback touches none of our code: a visitor's bytes caused them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is logged."""
        if not record.exc_info or record.exc_info[2] is None:
            return True
        frames = traceback.walk_tb(record.exc_info[2])
        return any(Path(frame.f_code.co_filename).is_relative_to(_OUR_CODE) for frame, _ in frames)


@contextmanager
def quiet_about_visitors() -> Iterator[None]:
    """Within the block, viser and websockets log nothing about invalid data from visitors."""
    warnings.filterwarnings("ignore", r"\[viser\]")  # it prints values of a wrong type
    errors_filter = OurErrorsOnly()
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addFilter(errors_filter)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(errors_filter)
