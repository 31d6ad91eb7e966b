"""The desk as a Gymnasium environment.

    import gymnasium
    import sim.env  # registers the id; or make("sim.env:robopolicy/Desk-v0") without importing it

    env = gymnasium.make("robopolicy/Desk-v0", n_objects=3)
    observation, info = env.reset(seed=0)
    observation, reward, terminated, truncated, info = env.step(env.action_space.sample())

It is a `sim.world_env.WorldEnv`, where observations, rewards and infos are explained, with what only the
desk has: a choice of cameras, renderer and control rate, and states that can be saved.
"""

from typing import Any, Literal, NamedTuple

import gymnasium
import numpy as np

from sim.common.checks import whole
from sim.common.errors import BadArgument, BadSnapshot
from sim.desk.cameras import SIZE, Picture, camera_named, check_size, render
from sim.desk.constants import CONTROL_HZ
from sim.desk.scene import MOST, Scene
from sim.desk.scenes.sampler import SceneConfig, initial_state
from sim.desk.sensors import Memory, Sensor
from sim.desk.simulator import World
from sim.desk.snapshot import Snapshot, check_snapshot
from sim.desk.tasks.families import check_goal
from sim.desk.tasks.geometry import FALLEN
from sim.kinds.desk import DESK
from sim.randomize.presets import NOMINAL
from sim.state import THING_DIM, State
from sim.task import Goal
from sim.world_env import RENDER_MODES, BadOptions, BadRenderMode, Observed, WorldEnv

__all__ = ("ID", "BadOptions", "BadRenderMode", "DeskEnv", "Observed", "Saved")

ID = "robopolicy/Desk-v0"


class Saved(NamedTuple):
    """Where an episode is, as plain values."""

    snapshot: Snapshot
    before: State  # what it began with
    goal: Goal | None
    memory: Memory  # of its sensors


class DeskEnv(WorldEnv):
    """A Panda at a furnished desk, in a physics world of its own.

    `config` overrides `n_objects` and `world` (see `sim.randomize.presets`).
    """

    metadata: dict[str, Any] = {"render_modes": list(RENDER_MODES), "render_fps": CONTROL_HZ}  # noqa: RUF012

    _world: World
    _sensor: Sensor  # pyrefly: ignore[bad-override-mutable-attribute]  # a desk's always

    def __init__(
        self,
        n_objects: int = 3,
        control_hz: int = CONTROL_HZ,
        config: SceneConfig | None = None,
        render_mode: str | None = None,
        camera: str = "desk",
        size: tuple[int, int] = SIZE,
        renderer: Literal["tiny", "egl"] = "tiny",
        world: str = NOMINAL,
    ) -> None:
        self._camera, self._size = camera_named(camera), check_size(size)
        self._control_hz = control_hz
        self._renderer: Literal["tiny", "egl"] = renderer
        super().__init__(
            DESK, SceneConfig(n_objects=n_objects, world=world) if config is None else config, render_mode
        )
        self.metadata = {**self.metadata, "render_fps": control_hz}

    def render(self) -> Picture | None:
        """(H, W, 3) uint8 if the environment was made with `render_mode="rgb_array"`."""
        if self.render_mode is None:
            return None
        self._running()
        return render(self._world, self._camera, self._size)

    def save_state(self) -> Saved:
        """Where the episode is: what it needs to go on from here, as plain values."""
        before = self._running()
        return Saved(self._world.save(), before, self._goal, self._sensor.memory)

    def restore_state(self, saved: Saved) -> tuple[Observed, dict[str, Any]]:
        """Go back to a saved state, of this environment or another; returns what `reset` returns.

        All restores of one saved state have the same future, bit for bit. Raises `BadSnapshot`.
        """
        if not isinstance(saved, Saved):
            raise BadSnapshot("a saved state", "what save_state returned", saved)
        snapshot, before, goal, memory = saved
        check_snapshot(snapshot)
        scene = snapshot.scene
        if goal is not None:
            check_goal(goal, len(scene.objects))
        if not _alike(before, initial_state(scene)):
            raise BadSnapshot("a saved state's before", "a finite State of its scene", before)
        if not _remembers(memory, len(scene.objects)):
            raise BadSnapshot("a saved state's memory", "what its sensors had seen", memory)
        state = self._world.restore(snapshot)
        self._before = before
        return self._begin(scene, goal, Sensor(scene, memory), state)

    def _open(self, pictures: bool) -> World:
        return World(self._control_hz, pictures, self._renderer)

    def _check_scene(self, scene: object) -> None:
        if not isinstance(scene, Scene):
            raise BadArgument("the option scene", "a Scene, as draw_scene draws one", scene)

    def _fallen(self, state: State) -> tuple[str, ...]:
        heights = state.objects[:, 2].tolist()
        low = [i for i, z in enumerate(heights) if z < -FALLEN]  # cheap, at every step
        return tuple(self._names[i] for i in low if self._kind.fallen(state, i))


def _alike(state: object, other: State) -> bool:
    """Whether it is a finite state of the same shapes as the other."""
    if not isinstance(state, State) or not all(isinstance(field, np.ndarray) for field in state[:2]):
        return False
    return all(
        a.shape == b.shape and a.dtype.kind == "f" and np.isfinite(a).all()
        for a, b in zip(state[:2], other[:2], strict=True)
    )


def _remembers(memory: object, n_objects: int) -> bool:
    """Whether it is what the sensors of a scene of n objects remember."""
    if not isinstance(memory, tuple) or len(memory) != 2 or not whole(memory[0], 0, MOST):
        return False
    rows = memory[1]
    return rows is None or (isinstance(rows, np.ndarray) and rows.shape == (n_objects, THING_DIM))


def register() -> None:
    """Tell Gymnasium the id; twice is harmless."""
    if ID not in gymnasium.registry:
        gymnasium.register(ID, entry_point="sim.env:DeskEnv")


register()
