"""Hindsight: windows of play -> what was done in them -> sentences.

The relabeller sees states, nothing else. A window opens when the arm set out for something and closes
while that thing changes; every family judges every window. What it keeps is what the arm was doing:

- a window is anchored at a *run*: a stretch in which one thing (an object, a drawer, ...) kept moving;
- it starts where the arm set out for that thing: after the previous run, and not before the arm was
  farthest away, so wandering and leaving are trimmed off;
- it stops at the first instant at which the family's judge says yes;
- it is dropped if anything else changed on the way (ambiguous) or nothing a family knows did (empty).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.language.grammar import Describer
from data.language.held_out import goal_split
from data.language.naming import tell
from data.store.episode import EpisodeRecord
from data.store.segments import Segment
from sim.desk.contact import closing_on
from sim.desk.tasks.families import TASKS, Goal, achieved, goals_of
from sim.desk.tasks.task import Manner, Task
from sim.rotations import wrap, yaw_of
from sim.state import FIXTURES, State

MOVING = 0.0015  # m a control step: slower is standing still
TURNING = 0.02  # rad a control step
PAUSE = 4  # control steps of standing still that do not end a run
APPROACH = 30  # control steps: the longest way towards a thing that is still counted in
AFTERMATH = 8  # control steps after a run in which its effect may still show (the hand lets go)
CARRIED = 0.02  # m above where it was: the object has left its support
ASTRAY = 0.025  # m: another object that moved farther makes the window ambiguous
FORBID = 8  # sentences that ask for something for one that forbids it
FARTHER = 0.03  # m: how much nearer than at its farthest the arm may start


class Run(NamedTuple):
    """A stretch in which one thing kept changing: states first..last (inclusive)."""

    thing: int  # 0..N-1 an object, N.. a joint in the order of State.joints
    first: int
    last: int


class Windows(NamedTuple):
    """Index pairs into an episode's states; `run` says which run each is anchored at."""

    start: NDArray[np.int64]  # (W,)
    stop: NDArray[np.int64]  # (W,)
    run: NDArray[np.int64]  # (W,)


def find_runs(states: State) -> list[Run]:
    """The runs of an episode, in the order in which they began."""
    shift = np.linalg.norm(np.diff(states.object_pos, axis=0), axis=-1) > MOVING
    turn = np.abs(wrap(np.diff(yaw_of(states.object_quat), axis=0))) > TURNING
    joints = np.abs(np.diff(states.joints, axis=0)) > [MOVING, MOVING, 2 * MOVING, TURNING]
    changing = np.concatenate([shift | turn, joints], axis=1)  # (T, N + 4)
    runs = []
    for thing in range(changing.shape[1]):
        at = np.flatnonzero(changing[:, thing])
        if len(at):
            breaks = np.flatnonzero(np.diff(at) > PAUSE)
            firsts, lasts = at[np.r_[0, breaks + 1]], at[np.r_[breaks, len(at) - 1]] + 1
            runs += [Run(thing, int(a), int(b)) for a, b in zip(firsts, lasts, strict=True)]
    return sorted(runs, key=lambda run: (run.first, run.thing))


def windows(states: State, runs: list[Run]) -> Windows:
    """Every window worth judging: from where the arm set out to each instant of the run and shortly after."""
    length = len(states.gripper)
    starts, stops, which = [], [], []
    for i, run in enumerate(runs):
        start = _set_out(states, runs, i)
        last = min(run.last + AFTERMATH, length - 1)
        stop = np.arange(run.first + 1, last + 1)
        starts.append(np.full(len(stop), start))
        stops.append(stop)
        which.append(np.full(len(stop), i))
    if not runs:
        return Windows(*(np.empty(0, np.int64) for _ in range(3)))
    return Windows(np.concatenate(starts), np.concatenate(stops), np.concatenate(which))


def _set_out(states: State, runs: list[Run], i: int) -> int:
    """The instant, after the run before, from which the arm came nearer to where run i began."""
    first = runs[i].first
    earlier = max((other.last for other in runs[:i] if other.last <= first), default=0)
    earliest = max(earlier, first - APPROACH)
    away = np.linalg.norm(states.ee_pos[earliest : first + 1] - states.ee_pos[first], axis=-1)
    return earliest + int(np.flatnonzero(away >= away.max() - FARTHER)[0])


def judge(
    states: State, found: Windows, tasks: tuple[Task, ...] = TASKS
) -> tuple[tuple[Goal, ...], NDArray[np.bool_]]:
    """All goals of the scene, and (W, G) which windows reach which; one vectorised call per goal."""
    goals = tuple(goal for task in tasks for goal in goals_of(task, states.n_objects))
    before, after = states.at(found.start), states.at(found.stop)
    truth = np.empty((len(found.start), len(goals)), bool)
    for k, goal in enumerate(goals):
        truth[:, k] = achieved(goal, before, after, tasks)
    return goals, truth


def acts(states: State, tasks: tuple[Task, ...] = TASKS) -> Iterator[tuple[int, int, Goal]]:
    """(start, stop, goal) of everything that was done in an episode, in the order of starts."""
    runs = find_runs(states)
    found = windows(states, runs)
    goals, truth = judge(states, found, tasks)
    families = {task.name: task for task in tasks}
    subject = np.array([_subject(goal, families[goal.task], states.n_objects) for goal in goals])
    things = np.array([run.thing for run in runs])
    truth &= subject[None, :] == things[found.run][:, None] if len(runs) else True
    for i in range(len(runs)):
        rows = np.flatnonzero(found.run == i)
        for k in np.flatnonzero(truth[rows].any(0)):
            row = rows[truth[rows, k].argmax()]
            start, stop = int(found.start[row]), int(found.stop[row])
            if _unambiguous(states, goals[k], families[goals[k].task], start, stop):
                yield start, stop, goals[k]


def _subject(goal: Goal, task: Task, n_objects: int) -> int:
    """Which thing must have been changing for the goal to be what the arm did."""
    if goal.object >= 0:
        return goal.object
    return n_objects + FIXTURES.index(task.fixture)


def _manner(span: State, obj: int) -> Manner:
    """How the object was handled in a stretch of states."""
    height = span.object_pos[:, obj, 2]
    if height.max() - min(height[0], height[-1]) > CARRIED:  # it may have been in the hand from the start
        return "carried"
    gap = span.object_pos[:, obj] - span.ee_pos
    return "turned" if closing_on(gap, span.gripper).sum() >= 2 else "pushed"


def _unambiguous(states: State, goal: Goal, task: Task, start: int, stop: int) -> bool:
    """Nothing but the goal's subject changed, and it was handled in the family's manner."""
    span = states.at(slice(start, stop + 1))
    if goal.object >= 0 and _manner(span, goal.object) != task.manner:
        return False
    shift = np.linalg.norm(span.object_pos[-1] - span.object_pos[0], axis=-1)
    for k in range(states.n_objects):
        rides = task.rides is not None and bool(task.rides(span, k)[[0, -1]].all())
        if k != goal.object and not rides and shift[k] > ASTRAY:
            return False
    moved = np.abs(span.joints[-1] - span.joints[0]) > [0.03, 0.03, np.inf, 0.3]
    lit = span.lights[-1] != span.lights[0]
    if goal.object < 0:
        own = FIXTURES.index(task.fixture)
        moved[own] = False
        if own >= 2:
            lit[own - 2] = False
    return not (moved.any() or lit.any())


def relabel_episode(
    index: int,
    record: EpisodeRecord,
    describer: Describer,
    rng: np.random.Generator,
    sentences: int,
    tasks: tuple[Task, ...] = TASKS,
) -> Iterator[Segment]:
    """The segments of one episode; goals that are held out of training are left out.

    Each comes with sentences, and with one in `FORBID` that would have forbidden it.
    """
    names = record.scene.names
    for start, stop, goal in acts(record.states, tasks):
        if goal_split(goal, names) != "train":
            continue
        words = describer.describe(goal, names, rng, sentences)
        if words:
            no = describer.forbid(goal, names, rng, int(sentences / FORBID + rng.random()))
            yield Segment(
                index, start, stop, goal.task, goal.object, goal.other, tuple(words), forbidding=tuple(no)
            )


def happened(states: State, names: tuple[str, ...]) -> list[str]:
    """What was done in a stretch of states, in words, in order; nothing is held out here."""
    latest: dict[tuple[str, int], str] = {}
    for _, stop, goal in acts(states):
        latest[goal.task, stop] = tell(goal, names)
    return list(dict.fromkeys(latest.values()))
