"""Rollouts in fixed groups: many worlds, one batched policy, the same results on any number of processes.

A group is `GROUP_SIZE` trials, or as many as a process can hold worlds of their kind, that start together and
are stepped together. The batch that the policy gets always has as many rows, in the order of the trials,
whether a rollout has ended or not, so a result depends on the group alone and never on which process ran it
or how many there were.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from data.common.workers import Workers, spawned
from robopolicy.evaluation.actor_types import Actor, KnowingActor, MakeActor
from robopolicy.evaluation.levels.base import LevelTrials
from robopolicy.evaluation.reference import shown
from robopolicy.evaluation.trials.judges import Judge, MakeJudge, Verdict, judge_of
from robopolicy.evaluation.trials.trial import Command, Trial
from sim.observation import Observation
from sim.state import Array, State
from sim.world import World, WorldKind

GROUP_SIZE = 16


def group_size(kind: WorldKind) -> int:
    """The trials of a group: as many as worlds of the kind that one process opens."""
    return min(GROUP_SIZE, kind.per_process)


class Group(NamedTuple):
    """Trials that are rolled out together."""

    level: str  # `LevelTrials.key`: "seen"
    index: int  # of the group in its level
    trials: tuple[Trial, ...]  # 1 to `group_size`
    scenes: tuple[Any, ...]  # as `sim.world.Scene`
    kind: WorldKind
    judge: MakeJudge = judge_of
    change_at: int = 0  # control step from which each world has the dynamics of the next one; 0: never

    @property
    def name(self) -> str:
        """ "seen-003": also names the file that keeps the result."""
        return f"{self.level}-{self.index:03d}"


class Rollouts(NamedTuple):
    """The rollouts of a group of B trials. T is the longest of them; rows beyond `steps` are zero."""

    success: NDArray[np.bool_]  # (B,) every command succeeded
    steps: NDArray[np.int64]  # (B,) control steps taken
    actions: NDArray[np.float32]  # (B, T, 7) enough to replay each rollout in its scene
    ends: NDArray[np.int64]  # (B, C) step at which each command succeeded or failed; 0 if never given
    context: NDArray[np.float32]  # (B, D) what the actor inferred of each world's dynamics; (B, 0) if nothing
    causes: NDArray[np.str_]  # (B,) why each failed, see `trials.judges.CAUSES`; "" if it did not


RunGroups = Callable[[Sequence[Group]], Iterator[tuple[Group, Rollouts]]]
"""Rolls groups out and yields each with its rollouts, in the order in which they finish."""


def groups_of(planned: LevelTrials, kind: WorldKind, change_at: int = 0) -> list[Group]:
    """The trials of a level in their order, cut into groups."""
    found, size = [], group_size(kind)
    for at in range(0, len(planned.trials), size):
        part = slice(at, at + size)
        trials, scenes = planned.trials[part], planned.scenes[part]
        group = Group(planned.key, at // size, trials, scenes, kind, planned.judge, change_at)
        found.append(group)
    return found


class _Course:
    """How far one trial has come: the command that is being carried out, and its judge."""

    def __init__(self, commands: tuple[Command, ...], group: Group, state: State) -> None:
        self._commands, self._group = commands, group
        self.ends: list[int] = []  # step at which each command succeeded or failed
        self._give(state, 0)

    def _give(self, state: State, step: int) -> None:
        self._since = step
        self._judge: Judge = self._group.judge(self.command, state, self._group.kind)

    @property
    def command(self) -> Command:
        """The one that is being carried out."""
        return self._commands[len(self.ends)]

    def step(self, now: State, step: int, max_steps: int) -> tuple[Verdict | None, bool]:
        """(the trial's verdict once it is over, whether the next command was given) after so many steps."""
        steps = step - self._since
        verdict = self._judge(now, steps, steps == max_steps)
        if verdict is None:
            return None, False
        self.ends.append(step)
        if not verdict.success or len(self.ends) == len(self._commands):
            return verdict, False
        self._give(now, step)
        return None, True


class _Told(KnowingActor):
    """All that an actor without knowledge of the truth is told of a group.

    What is shown instead of said is demonstrated beforehand, in a world that the group has not begun in yet.
    """

    def __init__(self, actor: Actor, group: Group, world: World) -> None:
        self._actor, self._kind, self._last = actor, group.kind, len(group.trials) - 1
        self._shown = {
            (row, command): shown(world, group.scenes[row], command.goal, group.kind)
            for row, trial in enumerate(group.trials)
            for command in trial.commands
            if command.demonstrated
        }

    @property
    def context(self) -> Array | None:
        return self._actor.context

    def begin(self) -> None:
        self._actor.begin()

    def reset(self, commands: Sequence[Command], scenes: Sequence[Any]) -> None:
        given = [(min(row, self._last), command) for row, command in enumerate(commands)]
        conditions = [self._shown.get(one, one[1].sentence) for one in given]
        self._actor.reset(conditions, [self._kind.spec.names(scene.names) for scene in scenes])

    def act(self, seen: Sequence[Observation], states: Sequence[State]) -> Array:
        del states
        return self._actor.act(seen)


def roll_out(group: Group, actor: Actor | KnowingActor, worlds: Sequence[World], max_steps: int) -> Rollouts:
    """Run one group to its end; `worlds` are as many as `group_size`.

    The judge of a command decides after every control step, on true states. The next command is given when
    one has succeeded, without a reset; `max_steps` are for each command, and the first failure ends the
    rollout. When a trial of the group gets its next command, the actor is reset with the commands of all,
    and its sensors go on. From step `group.change_at` on each world has the dynamics of the next one of the
    group.
    """
    n = len(group.trials)
    rows = [min(i, n - 1) for i in range(group_size(group.kind))]  # a short group: its last trial again
    scenes = [group.scenes[i] for i in rows]
    commands = [group.trials[i].commands for i in rows]
    told = actor if isinstance(actor, KnowingActor) else _Told(actor, group, worlds[0])
    states = [world.build(scene) for world, scene in zip(worlds, scenes, strict=False)]
    sensors = [group.kind.sensor(scene) for scene in scenes]
    seen = [sensor.observe(state) for sensor, state in zip(sensors, states, strict=True)]
    courses = [_Course(c, group, state) for c, state in zip(commands, states, strict=True)]
    current = [course.command for course in courses]
    longest = max(map(len, commands))
    actions = np.zeros((n, max_steps * longest, 7), np.float32)
    verdicts, contexts = [Verdict(False)] * n, [np.zeros(0)] * n
    told.begin()
    told.reset(current, scenes)
    active, t = list(range(n)), 0
    while active:
        if t == group.change_at > 0:
            for world, other in zip(worlds, (*scenes[1:], scenes[0]), strict=True):
                group.kind.change(world, other)
        chosen = np.asarray(told.act(seen, states), np.float32)  # (rows, 7)
        t += 1
        given = False
        for i in list(active):
            actions[i, t - 1] = chosen[i]
            states[i] = worlds[i].step(chosen[i])
            seen[i] = sensors[i].observe(states[i])
            verdict, next_given = courses[i].step(states[i], t, max_steps)
            if next_given:
                current[i], given = courses[i].command, True
            if verdict is not None:
                verdicts[i] = verdict
                active.remove(i)
                context = told.context
                contexts[i] = contexts[i] if context is None else context[i]
        if given:
            told.reset(current, scenes)
    ends = np.array([course.ends + [0] * (longest - len(course.ends)) for course in courses[:n]], np.int64)
    steps = ends.max(1)
    success, causes = (np.array(column) for column in zip(*verdicts, strict=True))
    context = np.stack(contexts).astype(np.float32)
    return Rollouts(success, steps, actions[:, : int(steps.max())], ends, context, causes)


def roll_out_all(
    groups: Sequence[Group], make_actor: MakeActor, max_steps: int, workers: int
) -> Iterator[tuple[Group, Rollouts]]:
    """Every group with its rollouts, as they finish. Ends its worker processes when closed early."""
    if not groups:
        return
    with runner_of(make_actor, max_steps, min(workers, len(groups))) as run:
        yield from run(groups)


@contextmanager
def runner_of(make_actor: MakeActor, max_steps: int, workers: int) -> Iterator[RunGroups]:
    """Worker processes for several evaluations of one policy; they start when first needed."""
    with spawned(workers, _start, make_actor, max_steps) as pool:
        yield partial(_run_in, pool)


def _run_in(pool: Workers, groups: Sequence[Group]) -> Iterator[tuple[Group, Rollouts]]:
    for index, result in pool.as_finished(_run, groups):
        yield groups[index], result


_mine: dict[str, Any] = {}


def _start(make_actor: MakeActor, max_steps: int) -> None:
    """In a worker: one thread for the network."""
    torch.set_num_threads(1)
    _mine["actor"], _mine["worlds"], _mine["max_steps"] = make_actor(), [], max_steps


def _run(group: Group) -> Rollouts:
    worlds = _mine["worlds"]
    worlds += [group.kind.open() for _ in range(group_size(group.kind) - len(worlds))]
    return roll_out(group, _mine["actor"], worlds, _mine["max_steps"])
