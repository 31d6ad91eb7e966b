"""What a visitor's browser sends, before viser acts on it; and what of its failures a terminal is told.

viser takes a frame for what it says it is, and sets whatever attribute it names. Who sends what no page of
ours would is closed out; the others notice nothing.
"""

import logging
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from robopolicy.viewer.extras import need

LARGEST = 1 << 16  # bytes of a frame; a page's have some hundreds
GARBLED = "that is nothing that the robot's page would send"
_CHANGEABLE = {"value"}  # of a control, by those who look at it
_OURS = Path(__file__).parents[1]
_LOGGERS = ("websockets.server", "asyncio")


def is_sound(frame: object) -> bool:
    """Whether viser can act on a frame: one of its messages, that changes no more than a value."""
    if not isinstance(frame, bytes) or len(frame) > LARGEST:
        return False
    try:
        message = need("viser")._messages.Message.deserialize(frame)
    except Exception:  # viser's reader and msgpack's raise whatever the bytes lead them to
        return False
    updates = getattr(message, "updates", {})
    return isinstance(updates, dict) and updates.keys() <= _CHANGEABLE


def guard(connection: Any, reject: Callable[[], Any]) -> None:
    """From now on the connection gives sound frames only; `reject` closes it at the first other one."""
    receive = connection.recv

    async def recv(*args: Any, **options: Any) -> Any:
        frame = await receive(*args, **options)
        if is_sound(frame):
            return frame
        connection.recv = receive
        await reject()
        return await receive(*args, **options)  # raises ConnectionClosed, which viser expects

    connection.recv = recv


class OnlyOurs(logging.Filter):
    """Passes over tracebacks that touch none of our code: a stranger's bytes led there, and are no news."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.exc_info or record.exc_info[2] is None:
            return True
        frames = traceback.walk_tb(record.exc_info[2])
        return any(Path(frame.f_code.co_filename).is_relative_to(_OURS) for frame, _ in frames)


@contextmanager
def quiet_about_strangers() -> Iterator[None]:
    """Within it the servers of viser and websockets log nothing about what strangers sent."""
    warnings.filterwarnings("ignore", r"\[viser\]")  # it writes out values of the wrong type
    only_ours = OnlyOurs()
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addFilter(only_ours)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(only_ours)
