"""Everything that was to be seen of one command or rollout: what a replay page is made of."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from robopolicy.viewer.live.records import CommandRecord, SceneUpdate
from sim.figures import Figure
from sim.world import WorldKind


class Recording(NamedTuple):
    """Poses and lights at T moments, `period` seconds apart."""

    kind: WorldKind
    figures: tuple[Figure, ...]
    sentence: str
    outcome: str  # how it ended, in words
    poses: NDArray[np.float32]  # (T, F, 7) as `Visible.poses`
    lights: NDArray[np.bool_]  # (T, L): which of the bulbs among the figures are on
    period: float  # s of simulated time between two moments


def recording_of(
    kind: WorldKind, command: CommandRecord, updates: Sequence[SceneUpdate], period: float
) -> Recording:
    """The recording of a finished command, from the updates of its scene that were shown meanwhile."""
    return Recording(
        kind,
        updates[0].figures,
        command.sentence,
        "; ".join(command.happened) or "nothing that has a name",
        np.stack([update.poses for update in updates]).astype(np.float32),
        np.array([update.lights for update in updates], bool),
        period,
    )
