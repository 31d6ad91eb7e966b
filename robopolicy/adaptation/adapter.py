"""What a policy remembers of the worlds that it acts in: how they obey, and where things are."""

import numpy as np
from numpy.typing import NDArray

from data.samples.object_tracker import Tracker
from robopolicy.adaptation.delay_compensation import foreseen
from robopolicy.adaptation.dynamics_filter import Belief, Obeys, Response, commanded
from sim.observation import Observation
from sim.state import Array


class Memory:
    """Of B worlds: `see` once a step, then `send` what is wanted.

    With `others` each world is thought to have done what was told to another of the batch: a control.
    """

    def __init__(self, n: int, response: Response, history: int, others: bool = False) -> None:
        self.n, self._response, self._others = n, response, others
        self._belief, self._tracker = Belief(n, response, history), Tracker(n)
        self._last: tuple[Observation, Array] | None = None  # what was seen, what was sent
        self.world: Obeys = self._belief.world
        """How the worlds are thought to obey, by what they did so far."""

    @property
    def context(self) -> NDArray[np.float32]:
        """`Belief.context` and `Tracker.context`: (B, 9)."""
        return np.concatenate([self._belief.context, self._tracker.context], 1)

    def see(self, view: Observation) -> Observation:
        """Where things are thought to be, now that this (leading axis B) came of what was sent last."""
        seen = self._tracker.see(view)
        if self._last is not None:
            before, sent = self._last
            self._belief.update(before, np.roll(sent, 1, 0) if self._others else sent, seen)
        self.world = self._belief.world
        return seen

    def by_then(self, seen: Observation) -> Observation:
        """What will be seen when what is sent now arrives."""
        return foreseen(seen, self._belief.sent, self.world, self._response)

    def send(self, seen: Observation, wanted: Array) -> Array:
        """What to send, seeing this, so that what is wanted (B, 7) arrives: (B, 7)."""
        sent = commanded(wanted, self.world)
        self._last = seen, sent
        return sent

    def look_away(self) -> None:
        """Somebody else acts for a while; whatever comes of that teaches nothing."""
        self._last = None
        self._belief.rest()
        self._tracker.look_away()
