"""Judges: whether a command succeeded, decided on the true states of a rollout, step by step.

`judge_of(command, before, kind)` is the judge of every level that brings none of its own. A level's own
judge is a function of the same form, see `robopolicy.evaluation.levels.base.Level.judge`.
"""

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from robopolicy.evaluation.trials.changes import anything_changed
from robopolicy.evaluation.trials.progress import SETTLING, Progress
from robopolicy.evaluation.trials.trial import Command
from sim.state import State
from sim.task import Goal, goals_of
from sim.world import WorldKind

TIME, FELL, FORBIDDEN = "time", "fell", "forbidden"
REFUSED, NOT_SO, UNDONE, CHANGED, BEGIN = "refused", "not_so", "undone", "changed", "begin"
CAUSES = {
    TIME: "not done in time",
    FELL: "not done, and what it was about fell out of reach",
    FORBIDDEN: "did what was forbidden",
    REFUSED: "refused what can be done",
    NOT_SO: "said that it was done, and it was not",
    UNDONE: "was so when it was done, and no longer a second later",
    CHANGED: "changed something, where nothing may change",
    BEGIN: "the scene could not be begun as asked",
}
"""Why a command failed, and how reports say it. `FELL`: not done, and one of the goal's objects fell out of
reach (`WorldKind.fallen`). `BEGIN`: the scripted expert did not manage `Trial.begin`, so that no command was
given. A level's judge may give causes of its own."""

CHECK_EVERY = 0.5  # s between two checks of all families, where nothing must be done


class Verdict(NamedTuple):
    """How a command ended."""

    success: bool
    cause: str = ""  # why it failed; "" if it succeeded
    errors: tuple[float | None, ...] = ()  # how far off each goal ended, SI units; None: not measured


class Said(Enum):
    """What whoever acts says of the command that it was given."""

    NOTHING = "nothing"
    DONE = "done"  # that it has done what it was told, and rests
    REFUSED = "refused"  # that it does not do it; said from the first control step on


Judge = Callable[[State, int, bool, Said], Verdict | None]
"""(state now, control steps since the command was given, whether time is up, what the actor says) -> verdict;
None to go on.

Called once after every control step of one rollout, so it may keep what it has seen. It must give a verdict
at most one second, `SETTLING`, after time was up first."""

MakeJudge = Callable[[Command, State, WorldKind], Judge]
"""(command, state in which it is given, kind of world) -> its judge. Goes to worker processes: a function or
method that can be imported there."""


def judge_of(command: Command, before: State, kind: WorldKind) -> Judge:
    """Success once all goals are reached in order; where they must not be, if nothing was done until time is
    up; where there is none, if nothing changed.

    A last goal that has to settle is judged when the actor says that it is done, or time is up, and again one
    second later. A refusal ends a command at once: a failure where there was something to be done.
    """
    if command.must_not:
        return _nothing_done(command, before, kind)
    return (_goals_reached if command.goals else _nothing_changed)(command, before, kind)


def _goals_reached(command: Command, before: State, kind: WorldKind) -> Judge:
    progress, settling = Progress(command.goals, before, kind), kind.spec.steps(SETTLING)
    again: int | None = None  # the step at which a last goal that was so is judged again

    def over(now: State, cause: str) -> Verdict:
        progress.measure(now)
        return Verdict(not cause, cause, tuple(progress.errors))

    def judge(now: State, steps: int, time_up: bool, said: Said) -> Verdict | None:
        nonlocal again
        if said is Said.REFUSED:
            return Verdict(False, REFUSED)
        if again is not None:
            return None if steps < again else over(now, "" if progress.holds(now) else UNDONE)
        index = progress.index
        if progress.step(now, said is Said.DONE):
            return over(now, "")
        said_so = said is Said.DONE and progress.index == index and progress.is_last and progress.must_settle
        if not time_up and not said_so:
            return None
        if progress.is_last and progress.must_settle and progress.holds(now):
            again = steps + settling
            return None
        return over(now, why_not_done(progress.goal, now, kind, TIME if time_up else NOT_SO))

    return judge


def _nothing_changed(command: Command, before: State, kind: WorldKind) -> Judge:
    del command

    def judge(now: State, steps: int, time_up: bool, said: Said) -> Verdict | None:
        del steps
        if anything_changed(before, now, kind):
            return Verdict(False, CHANGED)
        return Verdict(True) if time_up or said is not Said.NOTHING else None

    return judge


def _nothing_done(command: Command, before: State, kind: WorldKind) -> Judge:
    every = kind.spec.steps(CHECK_EVERY)

    def judge(now: State, steps: int, time_up: bool, said: Said) -> Verdict | None:
        done = any(bool(kind.achieved(goal, before, now)) for goal in command.goals)
        ends = time_up or said is Said.REFUSED
        if steps % every == 0 or ends:
            done = done or _anything_done(before, now, kind)
        if done:
            return Verdict(False, FORBIDDEN)
        return Verdict(True) if ends else None

    return judge


def why_not_done(goal: Goal, now: State, kind: WorldKind, cause: str = TIME) -> str:
    """`FELL` if an object of the goal fell out of reach, else the cause given."""
    about = [row for row in (goal.object, goal.other, goal.third) if 0 <= row < now.n_objects]
    return FELL if any(kind.fallen(now, row) for row in about) else cause


def _anything_done(before: State, now: State, kind: WorldKind) -> bool:
    """Whether the goal of any family was achieved."""
    goals = (goal for task in kind.tasks for goal in goals_of(task, now.n_objects))
    return any(bool(kind.achieved(goal, before, now)) for goal in goals)
