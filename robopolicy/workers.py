"""Worker processes that leave no trace: none outlives its parent, none goes on after Ctrl-C."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import Any

from robopolicy.console import forgive_encodings


@contextmanager
def spawned(
    workers: int, prepare: Callable[..., None] | None = None, *given: Any
) -> Iterator[ProcessPoolExecutor]:
    """A pool of freshly started processes, each of which calls prepare(*given) first.

    Left by an exception, or by a generator that is closed, it ends them at once.
    """
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, _start, (prepare, given))
    try:
        yield pool
    except BaseException:
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _start(prepare: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    forgive_encodings()
    if prepare is not None:
        prepare(*given)


def _leave_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
