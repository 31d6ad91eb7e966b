"""The kinds of worlds that there are, and how others are named."""

from importlib import import_module

from sim.common.names import nearest
from sim.common.printable import shown
from sim.kinds.check import check_kind
from sim.kinds.desk import DESK
from sim.world import WorldKind

KINDS: tuple[WorldKind, ...] = (DESK,)

_checked: dict[str, WorldKind] = {}
"""Kinds of users' own that were found sound, by the names that they were asked for by."""


class UnknownWorldKind(ValueError):
    """No kind of world has this name, or stands at this place."""

    def __init__(self, name: object, why: str = "") -> None:
        names = [kind.spec.name for kind in KINDS]
        near = nearest(name, names)
        hint = f"; did you mean {near}?" if near else "."
        super().__init__(
            f"no kind of world is called {shown(name)}{f' ({why})' if why else ''}{hint} There is "
            f"{', '.join(names)}; one of your own is named by its module and name: my_package.pucks:PUCKS."
        )


def kind_of_world(name: str) -> WorldKind:
    """The kind of that name, or the `WorldKind` that stands at "module:NAME".

    Raises `UnknownWorldKind`, and `BadWorldKind` for one that no command could work with. Naming a
    module imports it, as `python -m` would.
    """
    for kind in KINDS:
        if kind.spec.name == name:
            return kind
    module, _, attribute = name.partition(":")
    if not attribute:
        raise UnknownWorldKind(name)
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise UnknownWorldKind(name, " ".join(str(error).split())) from error
    except Exception as error:  # whatever a module raises while it is imported
        says = " ".join(f"{type(error).__name__}: {error}".split())
        raise UnknownWorldKind(name, f"importing {shown(module)} fails, {says}") from error
    if not isinstance(found, WorldKind):
        raise UnknownWorldKind(name, "it is no WorldKind")
    if _checked.get(name) is not found:
        check_kind(found)
        _checked[name] = found
    return found
