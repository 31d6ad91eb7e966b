"""Worker processes that leave no trace: none outlives its parent, and one that is lost is replaced.

A unit of work is a pure function of what it is given. So when a worker is killed (by the kernel where
memory runs out, say), the unit that it had is done again by another, and no result depends on that.
A unit that loses worker after worker ends the run: `WorkersLost`.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple, TypeVar

from data.common.errors import sentence_of
from sim.common.printable import forgive_encodings

LOSSES = 3  # workers that a unit may lose before the run ends
GRACE = 0.3  # s: what ends the workers often ends their parent too, and then there is nothing to say
U = TypeVar("U")
R = TypeVar("R")


class WorkersLost(ValueError):
    """Workers were killed again and again."""

    def __init__(self, how: str) -> None:
        super().__init__(
            f"{LOSSES} worker processes were lost over the same work, the last one {how}; what was finished "
            "is kept: free some memory or ask for fewer workers, and give the same command again"
        )


class WorkRefused(ValueError):
    """What a worker met that is a person's to put right, in its own words."""


class WorkFailed(RuntimeError):
    """An error of the program in a worker, with its traceback."""


class Workers:
    """A pool of processes that start when there is work for them; made by `spawned`."""

    def __init__(self, size: int, prepare: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
        self._size, self._prepare, self._given = size, prepare, given
        self._workers: list[_Worker] = []

    def as_finished(self, work: Callable[[U], R], units: Sequence[U]) -> Generator[tuple[int, R], None, None]:
        """(index of the unit, work(unit)) as they are finished.

        Raises `WorkersLost`, `WorkRefused` (an error that a person can put right) and `WorkFailed`.
        """
        waiting, lost, missing = deque(range(len(units))), Counter[int | None](), len(units)

        def share() -> None:
            for worker in self._workers:
                if worker.is_ready and worker.unit is None and waiting:
                    unit = waiting.popleft()
                    worker.give(unit, work, units[unit])

        try:
            while missing:
                while len(self._workers) < min(self._size, missing):
                    self._workers.append(_Worker(self._prepare, self._given))
                share()
                finished = []
                for worker in self._speaking():
                    reply, unit = worker.reply(), worker.unit
                    if reply is None:
                        lost[unit] += 1
                        waiting.extendleft([] if unit is None else [unit])
                        self._lose(worker, lost[unit])
                    elif worker.is_ready and unit is not None:
                        finished.append((unit, reply.value))
                    worker.is_ready, worker.unit = True, None
                missing -= len(finished)
                share()  # none waits while the results are used
                yield from finished
        except BaseException:
            self.end()
            raise

    def in_order(self, work: Callable[[U], R], units: Sequence[U]) -> Iterator[R]:
        """work(unit) of every unit, in the order of the units; raises as `as_finished`."""
        early: dict[int, R] = {}
        at = 0
        for unit, result in self.as_finished(work, units):
            early[unit] = result
            while at in early:
                yield early.pop(at)
                at += 1

    def end(self) -> None:
        """End the processes at once, whatever they do."""
        for worker in self._workers:
            worker.kill()
        self._workers.clear()

    def _speaking(self) -> list["_Worker"]:
        """Those that have a reply, or are lost."""
        spoken = wait([worker.connection for worker in self._workers])
        return [worker for worker in self._workers if worker.connection in spoken]

    def _lose(self, worker: "_Worker", times: int) -> None:
        self._workers.remove(worker)
        time.sleep(GRACE)
        how = worker.kill()
        if times >= LOSSES:
            raise WorkersLost(how)
        print(f"a worker process was lost, {how}; another does its work again", file=sys.stderr)


@contextmanager
def spawned(size: int, prepare: Callable[..., None] | None = None, *given: Any) -> Iterator[Workers]:
    """A pool of freshly started processes, each of which calls prepare(*given) first."""
    workers = Workers(size, prepare, given)
    try:
        yield workers
    finally:
        workers.end()


class _Reply(NamedTuple):
    value: Any = None
    refused: str = ""
    failed: str = ""


class _Worker:
    """A process, whether it is ready, and the unit that it has."""

    def __init__(self, prepare: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
        self.is_ready = False
        self.unit: int | None = None
        context = multiprocessing.get_context("spawn")
        self.connection, far = context.Pipe()
        self._process = context.Process(target=_work, args=(far, prepare, given), daemon=True)
        with _interrupts_held():
            self._process.start()
        far.close()  # else its end would not be seen here

    def give(self, unit: int, work: Callable[[Any], Any], content: Any) -> None:
        self.unit = unit
        with suppress(OSError):  # it is lost, as its reply will show
            self.connection.send((work, content))

    def reply(self) -> _Reply | None:
        """What it says; None if it is lost. Raises what the work raised."""
        try:
            reply: _Reply = self.connection.recv()
        except (EOFError, OSError):
            return None
        if reply.refused:
            raise WorkRefused(reply.refused)
        if reply.failed:
            raise WorkFailed(f"in a worker process:\n{reply.failed}")
        return reply

    def kill(self) -> str:
        """End it; says how it had ended, if it had."""
        code = self._process.exitcode
        self._process.kill()
        self._process.join()
        self.connection.close()
        return f"killed by {signal.Signals(-code).name}" if code and code < 0 else f"with exit code {code}"


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C and a terminal that closes are the parent's business: a process started here never sees them."""
    resource_tracker.ensure_running()  # starting it lifts the block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(connection: Connection, prepare: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
    """In the process: prepare, then do one unit after another."""
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    forgive_encodings()
    with suppress(EOFError, OSError):  # the parent has gone
        connection.send(_done(prepare, *given) if prepare else _Reply())
        while True:
            work, content = connection.recv()
            connection.send(_done(work, content))


def _done(work: Callable[..., Any], *given: Any) -> _Reply:
    try:
        return _Reply(work(*given))
    except Exception as error:
        sentence = sentence_of(error)
        return _Reply(refused=sentence) if sentence else _Reply(failed=traceback.format_exc())


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
