"""Work for worker processes in tests: it must be importable there."""

import os
import signal
import time
from pathlib import Path

from data.common.atomic_io import write_atomic


def square(x: int) -> int:
    time.sleep(0.02 * (x % 3))
    return x * x


def killed_at_first(unit: tuple[int, Path]) -> int:
    """Square, but the first that tries an odd one is killed half-way."""
    x, folder = unit
    mark = folder / str(x)
    if x % 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return square(x)


def killed(x: int) -> int:
    if x == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return x


def never_ready() -> None:
    os._exit(3)


def writes(path: Path) -> None:
    write_atomic(path, "x" * 4096)


def broken(x: int) -> float:
    return 1 / x
