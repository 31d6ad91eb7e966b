"""State shared between the simulation's thread and the views: commands go in, updates and status come out.

Every method may be called from any thread. A view always takes the latest update and skips those it
missed, so a slow view never slows the simulation.
"""

import threading
from collections import deque
from typing import Any

import numpy as np

from data.language.lexicon import normalise
from data.language.sentence import checked
from robopolicy.common.errors import UserError
from robopolicy.viewer.live.records import STOPPED, CommandRecord, LiveStatus, SceneUpdate
from robopolicy.viewer.live.suggestions import Suggestion
from sim.figures import Figure, lit
from sim.state import Array, State
from sim.world import WorldKind

HISTORY_LENGTH = 40  # commands that are remembered


class QueueFull(UserError):
    """Too many commands are waiting."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} commands are waiting already; try again when some are done")


class BadCommand(UserError):
    """The text is not a command."""


class SharedState:
    """The queue of commands, their history, the latest update of the scene, and the session's status.

    `lock` is notified whenever any of them changes. At most `queue` commands may wait.
    """

    def __init__(self, scene: Any, checkpoint: str, queue: int, kind: WorldKind) -> None:
        self.lock = threading.Condition()
        self._queue = queue
        self._waiting: deque[CommandRecord] = deque()
        self._suggested: dict[str, Suggestion] = {}  # by normalised sentence
        self._count = 0
        self._latest = SceneUpdate(0, 0, (), np.zeros((0, 7)), ())
        self._status = LiveStatus(0, checkpoint, scene, kind)

    # -- commands ----------------------------------------------------------------------------------

    def submit(self, sentence: str) -> int:
        """Queue a command and return its number. Raises `BadCommand`, `BadSentence` and `QueueFull`."""
        sentence = " ".join(sentence.split())
        if not sentence:
            raise BadCommand("the command is empty; say what to do: open the drawer")
        checked(sentence)
        with self.lock:
            if len(self._waiting) >= self._queue:
                raise QueueFull(len(self._waiting))
            self._count += 1
            suggested = self.suggestion_for(sentence)
            command = CommandRecord(self._count, sentence, level=suggested.level if suggested else "")
            self._waiting.append(command)
            self.set_status(history=(*self._status.history, command)[-HISTORY_LENGTH:])
            return command.number

    @property
    def n_submitted(self) -> int:
        """How many commands were ever queued."""
        return self._count

    @property
    def n_waiting(self) -> int:
        """How many commands wait now."""
        return len(self._waiting)

    def pop(self) -> CommandRecord | None:
        """Remove the next command from the queue and return it; None if none waits."""
        with self.lock:
            return self._waiting.popleft() if self._waiting else None

    def cancel_waiting(self) -> None:
        """Empty the queue; the commands in it count as stopped."""
        while command := self.pop():
            self.set_record(command._replace(status=STOPPED))

    def set_record(self, command: CommandRecord) -> None:
        """Replace the record in the history that has the same number."""
        with self.lock:
            history = self._status.history
            self.set_status(
                history=tuple(command if old.number == command.number else old for old in history)
            )

    # -- suggestions -------------------------------------------------------------------------------

    def set_suggestions(self, suggestions: list[Suggestion], scene_is_new: bool) -> None:
        """Replace the suggestions on show; in the same scene, earlier ones are still recognised."""
        with self.lock:
            if scene_is_new:
                self._suggested.clear()
            self._suggested |= {normalise(one.sentence): one for one in suggestions}
            self.set_status(suggestions=tuple(suggestions))

    def suggestion_for(self, sentence: str) -> Suggestion | None:
        """The suggestion with this sentence, whose goal is known; None for any other sentence."""
        with self.lock:
            return self._suggested.get(normalise(sentence))

    # -- status ------------------------------------------------------------------------------------

    def set_status(self, **changes: Any) -> None:
        """Change fields of the status and notify all who wait."""
        with self.lock:
            self._status = self._status._replace(version=self._status.version + 1, **changes)
            self.lock.notify_all()

    @property
    def status(self) -> LiveStatus:
        """The current status."""
        return self._status

    def wait_for_status(self, after: int, timeout: float) -> LiveStatus:
        """Wait until the status is newer than version `after`, at most `timeout` seconds; return it."""
        with self.lock:
            self.lock.wait_for(lambda: self._status.version > after, timeout)
            return self._status

    # -- updates of the scene ----------------------------------------------------------------------

    def publish(
        self, scene_number: int, figures: tuple[Figure, ...], poses: Array, state: State
    ) -> SceneUpdate:
        """Make an update the latest one, notify all who wait, and return it; `state` says what is lit."""
        with self.lock:
            number = self._latest.number + 1
            self._latest = SceneUpdate(number, scene_number, figures, poses, lit(figures, state))
            self.lock.notify_all()
            return self._latest

    @property
    def latest(self) -> SceneUpdate:
        """The latest update."""
        return self._latest

    def wait_for_update(self, after: int, timeout: float = 1.0) -> SceneUpdate:
        """Wait until the latest update's number exceeds `after`, at most `timeout` seconds; return it."""
        with self.lock:
            self.lock.wait_for(lambda: self._latest.number > after, timeout)
            return self._latest
