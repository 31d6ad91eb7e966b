"""What a policy sees: its own hand, and a *set* of named things, padded to as many rows as a world may have.

Nothing here depends on which slot a thing stands in: movable objects come first, then rows for those that
the scene lacks (masked out), then what stands fixed, and the policy is told only their names in words. The
mapping is vectorised over leading axes, so a recorded episode and a live step are seen through the same code.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.state import HAND_DIM, THING_DIM, Array, State

FAR_AWAY = 20.0  # m, rad: beyond anything that is observed


class Observation(NamedTuple):
    """One timestep or, with leading axes, many. SI units, world frame; columns as in `sim.state`."""

    proprio: Array  # (..., 8)
    entities: Array  # (..., E, 12); rows of absent objects are zero
    mask: Array  # (..., E) 1 where a thing is present


def padded(state: State, most_objects: int) -> Observation:
    """What a policy sees of a state, noise-free, float32, with rows for `most_objects` movable objects."""
    lead, n = state.hand.shape[:-1], state.n_objects
    rows = most_objects + state.things.shape[-2] - n
    proprio = np.empty((*lead, HAND_DIM), np.float32)
    proprio[...] = state.hand
    entities = np.zeros((*lead, rows, THING_DIM), np.float32)
    entities[..., :n, :] = state.objects
    entities[..., most_objects:, :] = state.things[..., n:, :]
    mask = np.zeros((*lead, rows), np.float32)
    mask[..., :n] = 1
    mask[..., most_objects:] = 1
    return Observation(proprio, entities, mask)


def state_of(seen: Observation, names: Sequence[str], n_fixed: int) -> State:
    """The inverse of `padded`, for one timestep: the state of the world as it was observed.

    `names` are those of the observation's rows, of which the last `n_fixed` are of what stands fixed. All
    numbers of a fixed thing that is absent are NaN, so that every comparison with them is False.
    """
    most_objects = len(seen.mask) - n_fixed
    n = int(seen.mask[:most_objects].sum())
    fixed = np.where(seen.mask[most_objects:, None] > 0, seen.entities[most_objects:], np.nan)
    things = np.concatenate([seen.entities[:n], fixed])
    return State(seen.proprio, things, (*names[:n], *names[most_objects:]), n)
