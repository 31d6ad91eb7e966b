"""Rollouts in fixed groups: many worlds, one batched policy, the same figures on any number of cores.

A group is `GROUP` trials that start together and are stepped together. The batch that the policy sees
always has `GROUP` rows, in the order of the trials, whether a rollout has ended or not, so a result
depends on the group alone and never on which process ran it or how many there were.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import as_completed
from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from robopolicy.trials import Trial
from robopolicy.workers import spawned
from sim.scene import Scene
from sim.state import Array, State
from sim.tasks import achieved
from sim.world import World

GROUP = 16


class Job(NamedTuple):
    """One group to be rolled out."""

    row: str  # of the table: "seen"
    index: int  # of the group in its row
    trials: tuple[Trial, ...]  # 1 to GROUP
    scenes: tuple[Scene, ...]

    @property
    def name(self) -> str:
        """ "seen-003": also names the file that keeps the result."""
        return f"{self.row}-{self.index:03d}"


class Rollouts(NamedTuple):
    """What came of a group. T is the group's longest rollout; rows beyond `steps` are zero."""

    success: NDArray[np.bool_]  # (B,)
    steps: NDArray[np.int64]  # (B,) control steps taken: until success, or all that were allowed
    actions: NDArray[np.float32]  # (B, T, 7) enough to replay each rollout in its scene


class Player(Protocol):
    """Whatever chooses actions for a batch of worlds."""

    def reset(self, trials: Sequence[Trial], scenes: Sequence[Scene]) -> None: ...

    def act(self, states: Sequence[State]) -> Array:
        """The next actions (B, 7) of the B worlds."""
        ...


class Maker(Protocol):
    """Makes a player inside a worker process; must survive the journey there."""

    def __call__(self) -> Player: ...


def jobs_of(trials: Sequence[Trial], scenes: Sequence[Scene], row: str) -> list[Job]:
    """Trials in their order, cut into groups."""
    return [
        Job(row, at // GROUP, tuple(trials[at : at + GROUP]), tuple(scenes[at : at + GROUP]))
        for at in range(0, len(trials), GROUP)
    ]


def roll_out(job: Job, player: Player, worlds: Sequence[World], max_steps: int) -> Rollouts:
    """Run one group to its end; a rollout succeeds at the first step at which its goal is achieved."""
    n = len(job.trials)
    rows = [min(i, n - 1) for i in range(GROUP)]  # a short group is filled up with its last trial
    trials, scenes = [job.trials[i] for i in rows], [job.scenes[i] for i in rows]
    states = [world.build(scene) for world, scene in zip(worlds, scenes, strict=False)]
    before = list(states)
    player.reset(trials, scenes)
    success, steps = np.zeros(n, bool), np.zeros(n, np.int64)
    actions = np.zeros((n, max_steps, 7), np.float32)
    active = list(range(n))
    for t in range(max_steps):
        chosen = np.asarray(player.act(states), np.float32)  # (GROUP, 7)
        for i in active:
            actions[i, t] = chosen[i]
            states[i] = worlds[i].step(chosen[i])
            steps[i] = t + 1
            success[i] = bool(achieved(trials[i].goal, before[i], states[i]))
        active = [i for i in active if not success[i]]
        if not active:
            break
    return Rollouts(success, steps, actions[:, : int(steps.max())])


def roll_out_all(
    jobs: Sequence[Job], maker: Maker, max_steps: int, workers: int
) -> Iterator[tuple[Job, Rollouts]]:
    """Every job with its result, as they finish. Ends its worker processes when closed early."""
    if not jobs:
        return
    with spawned(min(workers, len(jobs)), _start, maker, max_steps) as pool:
        for future in as_completed([pool.submit(_run, job) for job in jobs]):
            yield future.result()


_mine: dict[str, tuple[Player, list[World], int]] = {}


def _start(maker: Maker, max_steps: int) -> None:
    """In a worker: one thread for the network."""
    torch.set_num_threads(1)
    _mine["all"] = maker(), [World() for _ in range(GROUP)], max_steps


def _run(job: Job) -> tuple[Job, Rollouts]:
    player, worlds, max_steps = _mine["all"]
    return job, roll_out(job, player, worlds, max_steps)
