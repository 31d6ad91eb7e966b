"""How far one trial has come: which command is being carried out, and what its judge says."""

from collections.abc import Sequence

from robopolicy.evaluation.trials.judges import Judge, MakeJudge, Said, Verdict
from robopolicy.evaluation.trials.progress import SETTLING
from robopolicy.evaluation.trials.trial import Command
from sim.state import State
from sim.world import WorldKind


class Course:
    """The commands of one trial, each with a judge of its own and a time of its own.

    `ends` are the steps at which the commands given so far succeeded or failed, `errors` how far off each of
    their goals ended, SI units, None for those that were not measured.
    """

    def __init__(
        self,
        commands: Sequence[Command],
        state: State,
        kind: WorldKind,
        make_judge: MakeJudge,
        max_steps: int,
    ) -> None:
        """The first command is given in this state, at step 0; `max_steps` are for each of its goals."""
        self._commands, self._kind, self._make_judge = commands, kind, make_judge
        self._max_steps = max_steps
        self.ends: list[int] = []
        self.errors: list[float | None] = []
        self._give(state, 0)

    def _give(self, state: State, step: int) -> None:
        self._since = step
        self._judge: Judge = self._make_judge(self.command, state, self._kind)

    @property
    def command(self) -> Command:
        """The one that is being carried out."""
        return self._commands[len(self.ends)]

    def step(self, now: State, step: int, said: Said) -> tuple[Verdict | None, bool]:
        """(the trial's verdict once it is over, whether the next command was given) after so many steps.

        Raises RuntimeError for a judge that goes on after time is up, see `Judge`.
        """
        steps, time = step - self._since, time_of(self.command, self._max_steps)
        if said is Said.NOTHING and self._still_comes_to_rest(steps):
            self._judge = self._make_judge(self.command, now, self._kind)
            return None, False
        verdict = self._judge(now, steps, steps >= time, said)
        if verdict is None:
            if steps > time + self._kind.spec.steps(SETTLING):
                raise RuntimeError(f"a judge of {self.command.task!r} came to no verdict when time was up")
            return None, False
        unmeasured = len(self.command.goals) - len(verdict.errors)
        self.errors += [*verdict.errors, *[None] * unmeasured]
        self.ends.append(step)
        if not verdict.success or len(self.ends) == len(self._commands):
            return verdict, False
        self._give(now, step)
        return None, True

    def _still_comes_to_rest(self, steps: int) -> bool:
        """Whether nothing may change from now on, and what the command before set in motion may yet move."""
        follows = bool(self.ends) and not self.command.goals
        return follows and steps <= self._kind.spec.steps(SETTLING)


def time_of(command: Command, max_steps: int) -> int:
    """Control steps until the time of a command is up, with so many for each of its goals."""
    return max_steps * max(1, len(command.goals))
