"""The result of one trial, and how results are counted."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from robopolicy.common.statistics import wilson
from robopolicy.evaluation.trials.judges import FELL
from robopolicy.evaluation.trials.trial import Trial
from sim.desk.scene import Scene


class Result(NamedTuple):
    """What came of one trial, and all that is needed to see it again."""

    trial: Trial
    scene: Scene
    success: bool
    steps: int  # since the first command was given
    actions: NDArray[np.float32]  # (n_begin + steps, 7)
    ends: tuple[int, ...] = ()  # step at which each command that was given succeeded or failed
    context: NDArray[np.float32] = np.zeros(0, np.float32)  # (C,) inferred dynamics at the end, see `Agent`
    cause: str = ""  # why it failed: one of `robopolicy.evaluation.trials.judges.CAUSES`, or of its level's
    n_begin: int = 0  # how many of the actions, the first ones, are those of the expert at `Trial.begin`
    errors: tuple[float | None, ...] = ()  # how far off each goal ended, SI units; None: not measured

    @property
    def completed(self) -> int:
        """How many of its commands succeeded."""
        return len(self.ends) if self.success else max(0, len(self.ends) - 1)

    @property
    def beginning(self) -> NDArray[np.float32]:
        """What was done before the first command was given: (n_begin, 7)."""
        return self.actions[: self.n_begin]

    @property
    def acted(self) -> NDArray[np.float32]:
        """What was done since: (steps, 7)."""
        return self.actions[self.n_begin :]


def counted(results: Sequence[Result]) -> dict[str, Any]:
    """Count, rate and interval, in percent."""
    return rated([result.success for result in results])


def rated(outcomes: Sequence[bool]) -> dict[str, Any]:
    """Outcomes as a count, a rate and Wilson's 95 % interval, in percent."""
    n, k = len(outcomes), sum(outcomes)
    low, high = wilson(k, n)
    return {
        "n_episodes": n,
        "n_success": k,
        "pc_success": round(100 * k / n, 2) if n else None,
        "pc_success_ci95": [round(100 * low, 2), round(100 * high, 2)],
    }


def n_fallen(results: Sequence[Result]) -> int:
    """How many failed with an object of their goal off the desk."""
    return sum(result.cause == FELL for result in results)


def episode_of(result: Result) -> dict[str, Any]:
    """What eval_info.json says of every trial; levels add their own keys. `errors` only if there is one."""
    trial = result.trial
    measured = any(error is not None for error in result.errors)
    return {
        "seed": trial.seed,
        "level": trial.level,
        "task": trial.task,
        "sentence": trial.sentence,
        "success": result.success,
        "cause": result.cause,
        "steps": result.steps,
        **({"errors": list(result.errors)} if measured else {}),
    }
