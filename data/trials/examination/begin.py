"""Begin: how the desk of an item is found, and what is done before its first sentence.

    begin: {drawer: open, door: left, led: on, lamp: off, hand: closed, object: in_tray}

Joints, lights and where things stand are drawn into the scene. A hand that is closed, elsewhere or holding
something is the work of the scripted expert, before anything is said.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from data.trials.examination.words import PLACEHOLDERS, BadItem, mapping_of
from sim.common.checks import number
from sim.common.names import unknown_name
from sim.common.printable import shown
from sim.desk.layouts import DOOR_TRAVEL, DRAWER_TRAVEL
from sim.desk.tasks.geometry import in_drawer, in_tray, rests_on
from sim.desk.tasks.lift import LIFT_TASKS
from sim.desk.tasks.task import Begin
from sim.state import State
from sim.task import Goal
from sim.world import WorldKind

Range = tuple[float, float]

DRAWER_AT: Mapping[str, Range] = {"open": (0.85, 1.0), "shut": (0.0, 0.0)}
DOOR_AT: Mapping[str, Range] = {"left": (0.95, 1.0), "right": (0.0, 0.05)}
"""Words -> shares of the travel that they are drawn from; a drawer's 0 is shut, a door's 0 its right end."""

LIT = {True: True, False: False, "on": True, "off": False}

CLOSED, AWAY, HELD = "closed", "away", "held"
CLOSE, GO, TAKE = "close_hand", "hover", LIFT_TASKS[0].name
"""Families that bring the hand there."""

HELD_AT = 0.10  # m above its support: where a thing is held, so that the hand can go up from there, and down

PLACES = {"in_drawer": "drawer", "in_tray": "tray"}
"""Where a thing can begin -> what the drawing of scenes calls it. On another thing is "stacked"."""

ON = "on_"


class Beginning(NamedTuple):
    """The `begin` of an item."""

    drawer: Range | None = None  # m out
    door: Range | None = None  # m to the left of the middle
    led: bool | None = None
    lamp: bool | None = None
    hand: str = ""  # CLOSED, AWAY or as it comes
    places: tuple[tuple[str, str], ...] = ()  # (placeholder, "in_drawer" | "in_tray" | "on_other" | "held")

    @property
    def placeholders(self) -> tuple[str, ...]:
        """All that it speaks of."""
        on = (place.removeprefix(ON) for _, place in self.places if place.startswith(ON))
        return (*(name for name, _ in self.places), *on)

    def desk(self, else_as: Begin) -> Begin:
        """For the drawing of a scene; what it leaves open is as another one says."""
        places = [PLACES.get(place, "stacked") for _, place in self.places if place != HELD]
        return Begin(
            self.drawer or else_as.drawer,
            self.door or else_as.door,
            else_as.led if self.led is None else self.led,
            else_as.lamp if self.lamp is None else self.lamp,
            places[0] if places else else_as.place,
        )

    def stands(self, state: State, rows: Mapping[str, int]) -> bool:
        """Whether the things stand where they are to, but for what is to be in the hand."""
        return all(_stands(state, rows, name, place) for name, place in self.places)

    def prelude(self, state: State, rows: Mapping[str, int], rng: np.random.Generator) -> Goal | None:
        """What the scripted expert does before the first sentence; None for nothing."""
        held = [name for name, place in self.places if place == HELD]
        if held:
            return Goal(TAKE, rows[held[0]], amount=HELD_AT)
        if self.hand == CLOSED:
            return Goal(CLOSE)
        if self.hand == AWAY:
            return Goal(GO, int(rng.integers(state.n_objects)))
        return None


def _stands(state: State, rows: Mapping[str, int], name: str, place: str) -> bool:
    if place == HELD:
        return True
    if place.startswith(ON):
        return bool(rests_on(state, rows[name], rows[place.removeprefix(ON)]))
    return bool((in_drawer if place == "in_drawer" else in_tray)(state, rows[name]))


# -- as files write it ------------------------------------------------------------------------------


def beginning_of(given: Any, kind: WorldKind) -> Beginning:
    """The `begin` of an item; raises `BadItem`, and `UnknownTask` where the hand can't be brought there."""
    keys = ("drawer", "door", "led", "lamp", "hand", *PLACEHOLDERS)
    given = mapping_of("begin", given, keys, "begin: {drawer: open}")
    drawer, door = _share("drawer", given, DRAWER_AT), _share("door", given, DOOR_AT)
    places = tuple((name, _place(name, given[name])) for name in PLACEHOLDERS if name in given)
    hand = _hand(given, places)
    for family in {CLOSED: (CLOSE,), AWAY: (GO,)}.get(hand, ()):
        kind.task(family)
    return Beginning(
        drawer and (drawer[0] * DRAWER_TRAVEL, drawer[1] * DRAWER_TRAVEL),
        door and ((2 * door[0] - 1) * DOOR_TRAVEL, (2 * door[1] - 1) * DOOR_TRAVEL),
        _light("led", given),
        _light("lamp", given),
        hand,
        places,
    )


def _share(name: str, given: Mapping[str, Any], words: Mapping[str, Range]) -> Range | None:
    if name not in given:
        return None
    value = given[name]
    if number(value, 0, 1):
        return float(value), float(value)
    if isinstance(value, str) and value in words:
        return words[value]
    accepted = " or ".join(words)
    if isinstance(value, str):
        raise BadItem(unknown_name(f"position of the {name}", value, (*words, "a number from 0 to 1")))
    raise BadItem(
        f"the {name} begins {accepted}, or at a share of its travel from 0 to 1, not {shown(value)}"
    )


def _light(name: str, given: Mapping[str, Any]) -> bool | None:
    if name not in given:
        return None
    value = given[name]
    if not isinstance(value, bool | str) or value not in LIT:
        raise BadItem(f"the {name} begins on or off, not {shown(value)}")
    return LIT[value]


def _place(name: str, value: Any) -> str:
    accepted = (*PLACES, *(ON + other for other in PLACEHOLDERS if other != name), HELD)
    if not isinstance(value, str) or value not in accepted:
        raise BadItem(unknown_name(f"place where {name} begins", value, accepted))
    return value


def _hand(given: Mapping[str, Any], places: tuple[tuple[str, str], ...]) -> str:
    hand, held = given.get("hand", ""), [name for name, place in places if place == HELD]
    if "hand" in given and hand not in (CLOSED, AWAY):
        raise BadItem(unknown_name("beginning of the hand", hand, (CLOSED, AWAY)))
    if len(held) + ("hand" in given) > 1:
        both = " and ".join([*(f"{name} {HELD}" for name in held), *([f"the hand {hand}"] if hand else [])])
        raise BadItem(f"the hand can't begin with {both}; leave out all but one")
    return hand
