"""The desk as a Gymnasium environment.

    import gymnasium
    import sim.env  # registers the id; or make("sim.env:robopolicy/Desk-v0") without importing it

    env = gymnasium.make("robopolicy/Desk-v0", n_objects=3)
    observation, info = env.reset(seed=0)
    observation, reward, terminated, truncated, info = env.step(env.action_space.sample())

Observations are `sim.observation.Observation` as a dict; `info["names"]` are the words for its rows and
`info["state"]` is the `State` that tasks are judged by. There is no shaped reward: the reward is 0,
unless a reset was given a task, whose achievement ends the episode with a reward of 1.

After a step, `info["clipped"]` says whether the action was cut to [-1, 1]; `info["fallen"]` are the names
of the objects that are off the desk, which ends nothing: nothing brings them back but a reset.
"""

from typing import Any, Literal, NamedTuple

import gymnasium
import numpy as np
from gymnasium import spaces

from sim.bullet.actuation import seven
from sim.common.checks import one_of, whole
from sim.common.errors import BadArgument, BadSnapshot
from sim.common.printable import shown
from sim.desk.cameras import SIZE, Picture, camera_named, check_size, render
from sim.desk.constants import CONTROL_HZ, MAX_THINGS
from sim.desk.rows import entity_names
from sim.desk.scene import MOST, Scene
from sim.desk.scenes.sampler import SceneConfig, draw_scene, draw_scene_for, initial_state
from sim.desk.sensors import Memory, Sensor
from sim.desk.simulator import World
from sim.desk.snapshot import Snapshot, check_snapshot
from sim.desk.tasks.families import Goal, achieved, check_goal
from sim.desk.tasks.geometry import FALLEN, fallen
from sim.observation import FAR_AWAY, Observation
from sim.randomize.presets import NOMINAL
from sim.state import HAND_DIM, THING_DIM, Array, State

ID = "robopolicy/Desk-v0"
OPTIONS = ("scene", "task", "goal")

Observed = dict[str, Array]


class Saved(NamedTuple):
    """Where an episode is, as plain values."""

    snapshot: Snapshot
    before: State  # what it began with
    goal: Goal | None
    memory: Memory  # of its sensors


class DeskEnv(gymnasium.Env[Any, Array]):
    """A Panda at a furnished desk, in a physics world of its own.

    `reset(options=...)` takes a `scene` (a `Scene`, else one is drawn), a `task` (the name of a family:
    a scene is drawn in which it is possible, and a goal with it) or a `scene` and a `goal` (a `Goal`).
    `config` overrides `n_objects` and `world` (see `sim.randomize.presets`).
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
        if render_mode is not None and not one_of(render_mode, ("rgb_array",)):
            raise BadRenderMode(render_mode)
        if config is not None and not isinstance(config, SceneConfig):
            raise BadArgument("config", "a SceneConfig or None", config)
        self.render_mode = render_mode
        self.metadata = {**self.metadata, "render_fps": control_hz}
        self._config = config or SceneConfig(n_objects=n_objects, world=world)
        self._camera, self._size = camera_named(camera), check_size(size)
        self._world = World(control_hz, render_mode is not None, renderer)
        self._before: State | None = None
        self._goal: Goal | None = None
        self._names: tuple[str, ...] = ()
        self.action_space = spaces.Box(-1.0, 1.0, (7,), np.float32)
        self.observation_space = spaces.Dict(
            {
                "proprio": spaces.Box(-FAR_AWAY, FAR_AWAY, (HAND_DIM,), np.float32),
                "entities": spaces.Box(-FAR_AWAY, FAR_AWAY, (MAX_THINGS, THING_DIM), np.float32),
                "mask": spaces.Box(0.0, 1.0, (MAX_THINGS,), np.float32),
            }
        )

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observed, dict[str, Any]]:
        """Rebuild the world; the scene depends on the seed, and on nothing if one is given.

        Raises `BadOptions`, `UnknownTask`, `BadArgument`, and `ClosedWorld` after `close`.
        """
        super().reset(seed=seed)
        scene, goal = self._drawn({} if options is None else options)
        self._before = self._world.build(scene)
        self._goal, self._names, self._sensor = goal, entity_names(scene.names), Sensor(scene)
        return _dict(self._sensor.observe(self._before)), self._info(self._before)

    def step(self, action: Array) -> tuple[Observed, float, bool, bool, dict[str, Any]]:
        """One action of seven numbers in [-1, 1], see `World.step`. Raises `BadAction`."""
        before, given = self._running(), seven(action)
        state = self._world.step(action)
        done = self._goal is not None and bool(achieved(self._goal, before, state))
        info = self._info(state, clipped=max(given) > 1 or min(given) < -1)
        return _dict(self._sensor.observe(state)), float(done), done, False, info

    def render(self) -> Picture | None:  # type: ignore[override]
        """(H, W, 3) uint8 if the environment was made with `render_mode="rgb_array"`."""
        if self.render_mode is None:
            return None
        self._running()
        return render(self._world, self._camera, self._size)

    def close(self) -> None:
        """Give the physics client back; closing twice is harmless."""
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
        return Saved(self._world.save(), before, self._goal, self._sensor.memory)

    def restore_state(self, saved: Saved) -> tuple[Observed, dict[str, Any]]:
        """Go back to a saved state, of this environment or another; returns what `reset` returns.

        All restores of one saved state have the same future, bit for bit. Raises `BadSnapshot`.
        """
        if not isinstance(saved, Saved):
            raise BadSnapshot("a saved state", "what save_state returned", saved)
        snapshot, before, goal, memory = saved
        check_snapshot(snapshot)
        if goal is not None:
            check_goal(goal, len(snapshot.scene.objects))
        if not _alike(before, initial_state(snapshot.scene)):
            raise BadSnapshot("a saved state's before", "a finite State of its scene", before)
        if not _remembers(memory, len(snapshot.scene.objects)):
            raise BadSnapshot("a saved state's memory", "what its sensors had seen", memory)
        state = self._world.restore(snapshot)
        self._before, self._goal, self._names = before, goal, entity_names(snapshot.scene.names)
        self._sensor = Sensor(snapshot.scene, memory)
        return _dict(self._sensor.observe(state)), self._info(state)

    def _drawn(self, options: dict[str, Any]) -> tuple[Scene, Goal | None]:
        if not isinstance(options, dict) or not options.keys() <= set(OPTIONS):
            raise BadOptions(options)
        scene, task, goal = (options.get(key) for key in OPTIONS)
        if (scene is not None and task is not None) or (goal is not None and scene is None):
            raise BadOptions(options)
        if scene is not None:
            if not isinstance(scene, Scene):
                raise BadArgument("the option scene", "a Scene, as draw_scene draws one", scene)
            if goal is not None:
                check_goal(goal, len(scene.objects))
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

    def _info(self, state: State, clipped: bool = False) -> dict[str, Any]:
        heights = state.objects[:, 2].tolist()
        low = [i for i, z in enumerate(heights) if z < -FALLEN]  # cheap, at every step
        off = tuple(self._names[i] for i in low if fallen(state, i))
        return {"names": self._names, "state": state, "clipped": clipped, "fallen": off}


class BadOptions(ValueError):
    """Options that `reset` cannot make sense of."""

    def __init__(self, options: object) -> None:
        super().__init__(
            f"reset was given the options {shown(options)}; it takes a scene,"
            " or a task, or a scene and a goal, in a dict"
        )


class BadRenderMode(ValueError):
    """A render mode that there is not."""

    def __init__(self, mode: object) -> None:
        super().__init__(f"render_mode={shown(mode)} is not there; rgb_array and None are")


def _dict(observation: Observation) -> Observed:
    """As the observation space has it: what falls off the floor too is seen at its edge for ever."""
    seen = observation._asdict()
    if observation.entities[:, 2].min() < -1.0:  # m: below the floor, and only then is anything so far
        seen = {name: np.clip(value, -FAR_AWAY, FAR_AWAY) for name, value in seen.items()}
    return seen


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
