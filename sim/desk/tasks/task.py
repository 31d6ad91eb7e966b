"""What a family of tasks on the desk is: a `sim.task.Task` with what the desk needs beside.

Families are defined in the modules beside this one, a group of siblings to a module, and listed in
`sim.desk.tasks.families`.
"""

from dataclasses import KW_ONLY, dataclass

import sim.task
from sim.desk.tasks.aftermath import Aftermath
from sim.desk.tasks.symbols import Symbols
from sim.task import Condition, Judge

__all__ = ["Begin", "Condition", "Judge", "Task"]


@dataclass(frozen=True)
class Begin:
    """How a desk must be found for a family to be possible; None: as it comes."""

    drawer: tuple[float, float] | None = None  # m out, the range it is drawn from
    door: tuple[float, float] | None = None  # m to the left, likewise
    led: bool | None = None
    lamp: bool | None = None
    place: str = ""  # where one of the objects begins: "drawer", "tray" or "stacked"


@dataclass(frozen=True, eq=False)
class Task(sim.task.Task):
    """One family of things that can be asked for on the desk."""

    _: KW_ONLY
    begins: Begin = Begin()
    symbols: Symbols | None = None  # for chains of commands; None: no chain asks for it
    after: Aftermath | None = None  # what `symbols` do not foresee: amounts, places, the hand by itself

    @property
    def handles(self) -> bool:
        """Whether a thing is handled, and the hand leaves it; else only the hand itself goes somewhere."""
        return bool(self.manner or self.fixture)
