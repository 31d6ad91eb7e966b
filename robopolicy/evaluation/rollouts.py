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
from robopolicy.evaluation.beginning import Begun, begin
from robopolicy.evaluation.course import Course
from robopolicy.evaluation.levels.base import LevelTrials
from robopolicy.evaluation.told import Told
from robopolicy.evaluation.trials.judges import BEGIN, MakeJudge, Said, Verdict, judge_of
from robopolicy.evaluation.trials.results import Result
from robopolicy.evaluation.trials.trial import Trial
from sim.state import Array
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
    """The rollouts of a group of B trials; what is shorter than the longest of them is filled up."""

    success: NDArray[np.bool_]  # (B,) every command succeeded
    steps: NDArray[np.int64]  # (B,) control steps taken since the first command was given
    actions: NDArray[np.float32]  # (B, T, 7) of `n_begin + steps`: enough to replay each in its scene
    ends: NDArray[np.int64]  # (B, C) step at which each command succeeded or failed; 0 if never given
    context: NDArray[np.float32]  # (B, D) what the actor inferred of each world's dynamics; (B, 0) if nothing
    causes: NDArray[np.str_]  # (B,) why each failed, see `trials.judges.CAUSES`; "" if it did not
    n_begin: NDArray[np.int64]  # (B,) steps of the expert at `Trial.begin`, before the first command
    errors: NDArray[np.float64]  # (B, G) how far off each goal ended, SI units; NaN: not measured

    def result(self, i: int, trial: Trial, scene: Any) -> Result:
        """What came of the group's trial number i."""
        n_begin, n = int(self.n_begin[i]), int(self.steps[i])
        n_goals = sum(len(command.goals) for command in trial.commands)
        return Result(
            trial,
            scene,
            bool(self.success[i]),
            n,
            self.actions[i, : n_begin + n],
            tuple(int(end) for end in self.ends[i] if end),
            self.context[i],
            str(self.causes[i]),
            n_begin,
            tuple(None if np.isnan(error) else float(error) for error in self.errors[i, :n_goals]),
        )


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


def roll_out(group: Group, actor: Actor | KnowingActor, worlds: Sequence[World], max_steps: int) -> Rollouts:
    """Run one group to its end; `worlds` are as many as `group_size`.

    First the expert does what a trial begins with; where it does not manage to, no command is given. The
    judge of a command decides after every control step, on true states. The next command is given when one
    has succeeded, without a reset; `max_steps` are for each goal of a command, and the first failure ends the
    rollout. When a trial of the group gets its next command, the actor is reset with the commands of all,
    and its sensors go on. From step `group.change_at` on each world has the dynamics of the next one of the
    group.
    """
    n, kind = len(group.trials), group.kind
    rows = [min(i, n - 1) for i in range(group_size(kind))]  # a short group: its last trial again
    scenes = [group.scenes[i] for i in rows]
    told = actor
    if not isinstance(told, KnowingActor):
        told = Told(told, group.trials, group.scenes, kind, worlds[0])
    begun = _begun(group, scenes, worlds)
    states = [one.state for one in begun]
    sensors = [kind.sensor(scene) for scene in scenes]
    seen = [sensor.observe(state) for sensor, state in zip(sensors, states, strict=True)]
    courses = [
        Course(group.trials[i].commands, state, kind, group.judge, max_steps)
        for i, state in zip(rows, states, strict=True)
    ]
    current = [course.command for course in courses]
    taken = [[*one.actions] for one in begun[:n]]  # actions of each trial
    verdicts = [Verdict(False, "" if one.ready else BEGIN) for one in begun[:n]]
    contexts = [np.zeros(0)] * n
    told.begin()
    told.reset(current, scenes, range(len(rows)))
    active, t = [i for i in range(n) if begun[i].ready], 0
    while active:
        if t == group.change_at > 0:
            for world, other in zip(worlds, (*scenes[1:], scenes[0]), strict=True):
                kind.change(world, other)
        chosen = np.asarray(told.act(seen, states), np.float32)  # (rows, 7)
        done, refused = told.done, told.refused
        t += 1
        given = []
        for i in list(active):
            taken[i].append(chosen[i])
            states[i] = worlds[i].step(chosen[i])
            seen[i] = sensors[i].observe(states[i])
            said = Said.REFUSED if refused[i] else Said.DONE if done[i] else Said.NOTHING
            verdict, next_given = courses[i].step(states[i], t, said)
            if next_given:
                current[i] = courses[i].command
                given.append(i)
            if verdict is not None:
                verdicts[i] = verdict
                active.remove(i)
                context = told.context
                contexts[i] = contexts[i] if context is None else context[i]
        if given:
            told.reset(current, scenes, given)
    n_begin = [len(one.actions) for one in begun[:n]]
    return _gathered(group, courses[:n], verdicts, taken, n_begin, contexts)


def _begun(group: Group, scenes: Sequence[Any], worlds: Sequence[World]) -> list[Begun]:
    """All worlds set up as their trials begin; what repeats the last trial has its state, without steps."""
    states = [world.build(scene) for world, scene in zip(worlds, scenes, strict=False)]
    each = zip(worlds, scenes, states, group.trials, strict=False)
    begun = [begin(world, scene, state, trial.begin, group.kind) for world, scene, state, trial in each]
    return begun + begun[-1:] * (len(scenes) - len(begun))


def _gathered(
    group: Group,
    courses: Sequence[Course],
    verdicts: Sequence[Verdict],
    taken: Sequence[Sequence[Array]],
    n_begin: Sequence[int],
    contexts: Sequence[Array],
) -> Rollouts:
    """What came of a group, one row for each of its trials."""
    n_commands = max(len(trial.commands) for trial in group.trials)
    n_goals = max(sum(len(command.goals) for command in trial.commands) for trial in group.trials)
    ends = _rows([course.ends for course in courses], (n_commands,), 0).astype(np.int64)
    errors = [[np.nan if error is None else error for error in course.errors] for course in courses]
    return Rollouts(
        np.array([verdict.success for verdict in verdicts]),
        ends.max(1),
        _rows(taken, (max(map(len, taken)), 7), 0).astype(np.float32),
        ends,
        _rows(contexts, (max(map(len, contexts)),), 0).astype(np.float32),
        np.array([verdict.cause for verdict in verdicts]),
        np.array(n_begin, np.int64),
        _rows(errors, (n_goals,), np.nan),
    )


def _rows(values: Sequence[Any], shape: tuple[int, ...], fill: float) -> NDArray[np.float64]:
    """Values of different lengths as the rows of one array, each of this shape."""
    rows = np.full((len(values), *shape), fill, np.float64)
    for row, value in zip(rows, values, strict=True):
        row[: len(value)] = np.reshape(value, (len(value), *shape[1:]))
    return rows


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
