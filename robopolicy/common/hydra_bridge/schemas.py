"""Converts between our frozen dataclasses and what OmegaConf can hold.

OmegaConf makes the trees of frozen dataclasses read-only and has no nested tuples, so it is given mutable
twins with lists; afterwards `to_dataclass` turns its plain values into the frozen dataclass.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import MISSING, field, fields, is_dataclass, make_dataclass
from functools import partial
from types import GenericAlias
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

from robopolicy.common.hydra_bridge.options import MISSING_VALUE, default_of
from robopolicy.common.hydra_bridge.overrides import BadOverride

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def mutable_twin(schema: type) -> type:
    """A mutable dataclass with the fields and defaults of a frozen one, tuples as lists, recursively."""
    hints = get_type_hints(schema)
    twins = []
    for one in fields(schema):
        hint = hints[one.name]
        if is_dataclass(hint):
            twin = mutable_twin(hint)
            default = default_of(one)
            given = default != MISSING_VALUE
            inner = {f.name: getattr(default, f.name) for f in fields(hint)} if given else {}
            twins.append((one.name, twin, field(default_factory=_TwinFactory(twin, inner))))
        elif one.default is MISSING and one.default_factory is MISSING:
            twins.append((one.name, _list_type(hint), field(default=MISSING_VALUE)))
        else:
            default = _lists(default_of(one))
            twins.append((one.name, _list_type(hint), field(default_factory=partial(deepcopy, default))))
    return make_dataclass(schema.__name__, twins)


def to_dataclass(hint: Any, value: Any) -> Any:
    """Plain containers -> what the type hint says: dataclasses and tuples, recursively.

    Raises `BadOverride` with the reason if a dataclass refuses a value.
    """
    if is_dataclass(hint) and isinstance(value, Mapping):
        hints = get_type_hints(hint)
        try:
            return hint(**{name: to_dataclass(hints[name], inner) for name, inner in value.items()})
        except ValueError as error:
            raise BadOverride(str(error)) from error
    if isinstance(value, list):
        inner = (get_args(hint) or (Any,))[0]
        return tuple(to_dataclass(inner, one) for one in value)
    return value


def part(schema: type[T], whole: Any) -> T:
    """The options of `schema` out of those of a larger configuration, such as a verb's."""
    return schema(**{one.name: getattr(whole, one.name) for one in fields(schema)})


def _list_type(hint: Any) -> Any:
    """tuple[tuple[str, str], ...] -> list[list[str]]."""
    if get_origin(hint) is tuple:
        return GenericAlias(list, (_list_type(get_args(hint)[0]),))
    return hint


def _lists(value: Any) -> Any:
    """Tuples -> lists, recursively."""
    return [_lists(one) for one in value] if isinstance(value, tuple | list) else value


class _TwinFactory:
    """Makes a mutable twin with given values, of which nested dataclasses become twins too."""

    def __init__(self, twin: type, values: Mapping[str, Any]) -> None:
        self.twin, self.values = twin, values

    def __call__(self) -> Any:
        nested: dict[str, Any] = {f.name: f.type for f in fields(self.twin)}
        plain = {}
        for name, value in self.values.items():
            if is_dataclass(value):
                inner = {f.name: getattr(value, f.name) for f in fields(value)}
                plain[name] = _TwinFactory(nested[name], inner)()
            else:
                plain[name] = _lists(value)
        return self.twin(**plain)
