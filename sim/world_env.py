"""Any kind of world as a Gymnasium environment.

    import gymnasium
    import sim.world_env  # registers the id; or make("sim.world_env:robopolicy/World-v0", ...)

    env = gymnasium.make("robopolicy/World-v0", kind="examples.pucks:PUCKS")
    observation, info = env.reset(seed=0)
    observation, reward, terminated, truncated, info = env.step(env.action_space.sample())

Observations are `sim.observation.Observation` as a dict; `info["names"]` are the words for its rows and
`info["state"]` is the `State` that tasks are judged by. There is no shaped reward: the reward is 0,
unless a reset was given a task, whose achievement ends the episode with a reward of 1.

After a step, `info["clipped"]` says whether the action was cut to [-1, 1]; `info["fallen"]` are the names
of the objects that fell off what they lay on, which ends nothing: nothing brings them back but a reset.
"""

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from sim.common.action import seven
from sim.common.checks import one_of
from sim.common.errors import BadArgument
from sim.common.printable import shown
from sim.desk.scenes.sampler import SceneConfig
from sim.kinds.registry import kind_of_world
from sim.observation import FAR_AWAY, Observation
from sim.state import HAND_DIM, THING_DIM, Array, State
from sim.task import Goal, check_goal
from sim.world import Scene, Sensor, WorldKind

ID = "robopolicy/World-v0"
OPTIONS = ("scene", "task", "goal")
RENDER_MODES = ("rgb_array",)

Observed = dict[str, Array]


class WorldEnv(gymnasium.Env[Any, Array]):
    """A running world of a kind, which is given as a `WorldKind` or by its name.

    `reset(options=...)` takes a `scene` (else one is drawn, as `config` says), a `task` (a family's name:
    a scene is drawn in which it is possible, and a goal with it) or a `scene` and a `goal` (a `Goal`).
    """

    metadata: dict[str, Any] = {"render_modes": list(RENDER_MODES)}  # noqa: RUF012

    def __init__(
        self, kind: WorldKind | str, config: SceneConfig | None = None, render_mode: str | None = None
    ) -> None:
        if not isinstance(kind, WorldKind | str):
            raise BadArgument("kind", "a WorldKind, or the name of one", kind)
        self._kind = kind_of_world(kind) if isinstance(kind, str) else kind
        spec = self._kind.spec
        modes = RENDER_MODES if spec.cameras else ()
        if render_mode is not None and not one_of(render_mode, modes):
            raise BadRenderMode(render_mode, modes)
        if config is not None and not isinstance(config, SceneConfig):
            raise BadArgument("config", "a SceneConfig or None", config)
        self.render_mode = render_mode
        self.metadata = {"render_modes": list(modes), "render_fps": spec.control_hz}
        self._config = config or SceneConfig(spec.usual_objects)
        self._kind.check_scenes(self._config)
        self._world: Any = self._open(render_mode is not None)
        self._sensor: Sensor
        self._scene: Any = None
        self._before: State | None = None
        self._goal: Goal | None = None
        self._names: tuple[str, ...] = ()
        self.action_space = spaces.Box(-1.0, 1.0, (7,), np.float32)
        self.observation_space = spaces.Dict(
            {
                "proprio": spaces.Box(-FAR_AWAY, FAR_AWAY, (HAND_DIM,), np.float32),
                "entities": spaces.Box(-FAR_AWAY, FAR_AWAY, (spec.most_things, THING_DIM), np.float32),
                "mask": spaces.Box(0.0, 1.0, (spec.most_things,), np.float32),
            }
        )

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observed, dict[str, Any]]:
        """Rebuild the world; the scene depends on the seed, and on nothing if one is given.

        Raises `BadOptions`, `UnknownTask`, `BadArgument`, and what the world raises.
        """
        super().reset(seed=seed)
        scene, goal = self._drawn({} if options is None else options)
        self._before = state = self._world.build(scene)
        return self._begin(scene, goal, self._kind.sensor(scene), state)

    def step(self, action: Array) -> tuple[Observed, float, bool, bool, dict[str, Any]]:
        """One action of seven numbers in [-1, 1], see `sim.world_spec.ActionSpec`. Raises `BadAction`."""
        before, given = self._running(), seven(action)
        state = self._world.step(action)
        done = self._goal is not None and bool(self._kind.achieved(self._goal, before, state))
        info = self._info(state, clipped=max(given) > 1 or min(given) < -1)
        return self._observed(self._sensor.observe(state)), float(done), done, False, info

    def render(self) -> NDArray[np.uint8] | None:
        """(H, W, 3) uint8 if the environment was made with `render_mode="rgb_array"`."""
        if self.render_mode is None:
            return None
        self._running()
        return self._kind.picture(self._world)

    def close(self) -> None:
        """Give back what the world holds; closing twice is harmless."""
        self._world.close()

    @property
    def scene(self) -> Any:
        """The scene of this episode."""
        self._running()
        return self._scene

    @property
    def goal(self) -> Goal | None:
        """The goal of this episode, if it has one."""
        return self._goal

    def _open(self, pictures: bool) -> Any:
        """The world; with `pictures`, one that can be photographed."""
        return self._kind.open(pictures)

    def _begin(
        self, scene: Any, goal: Goal | None, sensor: Sensor, state: State
    ) -> tuple[Observed, dict[str, Any]]:
        """Go on from this state, in this scene; returns what `reset` returns."""
        self._scene, self._goal, self._sensor = scene, goal, sensor
        self._names = self._kind.spec.names(scene.names)
        return self._observed(sensor.observe(state)), self._info(state)

    def _drawn(self, options: dict[str, Any]) -> tuple[Any, Goal | None]:
        if not isinstance(options, dict) or not options.keys() <= set(OPTIONS):
            raise BadOptions(options)
        scene, task, goal = (options.get(key) for key in OPTIONS)
        if (scene is not None and task is not None) or (goal is not None and scene is None):
            raise BadOptions(options)
        if scene is not None:
            self._check_scene(scene)
            if goal is not None:
                check_goal(goal, len(scene.names), self._kind.tasks)
            return scene, goal
        seed = int(self.np_random.integers(2**31))
        if task is not None:
            return self._kind.draw_for(self._kind.task(task).name, seed, self._config)
        return self._kind.draw(seed, self._config), None

    def _check_scene(self, scene: object) -> None:
        """Raises `BadArgument` for what is no scene."""
        if not isinstance(scene, Scene):
            raise BadArgument("the option scene", "a scene of the world, as its kind draws one", scene)

    def _running(self) -> State:
        """The state that the episode began with."""
        if self._before is None:
            raise gymnasium.error.ResetNeeded("reset the environment before anything else")
        return self._before

    def _info(self, state: State, clipped: bool = False) -> dict[str, Any]:
        off = self._fallen(state)
        return {"names": self._names, "state": state, "clipped": clipped, "fallen": off}

    def _fallen(self, state: State) -> tuple[str, ...]:
        """The names of the objects that fell."""
        return tuple(self._names[i] for i in range(state.n_objects) if self._kind.fallen(state, i))

    def _observed(self, observation: Observation) -> Observed:
        """As the observation space has it: what is farther away than anything is seen at its edge."""
        seen = observation._asdict()
        if np.abs(observation.entities).max(initial=0) > FAR_AWAY:
            seen = {name: np.clip(value, -FAR_AWAY, FAR_AWAY) for name, value in seen.items()}
        return seen


class BadOptions(ValueError):
    """Options that `reset` cannot make sense of."""

    def __init__(self, options: object) -> None:
        super().__init__(
            f"reset was given the options {shown(options)}; it takes a scene,"
            " or a task, or a scene and a goal, in a dict"
        )


class BadRenderMode(ValueError):
    """A render mode that there is not."""

    def __init__(self, mode: object, modes: tuple[str, ...] = RENDER_MODES) -> None:
        there = f"{', '.join(modes)} and None are" if modes else "None is, as this world has no cameras"
        super().__init__(f"render_mode={shown(mode)} is not there; {there}")


def register() -> None:
    """Tell Gymnasium the id; twice is harmless."""
    if ID not in gymnasium.registry:
        gymnasium.register(ID, entry_point="sim.world_env:WorldEnv")


register()
