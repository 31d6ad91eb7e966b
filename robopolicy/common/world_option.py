"""The option `world`: which layouts of the furniture and which randomisation its value stands for."""

from robopolicy.common.errors import UnknownName
from sim.desk.layouts import LAYOUTS
from sim.desk.scenes.sampler import SceneConfig
from sim.randomize.presets import NOMINAL, PRESETS, parse_world


def layouts_of(world: str) -> tuple[str, ...]:
    """The layouts that scenes are drawn from. Raises `UnknownName`, `UnknownWorld` and `BadValue`."""
    if world in LAYOUTS:
        return (world,)
    if world.isidentifier() and world not in PRESETS:
        raise UnknownName("world", world, (*PRESETS, *LAYOUTS))
    parse_world(world)
    return tuple(LAYOUTS)


def preset_of(world: str) -> str:
    """The randomisation, as a name in `sim.randomize.presets`; a layout's name stands for nominal."""
    return NOMINAL if world in LAYOUTS else world


def scenes_in(
    world: str, n_objects: int, objects: tuple[tuple[str, str], ...] = SceneConfig().objects
) -> SceneConfig:
    """Scenes of such a world, with so many things, drawn from these (colour, shape).

    Raises what `layouts_of` and `SceneConfig` raise.
    """
    return SceneConfig(n_objects, layouts_of(world), objects, preset_of(world))
