"""The desk as a kind of world."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.bullet.actuation import arrived
from sim.bullet.kinematics import REACH, WORKSPACE
from sim.desk.constants import BUTTON, CONTROL_HZ, DOOR, DRAWER, LEVER, MAX_OBJECTS, TRAY
from sim.desk.contact import OPEN_HAND
from sim.desk.layouts import (
    BUTTON_TRAVEL,
    DOOR_TRAVEL,
    DRAWER_TRAVEL,
    HANDLE_WIDTH,
    KNOB_WIDTH,
    LAYOUTS,
    LEVER_TRAVEL,
    LEVER_WIDTH,
    layout_of,
)
from sim.desk.regions import REGIONS, region_of
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import SceneConfig, check_desks, draw_scene, draw_scene_for
from sim.desk.sensors import Sensor, is_clear, sense
from sim.desk.tasks import expert
from sim.desk.tasks.families import MORE_TASKS, TASKS
from sim.desk.tasks.foresight import foreseen
from sim.desk.tasks.geometry import fallen
from sim.desk.tasks.motions import ACTION, DEFAULT_STYLE
from sim.desk.tasks.task import Task
from sim.figures import Figure, Mesh, View
from sim.goal_draw import Allows
from sim.kinds.desk_player import Player
from sim.observation import Observation
from sim.randomize.draw import draw_dynamics
from sim.randomize.factors import PHYSICS, SENSING
from sim.state import SIZE, Array, State
from sim.task import Goal, Region, Truth, task_named
from sim.visible import FILMED
from sim.world import World, WorldKind
from sim.world_spec import Fixture, WorldSpec

SLIDING = 0.0015  # m a control step: slower is standing still
TURNING = 0.02  # rad a control step
OFF_SIZE = 1e-4  # m: of an object's recorded size from what the scene says

DESK_SPEC = WorldSpec(
    name="desk",
    robot="panda",
    control_hz=CONTROL_HZ,
    action=ACTION,
    workspace=WORKSPACE,
    middle=(0.45, 0.0, 0.0),
    open_hand=OPEN_HAND,
    most_objects=MAX_OBJECTS,
    fixtures=(
        Fixture(DRAWER, SLIDING, 0.03, HANDLE_WIDTH, DRAWER_TRAVEL),
        Fixture(DOOR, SLIDING, 0.03, KNOB_WIDTH, 2 * DOOR_TRAVEL),
        Fixture(BUTTON, 2 * SLIDING, travel=BUTTON_TRAVEL, springs=True),  # a press leaves its light behind
        Fixture(LEVER, TURNING, 0.3, LEVER_WIDTH, 2 * LEVER_TRAVEL),
        Fixture(TRAY),
    ),
    reach=REACH,
    cameras=("desk", "front", "gripper"),
)


class DeskKind(WorldKind):
    """Desks with a Panda arm, in PyBullet."""

    spec = DESK_SPEC
    tasks: tuple[Task, ...] = TASKS  # pyrefly: ignore[bad-override-mutable-attribute]  # never set
    more_tasks: tuple[Task, ...] = MORE_TASKS  # pyrefly: ignore[bad-override-mutable-attribute]  # never set
    regions = REGIONS
    axes = "the desk top at the robot's base: x away from the robot, y to its left, z up"
    joint_unit = "m, of the lever rad"
    about = "a Franka Panda at a furnished desk in PyBullet"
    place = "on the desk"
    engine = "pybullet"

    noun = "desk"
    about_cameras = "From above, as left and right are meant; and across."
    layouts = tuple(LAYOUTS)
    factors = (*PHYSICS, *SENSING)

    # -- scenes ----------------------------------------------------------------------------------

    def check_scenes(self, config: SceneConfig) -> None:
        check_desks(config)

    def draw(self, seed: int, config: SceneConfig) -> Scene:
        return draw_scene(seed, config)

    def draw_for(
        self, task: str, seed: int, config: SceneConfig, allows: Allows | None = None
    ) -> tuple[Scene, Goal]:
        return draw_scene_for(task, seed, config, allows, self.tasks, self.more_tasks)

    def draw_asked(self, seed: int, config: SceneConfig, layout: str, dynamics: Mapping[str, float]) -> Scene:
        scene = draw_scene(seed, replace(config, layouts=(layout,)) if layout else config)
        given: dict[str, Any] = dict(dynamics)  # the latency among them is whole
        return replace(scene, dynamics=replace(scene.dynamics, **given))

    def layout(self, scene: Scene) -> str:
        return scene.layout

    def draw_dynamics(self, seed: int, preset: str) -> Mapping[str, float]:
        drawn = draw_dynamics(seed, preset)
        return {factor.name: getattr(drawn, factor.name) for factor in self.factors}

    def scene_from(self, raw: Any) -> Scene:
        return Scene.from_dict(raw)

    def mismatch(self, scene: Scene, states: State) -> str:
        sizes = np.array([thing.size for thing in scene.objects])
        off = sizes.size and np.abs(states.objects[..., SIZE] - sizes).max() > OFF_SIZE
        return "sizes of the objects differ from those in the scene" if off else ""

    # -- running ---------------------------------------------------------------------------------

    def open(self, pictures: bool = False) -> World:
        from sim.desk.simulator import World  # noqa: PLC0415 - the engine; who only reads states needs none

        return World(visuals=pictures)

    def change(self, world: Any, scene: Scene) -> None:
        world.obey(scene.dynamics)

    def sensor(self, scene: Scene) -> Sensor:
        return Sensor(scene)

    def sense(self, states: State, scene: Scene) -> tuple[Observation, bool]:
        return sense(states, scene), not is_clear(scene.dynamics)

    def arrived(self, actions: Array, scene: Scene) -> Array:
        return arrived(actions, scene.dynamics)

    def fallen(self, state: State, which: int) -> Truth:
        return fallen(state, which)

    # -- acting ----------------------------------------------------------------------------------

    def player(self, rng: np.random.Generator, scene: Scene) -> Player:
        return Player(rng, self, scene.dynamics.latency)

    def expert(self, state: State, goal: Goal, scene: Scene, before: State | None = None) -> Array:
        dynamics = scene.dynamics
        style = expert.patient(DEFAULT_STYLE, dynamics.latency)
        wanted = self.task(goal.task).act(state if before is None else before, state, goal, style)
        return expert.sent_for(wanted, dynamics.control_yaw, dynamics.action_scale)

    def region(self, scene: Scene, name: str) -> Region:
        return region_of(layout_of(scene.layout, scene.shifts), name)

    def foreseen(self, goal: Goal, state: State, rng: np.random.Generator) -> State:
        return foreseen(task_named(goal.task, (*self.tasks, *self.more_tasks)), goal, state, rng)

    # -- looking ---------------------------------------------------------------------------------

    def view(self) -> View:
        return View((1.78, -0.82, 1.16), (0.45, 0.25, 0.07))

    def figures(self, scene: Scene, state: State) -> tuple[Figure, ...]:
        from sim.desk.visuals import figures  # noqa: PLC0415 - as the simulator

        del state
        return figures(scene)

    def meshes(self) -> Mapping[str, tuple[Mesh, ...]]:
        from sim.bullet.meshes import arm_meshes  # noqa: PLC0415 - libraries of the page; read once

        return arm_meshes()

    def poses(self, world: Any) -> Array:
        return world.poses()

    def steps(self, world: Any, action: Array, parts: int) -> Iterator[Array]:
        return world.steps(action, parts)

    def show(self, world: Any, state: State) -> Array:
        world.show(state)
        return world.poses()

    def picture(
        self, world: Any, cameras: tuple[str, ...] = ("front", "desk"), size: tuple[int, int] = FILMED
    ) -> NDArray[np.uint8]:
        from sim.desk.cameras import CAMERAS, render  # noqa: PLC0415 - as the simulator

        return np.concatenate([render(world, CAMERAS[name], size) for name in cameras], axis=1)


DESK = DeskKind()
