"""An actor that does nothing, and how long a rollout may take."""

from collections.abc import Sequence

import numpy as np

from robopolicy.evaluation.rollouts import GROUP_SIZE
from robopolicy.policies.base.condition import Condition
from sim.observation import Observation
from sim.state import Array

STEPS = 100


class Idle:
    """Does nothing, and remembers the batches that it was shown."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    context = None
    done = refused = np.zeros(GROUP_SIZE, bool)

    def begin(self) -> None:
        pass

    def reset(self, conditions: Sequence[Condition], names: Sequence[tuple[str, ...]]) -> None:
        self.sizes += [len(conditions), len(names)]

    def act(self, seen: Sequence[Observation]) -> Array:
        self.sizes.append(len(seen))
        return np.zeros((len(seen), 7))
