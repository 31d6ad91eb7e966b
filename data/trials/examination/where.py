"""Where: which thing of a scene fills a placeholder, said by where it stands or how large it is.

    where: {object: leftmost}      where: {object: nearest drawer}      where: {object: left_of other}

All of it is about the state in which an item begins. Left and right are as the robot sees them, far is far
from its base. A relation holds with something to spare, so that nobody could mean another thing by it: by
`SPARE` for places, by `LARGER` for sizes. Distances are horizontal, between centres; those to a fixture end
where a hand acts on it. What the hand holds is no rival for what is nearest to the hand.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

import numpy as np

from data.trials.examination.words import FIXTURE_WORDS, PLACEHOLDERS, BadItem, check_names
from sim.common.names import unknown_name
from sim.common.printable import shown
from sim.desk.constants import DRAWER, TRAY
from sim.desk.contact import held_object
from sim.desk.tasks.geometry import in_drawer, in_tray
from sim.state import SIZE, Array, State
from sim.task import Truth

SPARE = 0.03  # m: so much farther to the left, nearer, ... than every rival
LARGER = 1.2  # times every rival's size: things differ by less than 3 cm, and are drawn 6 % larger or smaller
BETWEEN = 0.04  # m: so near the line between two others, as what is put between them

HAND = "hand"

Measure = Callable[[State], Array]
"""State -> what is compared of every movable object, (n,)."""

MOST: Mapping[str, Measure] = {
    "leftmost": lambda state: state.objects[:, 1],
    "rightmost": lambda state: -state.objects[:, 1],
    "farthest": lambda state: np.hypot(state.objects[:, 0], state.objects[:, 1]),
    "nearest": lambda state: -np.hypot(state.objects[:, 0], state.objects[:, 1]),
}
"""Relations without a reference -> what is largest, m. The robot's base stands at the origin."""

LARGEST: Mapping[str, Measure] = {
    "longest": lambda state: state.objects[:, SIZE][:, :2].max(1),
    "tallest": lambda state: state.objects[:, SIZE][:, 2],
}
"""Of sizes, m."""

SIDES = {"left_of": (0.0, 1.0), "right_of": (0.0, -1.0), "in_front_of": (-1.0, 0.0), "behind": (1.0, 0.0)}
"""Sides of a reference -> the direction, as the robot sees it: in front is nearer to its base."""

INSIDE: Mapping[str, Callable[[State, int], Truth]] = {DRAWER: in_drawer, TRAY: in_tray}
"""Fixtures that things can be in."""

TO = {"nearest": -1, "farthest": 1}
"""Relations to a reference by distance -> which way."""

ALONE = (*MOST, *LARGEST, "between")


class Where(NamedTuple):
    """How one placeholder is filled."""

    placeholder: str
    relation: str
    reference: str = ""  # a placeholder, the name of a fixture, or the hand; "" for none

    def __str__(self) -> str:
        return f"{self.placeholder}: {self.relation} {self.reference}".rstrip()

    def holds(self, state: State, rows: Mapping[str, int]) -> bool:
        """Whether it holds with something to spare where `rows` fill the placeholders; no leading axes."""
        row, reference = rows[self.placeholder], rows.get(self.reference, -1)
        apart = held_object(state) if self.reference == HAND else reference  # that, or what it holds
        rivals = [i for i in range(state.n_objects) if i not in (row, apart)]
        if self.relation == "between":
            named = [rows[name] for name in ("other", "third") if name in rows]
            return _between(state, row, named if len(named) == 2 and row not in named else rivals)
        if self.relation in LARGEST:
            sizes = LARGEST[self.relation](state)
            return bool((sizes[row] >= sizes[rivals] * LARGER).all())
        if self.relation in SIDES:
            at = self._at(state, reference)
            side = _on_side(state, row, rivals, at, SIDES[self.relation], reference >= 0)
            return side and not self._is_inside(state, row)
        if self.reference:
            measured = TO[self.relation] * np.hypot(*(state.objects[:, :2] - self._at(state, reference)).T)
        else:
            measured = MOST[self.relation](state)
        return bool((measured[row] >= measured[rivals] + SPARE).all())

    def _at(self, state: State, reference: int) -> Array:
        """Where the reference is, (2,) m."""
        if self.reference == HAND:
            return state.ee_pos[:2]
        return state.pos(reference if reference >= 0 else self.reference)[:2]

    def _is_inside(self, state: State, row: int) -> bool:
        """Whether it is in what it would be beside."""
        return bool(self.reference in INSIDE and INSIDE[self.reference](state, row))


def _on_side(
    state: State, row: int, rivals: list[int], at: Array, side: tuple[float, float], moving: bool
) -> bool:
    """On that side rather than on the next, and no rival is.

    Of a thing that can move, no rival may be on that side at all, however far across. A fixture stands at
    the edge, with all things on one side of it.
    """
    gaps = state.objects[:, :2] - at
    along, across = gaps @ np.array(side), np.abs(gaps @ np.array(side[::-1]))
    rather = along - across
    beaten = along[rivals] if moving else rather[rivals]
    return bool(rather[row] >= SPARE and (beaten <= -SPARE).all())


def _between(state: State, row: int, others: list[int]) -> bool:
    """Near the line between two others, and so far from its ends."""
    if len(others) != 2:
        return False
    one, other, here = (state.pos(i)[:2] for i in (*others, row))
    length = float(np.hypot(*(other - one)))
    if length < 2 * SPARE:
        return False
    way = (other - one) / length
    gap = here - one
    along, off = float(gap @ way), abs(float(gap[0] * way[1] - gap[1] * way[0]))
    return SPARE <= along <= length - SPARE and off <= BETWEEN


# -- as files write it ------------------------------------------------------------------------------


def wheres_of(given: Any) -> tuple[Where, ...]:
    """The `where` of an item; raises `BadItem`."""
    if not isinstance(given, dict) or not given:
        raise BadItem(
            f"where should say which thing is meant, `where: {{object: leftmost}}`, not {shown(given)}"
        )
    check_names("placeholder of where", given, PLACEHOLDERS)
    return tuple(_where(placeholder, text) for placeholder, text in given.items())


def _where(placeholder: str, text: Any) -> Where:
    words = text.split() if isinstance(text, str) else []
    if not words:
        raise BadItem(f"where {placeholder} is should be told in words, `leftmost`, not {shown(text)}")
    relation, reference = words[0], " ".join(words[1:])
    example = f"{placeholder}: {relation} {PLACEHOLDERS[placeholder == PLACEHOLDERS[0]]}"
    if not reference:
        if relation in SIDES:
            raise BadItem(f"{relation} needs a reference, `{example}`")
        if relation not in ALONE:
            raise BadItem(unknown_name("relation", relation, (*ALONE, *SIDES)))
        return Where(placeholder, relation)
    if relation not in (*SIDES, *TO):
        known = (*SIDES, *TO)
        if relation in ALONE:
            raise BadItem(
                f"{relation} has no reference, so leave out {shown(reference)}; {', '.join(known)} have"
            )
        raise BadItem(unknown_name("relation with a reference", relation, known))
    if reference == placeholder:
        raise BadItem(f"{placeholder} cannot be {relation} itself; say `{example}`")
    accepted = (*PLACEHOLDERS, *FIXTURE_WORDS, *([HAND] if relation in TO else []))
    if reference not in accepted:
        raise BadItem(unknown_name(f"reference of {relation}", reference, accepted))
    return Where(placeholder, relation, FIXTURE_WORDS.get(reference, reference))


def referred_to(wheres: Collection[Where]) -> list[str]:
    """The placeholders that they speak of, references among them."""
    return [name for one in wheres for name in (one.placeholder, one.reference) if name in PLACEHOLDERS]
