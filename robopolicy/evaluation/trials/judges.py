"""Judges: whether a command succeeded, decided on the true states of a rollout, step by step.

`judge_of(command, before, kind)` is the judge of every level that brings none of its own. A level's own
judge is a function of the same form, see `robopolicy.evaluation.levels.base.Level.judge`.
"""

from collections.abc import Callable
from typing import NamedTuple

from robopolicy.evaluation.trials.trial import Command
from sim.state import State
from sim.task import goals_of
from sim.world import WorldKind

TIME, FELL, FORBIDDEN = "time", "fell", "forbidden"
CAUSES = {
    TIME: "not done in time",
    FELL: "not done, and what it was about fell out of reach",
    FORBIDDEN: "did what was forbidden",
}
"""Why a command failed, and how reports say it. `FELL`: not done in time, and one of the goal's objects
fell out of reach (`WorldKind.fallen`). A level's judge may give causes of its own."""

CHECK_EVERY = 0.5  # s between two checks of all families, where nothing must be done


class Verdict(NamedTuple):
    """How a command ended."""

    success: bool
    cause: str = ""  # why it failed; "" if it succeeded


Judge = Callable[[State, int, bool], Verdict | None]
"""(state now, control steps since the command was given, whether time is up) -> verdict; None to go on.

Called once after every control step of one rollout, so it may keep what it has seen. Where time is up it
must give a verdict."""

MakeJudge = Callable[[Command, State, WorldKind], Judge]
"""(command, state in which it is given, kind of world) -> its judge. Goes to worker processes: a function or
method that can be imported there."""


def judge_of(command: Command, before: State, kind: WorldKind) -> Judge:
    """Success once the goal is achieved; where the goal must not be done, if nothing was until time is up."""
    return (_nothing_done if command.must_not else _goal_achieved)(command, before, kind)


def _goal_achieved(command: Command, before: State, kind: WorldKind) -> Judge:
    def judge(now: State, steps: int, time_up: bool) -> Verdict | None:
        del steps
        if bool(kind.achieved(command.goal, before, now)):
            return Verdict(True)
        return Verdict(False, why_not_done(command, now, kind)) if time_up else None

    return judge


def _nothing_done(command: Command, before: State, kind: WorldKind) -> Judge:
    every = kind.spec.steps(CHECK_EVERY)

    def judge(now: State, steps: int, time_up: bool) -> Verdict | None:
        done = bool(kind.achieved(command.goal, before, now))
        if steps % every == 0 or time_up:
            done = done or _anything_done(before, now, kind)
        if done:
            return Verdict(False, FORBIDDEN)
        return Verdict(True) if time_up else None

    return judge


def why_not_done(command: Command, now: State, kind: WorldKind) -> str:
    """`FELL` if an object of the goal fell out of reach, else `TIME`."""
    about = [index for index in (command.object, command.other) if index >= 0]
    return FELL if any(kind.fallen(now, index) for index in about) else TIME


def _anything_done(before: State, now: State, kind: WorldKind) -> bool:
    """Whether the goal of any family was achieved."""
    goals = (goal for task in kind.tasks for goal in goals_of(task, now.n_objects))
    return any(bool(kind.achieved(goal, before, now)) for goal in goals)
