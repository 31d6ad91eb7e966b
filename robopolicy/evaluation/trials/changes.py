"""Whether anything changed, where nothing may: thresholds that tell a change from the noise of physics."""

import numpy as np

from sim.state import JOINT, LIGHT, POS, State
from sim.world import WorldKind

MOVED = 0.01  # m that a thing may be moved
JOINT_MOVED = 0.05  # of its travel that a fixture's joint may be moved


def anything_changed(before: State, now: State, kind: WorldKind) -> bool:
    """Whether a thing was moved or fell, a joint was moved or a light switched; the hand may move.

    Of a fixture whose travel is not said, `Fixture.moved` is what counts. A joint that springs back has not
    been moved by doing so.
    """
    n = before.n_objects
    shifts = np.linalg.norm(now.objects[..., POS] - before.objects[..., POS], axis=-1)  # (n,)
    was, joints = before.things[n:, JOINT], now.things[n:, JOINT]
    springs = [one.springs for one in kind.spec.fixtures]
    turns = np.where(springs, np.abs(joints) - np.abs(was), np.abs(joints - was))
    limits = [
        JOINT_MOVED * one.travel if np.isfinite(one.travel) else one.moved for one in kind.spec.fixtures
    ]
    switched = np.abs(now.things[:, LIGHT] - before.things[:, LIGHT]) > 0.5
    fallen = (bool(kind.fallen(now, i)) and not bool(kind.fallen(before, i)) for i in range(n))
    return bool((shifts > MOVED).any() or (turns > limits).any() or switched.any() or any(fallen))
