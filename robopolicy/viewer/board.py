"""Where a live desk and its visitors meet: commands in, frames and news out, from any thread.

Whoever looks takes the latest frame and misses what was between, so nobody who is slow slows the desk.
"""

import threading
from collections import deque
from typing import Any

import numpy as np

from data.language.lexicon import normalise
from data.language.sentence import checked
from robopolicy.common.errors import UserError
from robopolicy.viewer.records import STOPPED, Exchange, Frame, Standing
from robopolicy.viewer.suggestions import Suggestion
from sim.desk.scene import Scene
from sim.state import Array

KEPT = 40  # exchanges that are remembered


class QueueFull(UserError):
    """Too many commands are waiting."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} commands are waiting already; try again when some are done")


class BadCommand(UserError):
    """Something that is no command."""


class Board:
    """The queue of commands, the history, the latest frame, and how the desk stands."""

    def __init__(self, scene: Scene, checkpoint: str, queue: int) -> None:
        self.lock = threading.Condition()
        self._queue = queue
        self._waiting: deque[Exchange] = deque()
        self._known: dict[str, Suggestion] = {}
        self._count = 0
        self._frame = Frame(0, 0, np.zeros((0, 7)), (False, False))
        self._standing = Standing(0, checkpoint, scene)

    def say(self, sentence: str) -> int:
        """Put a command in line; its number. Raises `BadCommand`, `BadSentence` and `QueueFull`."""
        sentence = " ".join(sentence.split())
        if not sentence:
            raise BadCommand("the command is empty; say what to do: open the drawer")
        checked(sentence)
        with self.lock:
            if len(self._waiting) >= self._queue:
                raise QueueFull(len(self._waiting))
            self._count += 1
            known = self.known(sentence)
            one = Exchange(self._count, sentence, level=known.level if known else "")
            self._waiting.append(one)
            self.update(history=(*self._standing.history, one)[-KEPT:])
            return one.number

    @property
    def said(self) -> int:
        """How many commands were put in line, ever."""
        return self._count

    @property
    def waiting(self) -> int:
        """How many commands wait."""
        return len(self._waiting)

    def take(self) -> Exchange | None:
        """The next command, out of the line."""
        with self.lock:
            return self._waiting.popleft() if self._waiting else None

    def forget_waiting(self) -> None:
        """Nothing waits any more."""
        while one := self.take():
            self.put(one._replace(status=STOPPED))

    def put(self, one: Exchange) -> None:
        """Replace an exchange by its newer self."""
        with self.lock:
            history = self._standing.history
            self.update(history=tuple(one if old.number == one.number else old for old in history))

    def offer(self, offered: list[Suggestion], anew: bool) -> None:
        """New suggestions; unless the scene is new, earlier ones stay known."""
        with self.lock:
            if anew:
                self._known.clear()
            self._known |= {normalise(one.sentence): one for one in offered}
            self.update(suggestions=tuple(offered))

    def known(self, sentence: str) -> Suggestion | None:
        """The suggestion that a sentence is, if it is one: then what is right is known."""
        with self.lock:
            return self._known.get(normalise(sentence))

    def update(self, **news: Any) -> None:
        """Change fields of the standing, and tell everybody."""
        with self.lock:
            self._standing = self._standing._replace(version=self._standing.version + 1, **news)
            self.lock.notify_all()

    @property
    def standing(self) -> Standing:
        return self._standing

    def changed(self, after: int, timeout: float) -> Standing:
        """The standing as soon as it is newer than a version, or after so many seconds."""
        with self.lock:
            self.lock.wait_for(lambda: self._standing.version > after, timeout)
            return self._standing

    def show(self, built: int, poses: Array, lights: Array) -> Frame:
        """A new frame, for everybody to see."""
        with self.lock:
            lit = bool(lights[0]), bool(lights[1])
            self._frame = Frame(self._frame.number + 1, built, poses, lit)
            self.lock.notify_all()
            return self._frame

    @property
    def frame(self) -> Frame:
        return self._frame

    def next_frame(self, after: int, timeout: float = 1.0) -> Frame:
        """The latest frame as soon as it is newer than a number, or after so many seconds."""
        with self.lock:
            self.lock.wait_for(lambda: self._frame.number > after, timeout)
            return self._frame
