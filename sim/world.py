"""What a world must offer, ours and yours: play, rollouts, commands, films and servers step it through this.

A `World` is one that runs: it is set up from a scene and stepped with actions. A `WorldKind` is what is known
of such worlds without running one: their spec, task families and scenes, and how one is opened. The desk's is
`sim.kinds.desk.DESK`; a kind of your own is named by where it stands, as "my_package.pucks:PUCKS".
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, runtime_checkable

import numpy as np

from sim.common.printable import shown
from sim.common.seeds import BEYOND, rng_of
from sim.goal_draw import Allows, first_possible
from sim.observation import Observation, padded
from sim.randomize.presets import NOMINAL
from sim.state import Array, State
from sim.task import Goal, Hindrance, Region, Task, Truth, goals_in, goals_of, task_named, with_amount
from sim.visible import Visible
from sim.world_spec import WorldSpec

ATTEMPTS = 300  # scenes drawn to find one in which something is possible


@runtime_checkable
class Scene(Protocol):
    """How a world is found: all that an episode begins with, drawn from a seed."""

    @property
    def seed(self) -> int:
        """What it was drawn from."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Its movable objects in words, in the order of their rows; no two have the same name."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, for `WorldKind.scene_from`."""
        ...


class World(Protocol):
    """A world that runs."""

    def build(self, scene: Any) -> State:
        """Take down what there is and set the scene up; returns its first state."""
        ...

    def step(self, action: Any) -> State:
        """Carry out one action (7,), cut to [-1, 1], for one control period; returns the state after it."""
        ...

    def state(self) -> State:
        """The true state now, which tasks are judged by."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


class Sensor(Protocol):
    """What a policy sees of one episode; it never gets the state itself."""

    def observe(self, state: State) -> Observation:
        """The observation of the episode's next timestep."""
        ...


class Player(Protocol):
    """Who plays: its next action depends on what it sees and on what it draws."""

    def act(self, state: State) -> Array:
        """The next action (7,)."""
        ...


class WorldKind(Visible, ABC):
    """A kind of world. The methods without a body here are what it must offer; the others it may."""

    spec: WorldSpec
    tasks: Sequence[Task]  # its families, in the order in which tables print them
    more_tasks: Sequence[Task] = ()  # families that play is not described by, and that can be asked for
    regions: tuple[str, ...] = ()  # names of parts of the ground, for `region`
    per_process: int = 64  # the most worlds that one process can hold
    axes: str = "the world's own"  # in words: where the origin of its frame is, and which way its axes point
    joint_unit: str = "m or rad"  # of its fixtures' joints, in words
    # For model cards, in words:
    about: str = ""  # its robot and where that is; "" for their names
    place: str = "in its world"  # where its things are
    engine: str = ""  # the physics engine that it runs on, as a tag

    # -- scenes ----------------------------------------------------------------------------------

    def check_scenes(self, config: Any) -> None:
        """Raise ValueError if no scenes of a `SceneConfig` can be drawn.

        Here: more objects than there can be, layouts of the desk's furniture, and randomised worlds.
        """
        if not config.any_layout:
            raise ValueError(
                f"the world {self.spec.name} has no layouts: leave out {' and '.join(config.layouts)}"
            )
        if config.world != NOMINAL:
            raise ValueError(
                f"the world {self.spec.name} has no dynamics to randomise: leave out world={config.world}"
            )
        if config.n_objects > self.spec.most_objects:
            raise ValueError(
                f"the world {self.spec.name} has at most {self.spec.most_objects} objects, "
                f"not {config.n_objects}: say n_objects={self.spec.most_objects}"
            )

    @abstractmethod
    def draw(self, seed: int, config: Any) -> Any:
        """A `Scene`: same seed and config, same scene. `config` is a `SceneConfig`."""

    def draw_for(self, task: str, seed: int, config: Any, allows: Allows | None = None) -> tuple[Any, Goal]:
        """A scene in which the family is possible and not done, and a goal of it that is allowed.

        Here scenes are drawn until there is one; a kind that can arrange one does better to. Raises
        `UnknownTask` and `CannotDraw`.
        """
        family, rng = self.task(task), rng_of(self.spec.name, seed, sum(map(ord, task)))
        world = self.open()
        try:
            seeds = rng.integers(BEYOND, 1 << 62, ATTEMPTS)  # none of them is a scene of play
            scenes = (self.draw(int(one), config) for one in seeds)
            built = ((scene, world.build(scene)) for scene in scenes)
            goals = partial(self.goals, family, rng=rng)
            return first_possible(family, built, rng, goals, self.possible, allows)
        finally:
            world.close()

    @abstractmethod
    def scene_from(self, raw: Any) -> Any:
        """The scene of a `Scene.to_dict`; raises ValueError for what is none."""

    def draw_asked(self, seed: int, config: Any, layout: str, dynamics: Mapping[str, float]) -> Any:
        """The `Scene` that a person asks for: as `draw`, in one of `layouts` ("" for any of them) and with
        values of some `factors`. A kind that has neither need not say how.
        """
        del layout, dynamics
        return self.draw(seed, config)

    def mismatch(self, scene: Any, states: State) -> str:
        """Why recorded states (T, ...) cannot be of a scene; "" if they may."""
        del scene, states
        return ""

    # -- running ---------------------------------------------------------------------------------

    @abstractmethod
    def open(self, pictures: bool = False) -> Any:
        """A `World`; with `pictures`, one that can be photographed."""

    @property
    def changes(self) -> bool:
        """Whether a running world can be given other dynamics: a kind that can says how, in `change`."""
        return type(self).change is not WorldKind.change

    def change(self, world: Any, scene: Any) -> None:
        """From now on let a running world have the dynamics of another scene, where a kind has dynamics."""
        del world, scene

    def sensor(self, scene: Any) -> Sensor:
        """What a policy sees in the scene; noise-free unless a kind has noise."""
        del scene
        return Clear(self.spec.most_objects)

    def sense(self, states: State, scene: Any) -> tuple[Observation, bool]:
        """The observations of a whole episode (T, ...), and whether they have errors."""
        del scene
        return padded(states, self.spec.most_objects), False

    def arrived(self, actions: Array, scene: Any) -> Array:
        """Actions (T, 7) as they arrived at the hand, where the scene's dynamics delay or turn them."""
        del scene
        return actions

    # -- acting ----------------------------------------------------------------------------------

    @abstractmethod
    def player(self, rng: np.random.Generator, scene: Any) -> Player:
        """Who collects play: a player of the kind's own, or `sim.kinds.skill_player.SkillPlayer`."""

    def expert(self, state: State, goal: Goal, scene: Any, before: State | None = None) -> Array:
        """The next action (7,) of a scripted expert, who knows goal and scene: the family's skill.

        `before` is the state in which the goal was given, which amounts are measured from.
        """
        del scene
        return self.task(goal.task).act(state if before is None else before, state, goal, None)

    def goals(self, family: Task, scene: Any, state: State, rng: np.random.Generator) -> tuple[Goal, ...]:
        """What can be asked for of a family in a scene, possible or not.

        Of the families that play is described by: every way to fill their things with objects. Of others also
        with fixtures and regions, and an amount from `rng` where one is needed.
        """
        if family in self.tasks:
            return goals_of(family, state.n_objects)
        regions = [self.region(scene, name) for name in self.regions] if family.in_region else []
        return tuple(with_amount(family, goal, rng) for goal in goals_in(family, state, regions))

    def region(self, scene: Any, name: str) -> Region:
        """The part of the ground of that name in a scene; raises ValueError where there is none."""
        del scene
        raise ValueError(f"the world {self.spec.name} has no region named {shown(name)}")

    def foreseen(self, goal: Goal, state: State, rng: np.random.Generator) -> State:
        """The state once a goal has been reached and the hand has left, as foreseen without physics.

        Raises ValueError for a kind that foresees nothing.
        """
        del goal, state, rng
        raise ValueError(f"in the world {self.spec.name} nothing can be asked for after something else")

    # -- families --------------------------------------------------------------------------------

    def task(self, name: object) -> Task:
        """The family of that name, of `tasks` or `more_tasks`; raises `UnknownTask`."""
        return task_named(name, (*self.tasks, *self.more_tasks))

    def achieved(self, goal: Goal, before: State, after: State) -> Truth:
        """Whether the goal was reached between the two states; vectorised over leading axes."""
        return self.task(goal.task).achieved(before, after, goal)

    def possible(self, goal: Goal, state: State) -> bool:
        """Whether the goal can be reached from here in one act, and is not reached already."""
        return self.task(goal.task).can(state, goal)

    def hindrance(self, goal: Goal, state: State) -> Hindrance | None:
        """What there is against beginning: it is done already, or cannot be done; None if nothing is."""
        return self.task(goal.task).hindered(state, goal.object, goal.other)

    def fallen(self, state: State, which: int) -> Truth:
        """Where an object is off the ground that things lie on, and nothing brings it back: (...,)."""
        return np.zeros_like(state.pos(which)[..., 2], bool)

    def rows(self, goal: Goal) -> tuple[int, int]:
        """Rows of an observation of (what is acted on, what it is related to); -1 for none."""
        fixture = self.task(goal.task).fixture
        row = self.spec.most_objects + self.spec.fixed.index(fixture) if fixture else -1
        if goal.object < 0:
            return row, -1
        return goal.object, row if fixture else goal.other


@dataclass(frozen=True)
class Clear:
    """A sensor without errors."""

    most_objects: int

    def observe(self, state: State) -> Observation:
        """The state, padded."""
        return padded(state, self.most_objects)
