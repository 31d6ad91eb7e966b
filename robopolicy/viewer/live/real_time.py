"""Slows a simulation down to real time, or to a multiple of it."""

import time
from collections.abc import Callable

LARGEST_DELAY = 0.25  # s; a simulation that is later than this does not try to catch up


class RealTimeClock:
    """Sleeps after each simulated interval, so that it takes as long as in reality, divided by `speed`.

    Call `start()` when motion begins and `wait(dt)` after every dt simulated seconds. A small delay is
    caught up by sleeping less next time; beyond `LARGEST_DELAY` the clock begins anew.
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
        """Begin to measure time from now on."""
        self._due = self._began = self._clock()
        self._simulated = 0.0

    def wait(self, seconds: float) -> None:
        """Sleep until `seconds` of simulated time since the last call are over in real time too."""
        self._simulated += seconds
        self._due += seconds / self.speed
        early = self._due - self._clock()
        if early > 0:
            self._sleep(early)
        elif early < -LARGEST_DELAY:
            self._due = self._clock()

    @property
    def factor(self) -> float:
        """Real-time factor: simulated seconds per real second since `start`."""
        passed = self._clock() - self._began
        return self._simulated / passed if passed > 0 else self.speed
