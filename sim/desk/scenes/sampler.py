"""Drawing a scene from a seed: pure, no physics.

`draw_scene` draws any desk; `draw_scene_for` one in which a given family is possible and not
already done, with the goal's objects chosen. Both depend on nothing but their arguments.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.bullet.arm import HOME_POSE, MAX_OPENING
from sim.common.checks import one_of, whole
from sim.common.colours import COLOURS
from sim.common.errors import BadArgument
from sim.common.seeds import rng_of
from sim.desk.constants import MAX_OBJECTS
from sim.desk.layouts import (
    DOOR_TRAVEL,
    DRAWER_FLOOR,
    DRAWER_TRAVEL,
    LAYOUTS,
    LEVER_TRAVEL,
    TRAY_FLOOR,
    Layout,
    fixture_points,
    layout_of,
)
from sim.desk.regions import regions_of
from sim.desk.rows import Rows
from sim.desk.scene import MOST, SHAPES, Scene, Thing
from sim.desk.scenes.placement import draw_shifts
from sim.desk.tasks.families import TASKS, task_named
from sim.desk.tasks.task import Begin, Task
from sim.goal_draw import Allows, first_possible
from sim.randomize.draw import draw_dynamics, draw_looks
from sim.randomize.factors import factor_named
from sim.randomize.presets import NOMINAL, parse_world
from sim.rotations import about_z, out_of_frame
from sim.state import State
from sim.task import Goal, goals_in, goals_of, with_amount

ROOM = 0.095  # m between centres of objects: an open hand fits between them
PLACES = ("desk", "drawer", "tray", "stacked")
PLACE_CHANCES = (0.72, 0.08, 0.08, 0.12)
ATTEMPTS = 400
MOST_NAMED = 1000  # objects that a scene of any kind of world can be asked to have


@dataclass(frozen=True)
class SceneConfig:
    """Which scenes are drawn. What a kind of world has of it, `sim.world.WorldKind.check_scenes` says."""

    n_objects: int = 3  # movable objects on the desk, 1 to 5
    layouts: tuple[str, ...] = tuple(LAYOUTS)  # of the furniture
    objects: tuple[tuple[str, str], ...] = tuple((c, s) for c in COLOURS for s in SHAPES)  # (colour, shape)
    world: str = NOMINAL  # nominal, train, held_out, held_out:latency, held_out-latency, latency=2, ...

    def __post_init__(self) -> None:
        if not whole(self.n_objects, 1, MOST_NAMED):
            raise BadArgument("n_objects", f"a whole number from 1 to {MOST_NAMED}", self.n_objects)
        layouts, things = self.layouts, self.objects
        if not isinstance(layouts, tuple) or not layouts or not all(one_of(at, LAYOUTS) for at in layouts):
            raise BadArgument("layouts", f"a tuple of some of {', '.join(LAYOUTS)}", layouts)
        if not isinstance(things, tuple) or not all(map(_is_thing, things)):
            raise BadArgument(
                "objects", "a tuple of pairs of a colour and a shape, as in sim.desk.scene", things
            )
        parse_world(self.world)

    @property
    def any_layout(self) -> bool:
        """Whether no layouts were chosen."""
        return self.layouts == tuple(LAYOUTS)


def _is_thing(pair: Any) -> bool:
    fits = isinstance(pair, tuple) and len(pair) == 2
    return fits and one_of(pair[0], COLOURS) and one_of(pair[1], SHAPES)


def check_desks(config: SceneConfig) -> None:
    """Raises `BadArgument` or ValueError where no desks can be drawn: too many objects, or too few to choose
    from.
    """
    if not whole(config.n_objects, 1, MAX_OBJECTS):
        raise BadArgument("n_objects", f"a whole number from 1 to {MAX_OBJECTS}", config.n_objects)
    count = parse_world(config.world).get("n_objects", config.n_objects)
    most = MAX_OBJECTS if isinstance(count, str) else int(count)
    if len(set(config.objects)) < most:
        raise ValueError(f"{most} different objects can't be drawn from {len(set(config.objects))}")


def draw_scene(seed: int, config: SceneConfig = SceneConfig()) -> Scene:
    """A desk as it may be found: same seed and config, same scene. Raises `BadArgument`."""
    _check_seed(seed)
    check_desks(config)
    return _in_world(_draw(rng_of("scene", seed), seed, config, Begin()), config)


def draw_scene_for(
    task: str,
    seed: int,
    config: SceneConfig = SceneConfig(),
    allows: Allows | None = None,
    tasks: tuple[Task, ...] = TASKS,
    more_tasks: tuple[Task, ...] = (),
) -> tuple[Scene, Goal]:
    """A desk on which the family is possible and not yet done, and the goal; `allows` filters goals.

    `tasks` are the families that there are; those of `more_tasks` are asked for with fixtures, regions and
    the amounts that they need, too. Raises `UnknownTask`, `BadArgument` and `CannotDraw`.
    """
    _check_seed(seed)
    check_desks(config)
    families = (*tasks, *more_tasks)
    family = task_named(task, families)
    rng = rng_of("scene", seed, sum(map(ord, task)))
    scenes = (_draw(rng, seed, config, family.begins) for _ in range(ATTEMPTS))
    drawn = ((scene, initial_state(scene)) for scene in scenes)

    def goals(scene: Scene, state: State) -> tuple[Goal, ...]:
        if family in tasks:
            return goals_of(family, state.n_objects)
        regions = regions_of(layout_of(scene.layout, scene.shifts))
        return tuple(with_amount(family, goal, rng) for goal in goals_in(family, state, regions))

    scene, goal = first_possible(
        family, drawn, rng, goals, lambda goal, state: family.can(state, goal), allows
    )
    return _in_world(scene, config), goal


def draw_begun(rng: np.random.Generator, seed: int, config: SceneConfig, begin: Begin) -> Scene:
    """A desk that is found as `begin` says, its things and places from the generator, its world of the seed.

    A thing is where `begin` has one begin if there is room for it. Raises `BadArgument`.
    """
    _check_seed(seed)
    check_desks(config)
    return _in_world(_draw(rng, seed, config, begin), config)


def _check_seed(seed: object) -> None:
    if not whole(seed, 0, MOST):
        raise BadArgument("the seed of a scene", f"a whole number from 0 to {MOST}", seed)


def initial_state(scene: Scene) -> State:
    """The state that the scene describes, before physics has its say (settling moves things by < 1 mm).

    The hand is at home, wherever the dynamics have it begin.
    """
    poses = layout_of(scene.layout, scene.shifts).poses
    upright = about_z(np.array([thing.yaw for thing in scene.objects]))  # (n, 4)
    objects = np.hstack(
        [np.array([thing.pos for thing in scene.objects]).reshape(-1, 3), upright.reshape(-1, 4)]
    )
    points = fixture_points(poses, np.array(scene.joints, float))
    lights = float(scene.led), float(scene.joints[3] > 0)
    hand = np.array([*HOME_POSE[0], *HOME_POSE[1], MAX_OPENING])
    return Rows(scene, poses[:, 2]).state(hand, objects, points, scene.joints, lights)


def _in_world(scene: Scene, config: SceneConfig) -> Scene:
    seed, world = scene.seed, config.world
    return replace(scene, dynamics=draw_dynamics(seed, world), looks=draw_looks(seed, world))


def _draw(rng: np.random.Generator, seed: int, config: SceneConfig, begin: Begin) -> Scene:
    name = config.layouts[rng.integers(len(config.layouts))]
    shifts = draw_shifts(seed, config.world, name)
    layout = layout_of(name, shifts)
    joints, led = _furniture(rng, begin)
    hows = parse_world(config.world)
    count, sizes = hows.get("n_objects", config.n_objects), hows.get("object_size", "train")
    n_objects = factor_named("n_objects").draw(rng, count) if isinstance(count, str) else count
    chosen = rng.choice(len(config.objects), int(n_objects), replace=False)
    things: list[Thing] = []
    for rank, index in enumerate(chosen):
        colour, shape = config.objects[index]
        scale = factor_named("object_size").draw(rng, sizes)
        size = tuple(round(v * scale, 4) for v in SHAPES[shape])
        thing = Thing(colour, shape, (size[0], size[1], size[2]), (0.0, 0.0, 0.0), 0.0)
        things.append(_placed(rng, thing, things, layout, joints, _place(rng, rank, begin)))
    order = rng.permutation(len(things))
    return Scene(seed, layout.name, tuple(things[i] for i in order), joints, led, shifts)


def _furniture(rng: np.random.Generator, begin: Begin) -> tuple[tuple[float, float, float, float], bool]:
    drawer = rng.uniform(0.13, DRAWER_TRAVEL) if rng.random() < 0.5 else 0.0
    door = rng.uniform(-DOOR_TRAVEL, DOOR_TRAVEL)
    up, led = bool(rng.random() < 0.5), bool(rng.random() < 0.5)
    drawer = rng.uniform(*begin.drawer) if begin.drawer else drawer
    door = rng.uniform(*begin.door) if begin.door else door
    up, led = (up if begin.lamp is None else begin.lamp), (led if begin.led is None else begin.led)
    return (float(drawer), float(door), 0.0, LEVER_TRAVEL if up else -LEVER_TRAVEL), led


def _place(rng: np.random.Generator, rank: int, begin: Begin) -> str:
    if (rank, begin.place) in ((0, "drawer"), (0, "tray"), (1, "stacked")):
        return begin.place
    place = PLACES[rng.choice(len(PLACES), p=PLACE_CHANCES)]
    return "desk" if rank == 0 else place


def _placed(
    rng: np.random.Generator,
    thing: Thing,
    others: list[Thing],
    layout: Layout,
    joints: tuple[float, ...],
    place: str,
) -> Thing:
    """The thing at the first free spot of its place; on the desk if there is none."""
    z = thing.size[2] / 2
    if place == "stacked":
        bases = [o for o in others if _can_carry(o, others)]
        if bases:
            base = bases[rng.integers(len(bases))]
            x, y = (base.pos[i] + rng.uniform(-0.006, 0.006) for i in range(2))
            return replace(thing, pos=(x, y, base.size[2] + z + 0.001), yaw=base.yaw + rng.uniform(-0.2, 0.2))
    if place in ("drawer", "tray"):
        point = fixture_points(layout.poses, np.array(joints))
        x, y = point[0 if place == "drawer" else 4, :2]
        floor = DRAWER_FLOOR if place == "drawer" else TRAY_FLOOR
        along = rng.uniform(0.105, 0.125) if place == "drawer" else rng.uniform(-0.02, 0.02)
        across = rng.uniform(-0.015, 0.015)
        turn = layout.poses[0 if place == "drawer" else 4, 2]
        ahead, aside = out_of_frame(along, across, turn)
        x, y = x + ahead, y + aside
        if all(np.hypot(o.pos[0] - x, o.pos[1] - y) > ROOM for o in others):
            return replace(
                thing, pos=(float(x), float(y), floor + z + 0.001), yaw=float(turn) + rng.uniform(-0.3, 0.3)
            )
    (x_low, x_high), (y_low, y_high) = layout.area
    room = ROOM
    while True:
        for _ in range(60):
            x, y = rng.uniform(x_low, x_high), rng.uniform(y_low, y_high)
            if all(np.hypot(o.pos[0] - x, o.pos[1] - y) > room for o in others):
                return replace(thing, pos=(x, y, z + 0.0005), yaw=rng.uniform(-np.pi, np.pi))
        room *= 0.95  # a crowded desk


def _can_carry(thing: Thing, others: list[Thing]) -> bool:
    """Low, broad, and with nothing on it yet."""
    broad = thing.pos[2] < 0.03 and min(thing.size[:2]) > 0.04 and thing.shape != "bar"
    return broad and not any(
        o is not thing and np.hypot(o.pos[0] - thing.pos[0], o.pos[1] - thing.pos[1]) < 0.03 for o in others
    )
