"""Rollouts in fixed groups: many worlds, one batched policy, the same figures on any number of cores.

A group is `GROUP` trials that start together and are stepped together. The batch that the policy sees
always has `GROUP` rows, in the order of the trials, whether a rollout has ended or not, so a result
depends on the group alone and never on which process ran it or how many there were.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from data.common.workers import Workers, spawned
from robopolicy.evaluation.trials import Command, Trial
from sim.desk.scene import Scene
from sim.desk.sensors import Sensor
from sim.desk.simulator import World
from sim.desk.tasks.families import TASKS, achieved, goals_of
from sim.desk.tasks.geometry import fallen
from sim.observation import Observation
from sim.state import Array, State

GROUP = 16
LOOK = 5  # control steps between two looks at whether anything was done that was not asked for


TIME, FELL, FORBIDDEN = "time", "fell", "forbidden"
CAUSES = ("", TIME, FELL, FORBIDDEN)
"""Why a rollout failed: it did not; it was not done in time; the same, and something that it was about was
off the desk by then (`sim.desk.tasks.geometry.fallen`); something was done where nothing should have
been."""


class Job(NamedTuple):
    """One group to be rolled out."""

    row: str  # of the table: "seen"
    index: int  # of the group in its row
    trials: tuple[Trial, ...]  # 1 to GROUP
    scenes: tuple[Scene, ...]
    change_at: int = 0  # control step from which each world obeys as the next one did; 0: never

    @property
    def name(self) -> str:
        """ "seen-003": also names the file that keeps the result."""
        return f"{self.row}-{self.index:03d}"


class Rollouts(NamedTuple):
    """What came of a group. T is the group's longest rollout; rows beyond `steps` are zero."""

    success: NDArray[np.bool_]  # (B,) all that was asked for was done
    steps: NDArray[np.int64]  # (B,) control steps taken: until success, or all that were allowed
    actions: NDArray[np.float32]  # (B, T, 7) enough to replay each rollout in its scene
    ends: NDArray[np.int64]  # (B, C) step at which each command was done or given up; 0 if never given
    context: NDArray[np.float32]  # (B, C) what the player came to think of each world; (B, 0) if nothing
    causes: NDArray[np.int8]  # (B,) why each failed, an index into CAUSES; 0 where it did not


class Player(Protocol):
    """Whatever chooses actions for a batch of worlds."""

    @property
    def context(self) -> Array | None:
        """What it thinks of the worlds by now: (B, C); None if it thinks nothing of them."""
        ...

    def begin(self) -> None:
        """Rollouts begin, in worlds of which nothing is known."""
        ...

    def reset(self, commands: Sequence[Command], scenes: Sequence[Scene]) -> None:
        """What each world is asked for from now on; may come in the middle of a rollout."""
        ...

    def act(self, seen: Sequence[Observation], states: Sequence[State]) -> Array:
        """The next actions (B, 7) of the B worlds.

        A policy goes by what its sensors have seen; the states as they are, are the scripted expert's alone.
        """
        ...


class Maker(Protocol):
    """Makes a player inside a worker process; must survive the journey there."""

    def __call__(self) -> Player: ...


Crew = Callable[[Sequence[Job]], Iterator[tuple[Job, Rollouts]]]
"""Whoever rolls out jobs: yields every job with its result, as they finish."""


def jobs_of(trials: Sequence[Trial], scenes: Sequence[Scene], row: str, change_at: int = 0) -> list[Job]:
    """Trials in their order, cut into groups."""
    return [
        Job(row, at // GROUP, tuple(trials[at : at + GROUP]), tuple(scenes[at : at + GROUP]), change_at)
        for at in range(0, len(trials), GROUP)
    ]


def roll_out(job: Job, player: Player, worlds: Sequence[World], max_steps: int) -> Rollouts:
    """Run one group to its end.

    A command succeeds at the first step at which its goal is achieved, and the next is given, without a
    reset; it fails after `max_steps`, which ends the rollout. One that forbids its goal is right if in
    `max_steps` nothing was done that has a name. Whenever a command of the group is given, the player is
    told all of them, and plans anew; the sensors go on. States, not what was seen of them, are judged.
    From step `job.change_at` on each world obeys as the next one of the group did before.
    """
    n = len(job.trials)
    rows = [min(i, n - 1) for i in range(GROUP)]  # a short group is filled up with its last trial
    scenes = [job.scenes[i] for i in rows]
    asked = [job.trials[i].commands for i in rows]
    states = [world.build(scene) for world, scene in zip(worlds, scenes, strict=False)]
    sensors = [Sensor(scene) for scene in scenes]
    seen = [sensor.observe(state) for sensor, state in zip(sensors, states, strict=True)]
    before, at = list(states), [0] * GROUP
    longest = max(len(commands) for commands in asked)
    success, ends = np.zeros(n, bool), np.zeros((n, longest), np.int64)
    causes = np.zeros(n, np.int8)
    actions = np.zeros((n, max_steps * longest, 7), np.float32)
    player.begin()
    player.reset([commands[0] for commands in asked], scenes)
    active, since, t = list(range(n)), [0] * GROUP, 0
    contexts: list[Array] = [np.zeros(0)] * n
    while active:
        if t == job.change_at > 0:
            for world, other in zip(worlds, (*scenes[1:], scenes[0]), strict=True):
                world.obey(other.dynamics)
        chosen = np.asarray(player.act(seen, states), np.float32)  # (GROUP, 7)
        told_anew = False
        for i in list(active):
            actions[i, t] = chosen[i]
            states[i] = worlds[i].step(chosen[i])
            seen[i] = sensors[i].observe(states[i])
            done, over = _outcome(asked[i][at[i]], before[i], states[i], t + 1 - since[i], max_steps)
            if not over:
                continue
            ends[i, at[i]] = t + 1
            if done and at[i] + 1 < len(asked[i]):
                at[i], before[i], since[i], told_anew = at[i] + 1, states[i], t + 1, True
            else:
                success[i] = done
                causes[i] = CAUSES.index("" if done else _cause(asked[i][at[i]], states[i]))
                active.remove(i)
                context = player.context
                contexts[i] = contexts[i] if context is None else context[i]
        t += 1
        if told_anew:
            player.reset([commands[k] for commands, k in zip(asked, at, strict=True)], scenes)
    steps = ends.max(1)
    thought = np.stack(contexts).astype(np.float32)
    return Rollouts(success, steps, actions[:, : int(steps.max())], ends, thought, causes)


def _outcome(command: Command, before: State, now: State, step: int, max_steps: int) -> tuple[bool, bool]:
    """(Is it right, is it over) with a command after so many steps."""
    done = bool(achieved(command.goal, before, now))
    if not command.refrain:
        return done, done or step == max_steps
    if step % LOOK == 0 or step == max_steps:
        done = done or _anything_done(before, now)
    return not done and step == max_steps, done or step == max_steps


def _cause(command: Command, now: State) -> str:
    """Why a command that is over failed: one of CAUSES."""
    if command.refrain:
        return FORBIDDEN
    about = [index for index in (command.object, command.other) if index >= 0]
    return FELL if any(fallen(now, index) for index in about) else TIME


def _anything_done(before: State, now: State) -> bool:
    """Whether anything that has a name was done."""
    return any(bool(achieved(goal, before, now)) for task in TASKS for goal in goals_of(task, now.n_objects))


def roll_out_all(
    jobs: Sequence[Job], maker: Maker, max_steps: int, workers: int
) -> Iterator[tuple[Job, Rollouts]]:
    """Every job with its result, as they finish. Ends its worker processes when closed early."""
    if not jobs:
        return
    with crew_of(maker, max_steps, min(workers, len(jobs))) as crew:
        yield from crew(jobs)


@contextmanager
def crew_of(maker: Maker, max_steps: int, workers: int) -> Iterator[Crew]:
    """Worker processes for one evaluation of a policy after another; they start when first needed."""
    with spawned(workers, _start, maker, max_steps) as pool:
        yield partial(_roll_out_in, pool)


def _roll_out_in(pool: Workers, jobs: Sequence[Job]) -> Iterator[tuple[Job, Rollouts]]:
    for index, result in pool.as_finished(_run, jobs):
        yield jobs[index], result


_mine: dict[str, tuple[Player, list[World], int]] = {}


def _start(maker: Maker, max_steps: int) -> None:
    """In a worker: one thread for the network."""
    torch.set_num_threads(1)
    _mine["all"] = maker(), [World() for _ in range(GROUP)], max_steps


def _run(job: Job) -> Rollouts:
    player, worlds, max_steps = _mine["all"]
    return roll_out(job, player, worlds, max_steps)
