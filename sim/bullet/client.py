"""PyBullet, imported without its greeting: `from sim.bullet.client import pybullet`.

The C extension greets whoever imports it on file descriptor 2, which no Python-level redirection
catches, and a command line's `--help` should show nothing but help. Import it from nowhere else.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def silence() -> Iterator[None]:
    """Discard standard output and error, those of C code included, until the block ends."""
    with Path(os.devnull).open("wb") as nowhere:
        saved = {fd: os.dup(fd) for fd in (1, 2) if _is_open(fd)}
        try:
            for fd in saved:
                os.dup2(nowhere.fileno(), fd)
            yield
        finally:
            for fd, copy in saved.items():
                os.dup2(copy, fd)
                os.close(copy)


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


with silence():
    import pybullet

__all__ = ["pybullet", "silence"]
