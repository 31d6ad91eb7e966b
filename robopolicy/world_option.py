"""What a `world` option stands for: layouts of the furniture, and how worlds are randomised."""

from robopolicy.errors import UnknownName
from sim.layouts import LAYOUTS
from sim.presets import NOMINAL, PRESETS, parse_world


def layouts_of(world: str) -> tuple[str, ...]:
    """The layouts that a `world` option stands for; raises `UnknownName`, `UnknownWorld` or `BadValue`."""
    if world in LAYOUTS:
        return (world,)
    if world.isidentifier() and world not in PRESETS:
        raise UnknownName("world", world, (*PRESETS, *LAYOUTS))
    parse_world(world)
    return tuple(LAYOUTS)


def preset_of(world: str) -> str:
    """How a `world` option has worlds randomised: a name of `sim.presets`; one layout is nominal."""
    return NOMINAL if world in LAYOUTS else world
