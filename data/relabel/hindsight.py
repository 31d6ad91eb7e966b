"""Hindsight: candidate windows of play -> what was done in them -> sentences.

The relabeller sees states, nothing else. Every family judges every window of `data.relabel.windows`; for each
motion and goal, the first window in which the goal is reached is kept. It is dropped if anything else changed
on the way (ambiguous).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from data.language.grammar import Describer
from data.language.naming import tell
from data.language.splits import goal_split
from data.relabel.windows import WindowIndices, candidate_windows, find_motions
from data.store.episode import EpisodeRecord
from data.store.segments import Segment
from sim.contact import closing_on
from sim.state import JOINT, LIGHT, POS, State
from sim.task import Goal, Manner, Task, goals_of
from sim.world import WorldKind

CARRIED = 0.02  # m above where it was: the object has left its support
ASTRAY = 0.025  # m: another object that moved farther makes the window ambiguous
FORBID = 8  # sentences that ask for something for one that forbids it


def judge(
    states: State, windows: WindowIndices, kind: WorldKind
) -> tuple[tuple[Goal, ...], NDArray[np.bool_]]:
    """The G goals of the scene, and (W, G) which of them each window reaches."""
    goals = tuple(goal for task in kind.tasks for goal in goals_of(task, states.n_objects))
    before, after = states.at(windows.start), states.at(windows.stop)
    reached = np.empty((len(windows.start), len(goals)), bool)
    for k, goal in enumerate(goals):  # one vectorised call per goal
        reached[:, k] = kind.achieved(goal, before, after)
    return goals, reached


def reached_goals(states: State, kind: WorldKind) -> Iterator[tuple[int, int, Goal]]:
    """(start, stop, goal) of everything that was done in an episode, in the order of starts."""
    motions = find_motions(states, kind.spec)
    windows = candidate_windows(states, motions, kind.spec.control_hz)
    goals, reached = judge(states, windows, kind)
    subject = np.array([_subject(goal, kind.task(goal.task), states) for goal in goals])
    things = np.array([motion.thing for motion in motions])
    reached &= subject[None, :] == things[windows.motion][:, None] if len(motions) else True
    for i in range(len(motions)):
        rows = np.flatnonzero(windows.motion == i)
        for k in np.flatnonzero(reached[rows].any(0)):
            row = rows[reached[rows, k].argmax()]
            start, stop = int(windows.start[row]), int(windows.stop[row])
            if _is_unambiguous(states, goals[k], kind, start, stop):
                yield start, stop, goals[k]


def _subject(goal: Goal, task: Task, states: State) -> int:
    """The row that must have been changing for the goal to be what the arm did."""
    return goal.object if goal.object >= 0 else states.row(task.fixture)


def _manner(span: State, obj: int, open_hand: float) -> Manner:
    """How the object was handled in a span of states."""
    height = span.pos(obj)[:, 2]
    if height.max() - min(height[0], height[-1]) > CARRIED:  # it may have been in the hand from the start
        return "carried"
    gap = span.pos(obj) - span.ee_pos
    return "turned" if closing_on(gap, span.gripper, open_hand).sum() >= 2 else "pushed"


def _is_unambiguous(states: State, goal: Goal, kind: WorldKind, start: int, stop: int) -> bool:
    """Nothing but the goal's subject changed, and it was handled in the family's manner."""
    span, task = states.at(slice(start, stop + 1)), kind.task(goal.task)
    if goal.object >= 0 and _manner(span, goal.object, kind.spec.open_hand) != task.manner:
        return False
    first, last = span.things[0], span.things[-1]
    shift = np.linalg.norm(last[:, POS] - first[:, POS], axis=-1)
    for k in range(states.n_objects):
        rides = task.rides is not None and bool(task.rides(span, k)[[0, -1]].all())
        if k != goal.object and not rides and shift[k] > ASTRAY:
            return False
    fixed, limits = slice(states.n_objects, None), [fixture.moved for fixture in kind.spec.fixtures]
    changed = np.abs(last[fixed, JOINT] - first[fixed, JOINT]) > limits
    changed |= last[fixed, LIGHT] != first[fixed, LIGHT]
    if goal.object < 0:
        changed[states.row(task.fixture) - states.n_objects] = False
    return not changed.any()


def relabel_episode(
    index: int,
    record: EpisodeRecord,
    describer: Describer,
    rng: np.random.Generator,
    sentences: int,
    kind: WorldKind,
) -> Iterator[Segment]:
    """The segments of episode `index`; goals that are held out of training are left out.

    Each has at most `sentences` sentences that ask for its goal, and for every `FORBID` of them one that
    forbids it.
    """
    names = record.scene.names
    for start, stop, goal in reached_goals(record.states, kind):
        if goal_split(goal, names) != "train":
            continue
        words = describer.describe(goal, names, rng, sentences)
        if words:
            no = describer.forbid(goal, names, rng, int(sentences / FORBID + rng.random()))
            yield Segment(
                index, start, stop, goal.task, goal.object, goal.other, tuple(words), forbidding=tuple(no)
            )


def happened(states: State, names: tuple[str, ...], kind: WorldKind) -> list[str]:
    """What was done in a span of states, in words, in order; no goal or word is left out as held out."""
    latest: dict[tuple[str, int], str] = {}
    for _, stop, goal in reached_goals(states, kind):
        latest[goal.task, stop] = tell(goal, names, kind.tasks)
    return list(dict.fromkeys(latest.values()))
