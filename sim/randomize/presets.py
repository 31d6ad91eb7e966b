"""Worlds by name: which factors of `sim.randomize.factors` each has otherwise than nominal.

    nominal                                  none
    train, held_out                          all of them, drawn from that range
    held_out:action_scale+latency            these, drawn from that range
    held_out-object_mass-latency             all but these, drawn from that range
    control_yaw=0.5, latency=2+dropout=0.1   these, at the given values (within the held-out range)

Where many things have a factor of their own, a value stands for all of them: every object is of the given
`object_size`; every fixture is moved by `fixture_shift` metres in a direction of its own that is drawn,
and turned by `fixture_turn` to either side; every object's colour channels are changed by `object_tint`
up or down.
"""

import math
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from sim.common.names import nearest, unknown_name
from sim.randomize.factors import FACTORS, REGIMES, Factor, How, Regime, factor_named

NOMINAL = "nominal"
PRESETS = (NOMINAL, *REGIMES)
LONGEST = 2000  # characters of a name: all factors, each with a value
NAMES = tuple(factor.name for factor in FACTORS)


class UnknownWorld(ValueError):
    """No world has this name."""

    def __init__(self, name: object) -> None:
        near = _nearest(name) if isinstance(name, str) and len(name) <= LONGEST else ""
        worlds = (
            f"{', '.join(PRESETS)}; train:FACTOR or held_out:FACTOR for one factor alone, "
            "held_out:FACTOR+FACTOR for several, held_out-FACTOR for all but one, and FACTOR=VALUE or "
            f"FACTOR=VALUE+FACTOR=VALUE; the factors: {', '.join(NAMES)}"
        )
        super().__init__(unknown_name("world", name, worlds, near))


class BadValue(ValueError):
    """A factor cannot have this value."""

    def __init__(self, factor: Factor, value: str) -> None:
        (lower, upper), (low, high) = factor.given, factor.train
        kind = "whole numbers" if factor.scale == "whole" else "values"
        unit = f" {factor.unit}" if factor.unit else ""
        super().__init__(
            f"{factor.name}={value} is no world: {factor.name} takes {kind} from {lower:g} to {upper:g}"
            f"{unit} ({factor.nominal:g} is nominal, training draws from {low:g} to {high:g})"
        )


def parse_world(name: str) -> Mapping[str, How]:
    """Factor -> how the world has it; one that is absent is nominal. Raises `UnknownWorld`, `BadValue`."""
    if not isinstance(name, str) or len(name) > LONGEST:
        raise UnknownWorld(name)
    return _parse(name)


@cache
def _parse(name: str) -> Mapping[str, How]:
    found = _parsed(name)
    if found is None:
        raise UnknownWorld(name)
    return MappingProxyType(found)


def _parsed(name: str) -> Mapping[str, How] | None:
    """As `parse_world`; None if no world has this name."""
    if name == NOMINAL:
        return {}
    head, colon, rest = name.partition(":")
    ranged, *absent = name.split("-")
    found: dict[str, How]
    regime = _regime(ranged)
    if regime:
        found = {factor: regime for factor in NAMES if factor not in absent}
        return found if len(found) + len(absent) == len(NAMES) else None  # one may be unknown, or there twice
    regime = _regime(head)
    terms = (rest if colon else name).split("+")
    if regime:
        found = {term: regime for term in terms if term in NAMES}
    else:
        pairs = [term.partition("=") for term in terms if not colon]
        found = {
            factor: _value(factor, value) for factor, equals, value in pairs if equals and factor in NAMES
        }
    return found if len(found) == len(terms) else None  # likewise


def _regime(name: str) -> Regime | None:
    return next((regime for regime in REGIMES if regime == name), None)


def _value(name: str, text: str) -> float:
    factor = factor_named(name)
    try:
        value = float(text)
    except ValueError:
        raise BadValue(factor, text) from None
    lower, upper = factor.given
    if not lower <= value <= upper or (factor.scale == "whole" and value != math.floor(value)):
        raise BadValue(factor, text)
    return int(value) if factor.scale == "whole" else value


def _nearest(name: str) -> str:
    """A name of a world that is like this one; "" if none is near."""
    head, colon, rest = name.partition(":")
    if not colon and "=" not in name and "+" not in name:
        near = nearest(name.partition("-")[0], (*PRESETS, *NAMES))
        if near in REGIMES and "-" in name:
            near = "-".join((near, *(nearest(term, NAMES) for term in name.split("-")[1:])))
            return near if _parsed(near) else ""
        return f"held_out:{near}" if near in NAMES else near
    terms = [term.partition("=") for term in (rest if colon else name).split("+")]
    factors = [nearest(factor, NAMES) for factor, _, _ in terms]
    if colon:
        near = f"{nearest(head, REGIMES)}:{'+'.join(factors)}"
    else:
        near = "+".join(f"{factor}={value}" for factor, (_, _, value) in zip(factors, terms, strict=True))
    try:
        return "" if _parsed(near) is None else near
    except BadValue:
        return ""
