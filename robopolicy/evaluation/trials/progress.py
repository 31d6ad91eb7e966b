"""How far the goals of a command have come, in order: judges and the scripted expert go by the same count."""

from sim.state import State
from sim.task import Goal
from sim.world import WorldKind

SETTLING = 1.0  # s for which a goal has to last that counts only once it has settled


class Progress:
    """The goals of a command, of which one after another is reached; call `step` after every control step.

    A goal that does not have to settle (`Task.settled`) is reached as soon as its judge says so. One that has
    to, and is not the last, is reached once it has lasted for `SETTLING`, or when whoever acts says that it
    is done while it holds. A last one that has to settle is left to the judge of the command.

    Attributes: `index` of the goal that is being worked on, which stays at the last; `before`, the state in
    which the one before it was reached, or the command given; `errors`, how far off each goal ended, SI
    units, None where nothing was measured (yet).
    """

    def __init__(self, goals: tuple[Goal, ...], before: State, kind: WorldKind) -> None:
        """One goal at least; `before` is the state in which the command is given."""
        self._goals, self._kind = goals, kind
        self._held, self._least = 0, kind.spec.steps(SETTLING)
        self.index, self.before = 0, before
        self.errors: list[float | None] = [None] * len(goals)

    @property
    def goal(self) -> Goal:
        """The one that is being worked on."""
        return self._goals[self.index]

    @property
    def is_last(self) -> bool:
        """Whether no goal comes after it."""
        return self.index == len(self._goals) - 1

    @property
    def must_settle(self) -> bool:
        """Whether it has to last."""
        return self._kind.task(self.goal.task).settled(self.goal)

    def holds(self, now: State) -> bool:
        """Whether the goal that is being worked on is achieved in this state."""
        return bool(self._kind.achieved(self.goal, self.before, now))

    def measure(self, now: State) -> None:
        """Note how far off the goal is that is being worked on, if it is one that has to settle."""
        if self.must_settle:
            self.errors[self.index] = self._kind.task(self.goal.task).error_of(self.before, now, self.goal)

    def step(self, now: State, said_done: bool = False) -> bool:
        """Go on to the next goal where this one is reached; whether all are.

        Never true of goals of which the last has to settle.
        """
        if self.must_settle:
            if self.is_last:
                return False
            self._held = self._held + 1 if self.holds(now) else 0
            reached = self._held > (0 if said_done else self._least)
        else:
            reached = self.holds(now)
        if reached:
            self.measure(now)
            if self.is_last:
                return True
            self.index, self.before, self._held = self.index + 1, now, 0
        return False
