"""All frames of some episodes in contiguous arrays: what was observed, and what was done."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from data.samples.batches import EndStates
from data.samples.object_tracker import follow_all
from data.store.episode import EpisodeRecord
from sim.observation import Observation
from sim.world import WorldKind


class Frames:
    """F frames of N episodes, one per control step, with E things each.

    `with_memory` they are as a policy that remembers has them. Actions are then not those that were sent but
    what came of them at the arm: in a world that delays, turns or scales actions that is the motion that was
    made, whatever it took to command it. And things are where a `Tracker` says, by all that was seen so far.

    `chunk` is how many actions are read from each frame; those behind the last frame are zero.
    """

    def __init__(
        self, records: Iterable[EpisodeRecord], chunk: int, with_memory: bool, kind: WorldKind
    ) -> None:
        views: list[Observation] = []
        noisy, actions, names = [], [], []
        for record in records:
            (seen, has_errors), n = kind.sense(record.states, record.scene), len(record.actions)
            views.append(Observation(*(field[:n] for field in seen)))
            noisy.append(has_errors)
            sent = record.actions
            acts = kind.arrived(sent, record.scene) if with_memory else sent
            actions.append(np.asarray(acts, np.float32))
            names.append(kind.spec.names(record.scene.names))
        if with_memory:
            follow_all(views, np.flatnonzero(noisy), kind.spec)
        self.starts = np.cumsum([0, *(len(a) for a in actions)]).astype(np.int64)  # (N + 1,) first frames
        self.proprio = np.concatenate([view.proprio for view in views])  # (F, 8)
        self.entities = np.concatenate([view.entities for view in views])  # (F, E, 12)
        self.masks = np.stack([view.mask[0] for view in views])  # (N, E) 1 where there is a thing
        tail = np.zeros((chunk, 7), np.float32)  # so that a chunk may be read from the last frame
        self.actions = np.concatenate([*actions, tail])  # (F + chunk, 7)
        self.names = tuple(sorted({name for row in names for name in row}))
        ids = {name: i for i, name in enumerate(self.names)}
        self.name_ids = np.array([[ids[name] for name in row] for row in names], np.int64)  # (N, E)

    def __len__(self) -> int:
        return len(self.proprio)

    def views(self, episode: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Proprio (T, 8) and entities (T, E, 12) of all frames of an episode."""
        frames = slice(int(self.starts[episode]), int(self.starts[episode + 1]))
        return self.proprio[frames], self.entities[frames]

    def motions(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Of all steps with a view after them: proprio (N, 8), the action (N, 7), proprio (N, 8) then."""
        at = np.delete(np.arange(len(self)), self.starts[1:] - 1)
        return self.proprio[at], self.actions[at], self.proprio[at + 1]

    def end_states(
        self, episode: NDArray[np.int64], start: NDArray[np.int64], stop: NDArray[np.int64]
    ) -> EndStates:
        """How segments between two states of an episode began and ended; all arguments are (N,)."""
        first = self.starts[episode] + start
        last = np.minimum(self.starts[episode] + stop, self.starts[episode + 1] - 1)
        mask = self.masks[episode]  # the very last state has no frame: the one before stands for it
        before, after = (Observation(self.proprio[at], self.entities[at], mask) for at in (first, last))
        return EndStates(before, after, self.name_ids[episode])
