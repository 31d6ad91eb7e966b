"""What a family of tasks is: all that is known of it, in one value.

Families are defined in the modules beside this one, a group of siblings to a module, and listed in
`sim.desk.tasks.families`. Wordings are verb phrases in the imperative ("pull {fixture} open"); outcomes are
clauses that are true once it is done ("{fixture} is open"). `data.language.grammar` turns them into
sentences. In both, `|` parts alternatives, `_` is a space inside one and an empty one leaves the word out:
"pull|slide_back {fixture} |now" is four wordings.
"""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Literal

from sim.desk.contact import Truth
from sim.desk.tasks.hindrances import Hindering, nothing
from sim.desk.tasks.motions import Skill
from sim.desk.tasks.symbols import Symbols
from sim.state import State

Manner = Literal["", "carried", "pushed", "turned"]
"""Off its support in the grip; along its support, not gripped; in the grip, on its support."""

Judge = Callable[[State, State, int, int], Truth]
"""(before, after, object index, other index) -> (...,) bool, vectorised over leading axes.

Pure: no environment, no memory. Thresholds stand beside the judges."""

Condition = Callable[[State, int, int], bool]
"""(state, object index, other index) -> whether it can be done."""

Rides = Callable[[State, int], Truth]
"""(states, object index) -> where the object moves along with the furniture, (...,) bool."""

ContrastKind = Literal["direction", "state", "thing"]
"""What sets two families apart in a minimal pair: left from right, on from off, one fixture from another."""


@dataclass(frozen=True)
class Begin:
    """How a desk must be found for a family to be possible; None: as it comes."""

    drawer: tuple[float, float] | None = None  # m out, the range it is drawn from
    door: tuple[float, float] | None = None  # m to the left, likewise
    led: bool | None = None
    lamp: bool | None = None
    place: str = ""  # where one of the objects begins: "drawer" or "stacked"


@dataclass(frozen=True, eq=False)
class Task:
    """One family of things that can be asked for."""

    name: str
    judge: Judge  # whether it was done between two states
    wordings: tuple[str, ...]
    outcomes: tuple[str, ...] = ()
    _: KW_ONLY
    held_out: tuple[str, ...] = ()  # of the wordings and outcomes: what training never says
    possible: Condition  # whether it can be done from here in one act, and is not done already
    hindered: Hindering = nothing  # whether it is done already or cannot be done, and why
    skill: Skill  # how the scripted expert does it
    arguments: int = 0  # how many movable objects it names: 0, 1 ({object}) or 2 ({object}, {other})
    fixture: str = ""  # the furniture that it is about ({fixture}), by name
    manner: Manner = ""  # how its object is handled on the way; "" for furniture
    lifts: bool = False  # its object is in the hand once it is done
    rides: Rides | None = None  # which objects may move along with its furniture
    begins: Begin = Begin()
    told: str = ""  # what was done, in the past tense, for reports: "opened {fixture}"
    appeal: float = 1.0  # how much play prefers it where it is possible: what needs a rare situation, more
    contrasts: tuple[tuple[ContrastKind, str], ...] = ()  # the sibling families it makes minimal pairs with
    symbols: Symbols | None = None  # for chains of commands; None: no chain asks for it

    @property
    def sets_down(self) -> bool:
        """Whether its object is carried somewhere and let go of there."""
        return self.manner == "carried" and not self.lifts
