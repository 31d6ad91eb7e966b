"""What a `world` option stands for: layouts of the furniture, and how worlds are randomised."""

from robopolicy.common.errors import UnknownName
from sim.desk.layouts import LAYOUTS
from sim.randomize.presets import NOMINAL, PRESETS, parse_world


def layouts_of(world: str) -> tuple[str, ...]:
    """The layouts that a `world` option stands for; raises `UnknownName`, `UnknownWorld` or `BadValue`."""
    if world in LAYOUTS:
        return (world,)
    if world.isidentifier() and world not in PRESETS:
        raise UnknownName("world", world, (*PRESETS, *LAYOUTS))
    parse_world(world)
    return tuple(LAYOUTS)


def preset_of(world: str) -> str:
    """The name in `sim.randomize.presets` that a `world` option stands for; one layout is nominal."""
    return NOMINAL if world in LAYOUTS else world
