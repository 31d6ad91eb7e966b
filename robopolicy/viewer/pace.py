"""Keeping simulated time in step with the clock on the wall."""

import time
from collections.abc import Callable

PATIENCE = 0.25  # s of delay that is caught up; what is lost beyond that is lost


class Pace:
    """Waits so that simulated seconds last as long as real ones, divided by `speed`.

    start() when motion begins, wait(dt) after each stretch of dt simulated seconds.
    """

    def __init__(
        self,
        speed: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.speed = speed
        self._clock, self._sleep = clock, sleep
        self._due = self._began = clock()
        self._simulated = 0.0

    def start(self) -> None:
        """From now on."""
        self._due = self._began = self._clock()
        self._simulated = 0.0

    def wait(self, seconds: float) -> None:
        """Until the simulated seconds since the last call have passed for the visitors too."""
        self._simulated += seconds
        self._due += seconds / self.speed
        early = self._due - self._clock()
        if early > 0:
            self._sleep(early)
        elif early < -PATIENCE:
            self._due = self._clock()

    @property
    def factor(self) -> float:
        """Simulated seconds per real one since `start`."""
        passed = self._clock() - self._began
        return self._simulated / passed if passed > 0 else self.speed
