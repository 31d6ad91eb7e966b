"""Online adaptation: what a policy has inferred of its worlds' dynamics, and where things are."""

import numpy as np
from numpy.typing import NDArray

from data.samples.object_tracker import Tracker
from robopolicy.adaptation.delay_compensation import predict_arrival
from robopolicy.adaptation.dynamics_filter import ArmResponse, DynamicsEstimate, DynamicsFilter, commanded
from sim.observation import Observation
from sim.state import Array
from sim.world_spec import WorldSpec


class WorldAdapter:
    """Adapts actions to the dynamics of B worlds: `observe` once a step, then `command` what is wanted.

    With `others` the dynamics of each world are inferred from the actions of the next row of the batch: a
    control.
    """

    def __init__(
        self, n: int, response: ArmResponse, history: int, spec: WorldSpec, others: bool = False
    ) -> None:
        self.n, self._response, self._spec, self._others = n, response, spec, others
        self._filter, self._tracker = (
            DynamicsFilter(n, response, history, spec),
            Tracker(n, spec),
        )
        self._last: tuple[Observation, Array] | None = None  # what was observed, what was sent
        self.world: DynamicsEstimate = self._filter.world
        """The dynamics inferred so far."""

    @property
    def context(self) -> NDArray[np.float32]:
        """`DynamicsFilter.context` and `Tracker.context`, for probes: (B, 9)."""
        return np.concatenate([self._filter.context, self._tracker.context], 1)

    def observe(self, view: Observation) -> Observation:
        """Update on what the actions sent last led to (leading axis B); the view, with things tracked."""
        seen = self._tracker.see(view)
        if self._last is not None:
            before, sent = self._last
            self._filter.update(before, np.roll(sent, 1, 0) if self._others else sent, seen)
        self.world = self._filter.world
        return seen

    def predict(self, seen: Observation) -> Observation:
        """What will be observed when an action that is sent now arrives."""
        return predict_arrival(seen, self._filter.sent, self.world, self._response, self._spec)

    def command(self, seen: Observation, wanted: Array) -> Array:
        """The action to send at this observation so that the wanted one (B, 7) is carried out: (B, 7)."""
        sent = commanded(wanted, self.world)
        self._last = seen, sent
        return sent

    def look_away(self) -> None:
        """Somebody else acts for a while: nothing is inferred from what comes of that."""
        self._last = None
        self._filter.clear_actions()
        self._tracker.look_away()
