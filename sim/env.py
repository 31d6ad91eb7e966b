"""The desk as a Gymnasium environment.

    import gymnasium
    import sim.env  # registers the id; or make("sim.env:robopolicy/Desk-v0") without importing it

    env = gymnasium.make("robopolicy/Desk-v0", n_objects=3)
    observation, info = env.reset(seed=0)
    observation, reward, terminated, truncated, info = env.step(env.action_space.sample())

Observations are `sim.observation.Observation` as a dict; `info["names"]` are the words for its rows and
`info["state"]` is the `State` that tasks are judged by. There is no shaped reward: the reward is 0,
unless a reset was given a task, whose achievement ends the episode with a reward of 1.
"""

from typing import Any, Literal

import gymnasium
import numpy as np
from gymnasium import spaces

from sim.draw import SceneConfig, draw_scene, draw_scene_for
from sim.observation import ENTITY_DIM, MAX_ENTITIES, PROPRIO_DIM, Observation, entity_names
from sim.presets import NOMINAL
from sim.render import SIZE, Picture, camera_named, render
from sim.scene import Scene
from sim.sensing import Memory, Sensor
from sim.state import Array, State
from sim.tasks import Goal, achieved
from sim.world import CONTROL_HZ, Snapshot, World

ID = "robopolicy/Desk-v0"
FAR_AWAY = 20.0  # m, rad: beyond anything that is observed
OPTIONS = ("scene", "task", "goal")

Observed = dict[str, Array]
Saved = tuple[Snapshot, State, Goal | None, Memory]


class DeskEnv(gymnasium.Env[Any, Array]):
    """A Panda at a furnished desk, in a physics world of its own.

    `reset(options=...)` takes a `scene` (a `Scene`, else one is drawn), a `task` (the name of a family:
    a scene is drawn in which it is possible, and a goal with it) or a `scene` and a `goal` (a `Goal`).
    `config` overrides `n_objects` and `world` (see `sim.presets`).
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": CONTROL_HZ}  # noqa: RUF012

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
        if render_mode not in (None, "rgb_array"):
            raise BadRenderMode(render_mode)
        self.render_mode = render_mode
        self.metadata = {**self.metadata, "render_fps": control_hz}
        self._config = config or SceneConfig(n_objects=n_objects, world=world)
        self._camera, self._size = camera_named(camera), size
        self._world = World(control_hz, render_mode is not None, renderer)
        self._before: State | None = None
        self._goal: Goal | None = None
        self._names: tuple[str, ...] = ()
        self.action_space = spaces.Box(-1.0, 1.0, (7,), np.float32)
        self.observation_space = spaces.Dict(
            {
                "proprio": spaces.Box(-FAR_AWAY, FAR_AWAY, (PROPRIO_DIM,), np.float32),
                "entities": spaces.Box(-FAR_AWAY, FAR_AWAY, (MAX_ENTITIES, ENTITY_DIM), np.float32),
                "mask": spaces.Box(0.0, 1.0, (MAX_ENTITIES,), np.float32),
            }
        )

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observed, dict[str, Any]]:
        """Rebuild the world; the scene depends on the seed, and on nothing if one is given."""
        super().reset(seed=seed)
        scene, self._goal = self._drawn(options or {})
        self._names = entity_names(scene.names)
        self._before = self._world.build(scene)
        self._sensor = Sensor(scene)
        return _dict(self._sensor.observe(self._before)), self._info(self._before)

    def step(self, action: Array) -> tuple[Observed, float, bool, bool, dict[str, Any]]:
        """One action of seven numbers in [-1, 1], see `World.step`."""
        before = self._running()
        state = self._world.step(action)
        done = self._goal is not None and bool(achieved(self._goal, before, state))
        return _dict(self._sensor.observe(state)), float(done), done, False, self._info(state)

    def render(self) -> Picture | None:  # type: ignore[override]
        """(H, W, 3) uint8 if the environment was made with `render_mode="rgb_array"`."""
        if self.render_mode is None:
            return None
        self._running()
        return render(self._world, self._camera, self._size)

    def close(self) -> None:
        self._world.close()

    @property
    def scene(self) -> Scene:
        """The scene of this episode."""
        self._running()
        assert self._world.scene is not None
        return self._world.scene

    @property
    def goal(self) -> Goal | None:
        """The goal of this episode, if it has one."""
        return self._goal

    def save_state(self) -> Saved:
        """Where the episode is: what it needs to go on from here, as plain values."""
        before = self._running()
        return self._world.save(), before, self._goal, self._sensor.memory

    def restore_state(self, saved: Saved) -> tuple[Observed, dict[str, Any]]:
        """Go back to a saved instant, of this environment or another; returns what `reset` returns.

        All restores of one instant have the same future, bit for bit.
        """
        snapshot, self._before, self._goal, memory = saved
        self._sensor = Sensor(snapshot.scene, memory)
        self._names = entity_names(snapshot.scene.names)
        state = self._world.restore(snapshot)
        return _dict(self._sensor.observe(state)), self._info(state)

    def _drawn(self, options: dict[str, Any]) -> tuple[Scene, Goal | None]:
        scene, task, goal = (options.get(key) for key in OPTIONS)
        if set(options) - set(OPTIONS) or (task and (scene or goal)) or (goal and not scene):
            raise BadOptions(options)
        if scene is not None:
            return scene, goal
        seed = int(self.np_random.integers(2**31))
        if task is not None:
            return draw_scene_for(task, seed, self._config)
        return draw_scene(seed, self._config), None

    def _running(self) -> State:
        """The state that the episode began with."""
        if self._before is None:
            raise gymnasium.error.ResetNeeded("reset the environment before anything else")
        return self._before

    def _info(self, state: State) -> dict[str, Any]:
        return {"names": self._names, "state": state}


class BadOptions(ValueError):
    """Options that `reset` cannot make sense of."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(
            f"reset was given the options {', '.join(options)}; it takes a scene,"
            " or a task, or a scene and a goal"
        )


class BadRenderMode(ValueError):
    """A render mode that there is not."""

    def __init__(self, mode: object) -> None:
        super().__init__(f"render_mode={mode!r} is not there; rgb_array and None are")


def _dict(observation: Observation) -> Observed:
    return dict(observation._asdict())


def register() -> None:
    """Tell Gymnasium the id; twice is harmless."""
    if ID not in gymnasium.registry:
        gymnasium.register(ID, entry_point="sim.env:DeskEnv")


register()
