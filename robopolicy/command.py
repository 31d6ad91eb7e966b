"""One sentence to the robot: it acts until it has done what it understood, rests, or the time is up.

Then we see a film, and hear in the relabeller's words what happened.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from data.relabel import happened
from data.splits import train_objects
from robopolicy.agent import Agent, Understood
from robopolicy.checkpoint import load_checkpoint
from robopolicy.errors import UserError
from robopolicy.evaluate import checkpoint_hash
from robopolicy.films import picture, slug
from robopolicy.plan import layouts_of, preset_of
from robopolicy.video import Frame, captioned, same_size, write_mp4
from sim.draw import SceneConfig, draw_scene
from sim.observation import Observation, entity_names
from sim.scene import Scene
from sim.sensing import Sensor
from sim.state import Array, State, stack
from sim.tasks import TASKS, Goal, achieved, task_named
from sim.world import CONTROL_HZ, World

REST = 10  # control steps within which the hand has to stay for the robot to count as resting
AFTER = 6  # control steps that it goes on after it did what it understood: letting go, moving away
STILL = 0.004  # m that a resting hand may drift in them


@dataclass(frozen=True)
class CommandConfig:
    """Who is told what, where."""

    sentence: str | None = None  # what to do; without it, commands are read from the terminal
    checkpoint: str = "benchmark"  # folder of the policy, or the "benchmark" that is shipped
    output: str = "runs/command"  # folder for the videos
    seed: int = 0  # of the scene
    world: str = "nominal"  # nominal, train, held_out, held_out:A+B, A=0.5+B=2, or one layout by its name
    n_objects: int = 3  # movable objects on the desk, 1 to 5
    max_steps: int = 120  # control steps (0.1 s) after which it stops
    video: bool = True  # write an MP4 of each command

    def __post_init__(self) -> None:
        if self.sentence is not None and not self.sentence.strip():
            raise EmptyCommand
        SceneConfig(n_objects=self.n_objects, layouts=layouts_of(self.world))
        if self.max_steps < 1:
            raise ValueError(f"max_steps must be at least 1, not {self.max_steps}")


class EmptyCommand(UserError):
    """Nothing was said."""

    def __init__(self) -> None:
        super().__init__('the command is empty; say what to do: robopolicy command "open the drawer"')


class Actor(Protocol):
    """What a session needs of an agent: it serves a batch, here of one."""

    def reset(self, commands: list[str], names: list[tuple[str, ...]]) -> Sequence[Understood] | None: ...

    def act(self, observation: Observation) -> Array: ...


class Told(NamedTuple):
    """What came of one command."""

    sentence: str
    understood: Understood | None
    states: State  # (T + 1)
    happened: list[str]  # in words
    video: Path | None


class Session:
    """A robot in a world that stays as commands leave it."""

    def __init__(self, config: CommandConfig, actor: Actor | None = None) -> None:
        self.config = config
        self._actor = actor or _load(config.checkpoint)
        self._world = World(visuals=config.video)
        desks = SceneConfig(
            config.n_objects, layouts_of(config.world), train_objects(), preset_of(config.world)
        )
        self.scene: Scene = draw_scene(config.seed, desks)
        self._sensor = Sensor(self.scene)
        self._seen = self._sensor.observe(self._world.build(self.scene))
        self._count = 0

    def tell(self, sentence: str) -> Told:
        """Carry out a sentence; raises `EmptyCommand`."""
        if not sentence.strip():
            raise EmptyCommand
        states, frames = [self._world.state()], list(self._frames())
        answer = self._actor.reset([sentence], [entity_names(self.scene.names)])
        understood = answer[0] if answer else None
        goal = _goal(understood, self.scene.names) if understood else None
        for action in self._actions(states, goal):
            states.append(self._world.step(action))
            self._seen = self._sensor.observe(states[-1])
            frames += self._frames()
        episode = stack(states)
        words = happened(episode, self.scene.names)
        self._count += 1
        video = self._write(sentence, frames, words) if frames else None
        return Told(sentence, understood, episode, words, video)

    def close(self) -> None:
        self._world.close()

    def _actions(self, states: list[State], goal: Goal | None) -> Iterator[Array]:
        left = self.config.max_steps
        while left > 0:
            yield self._actor.act(Observation(*(field[None] for field in self._seen)))[0]
            left -= 1
            if resting(states):
                return
            if goal and achieved(goal, states[0], states[-1]):
                left, goal = min(left, AFTER), None

    def _frames(self) -> Iterator[Frame]:
        if self.config.video:
            yield picture(self._world)

    def _write(self, sentence: str, frames: list[Frame], words: list[str]) -> Path:
        path = Path(self.config.output) / f"{self._count:02d}-{slug(sentence)}.mp4"
        end = "; ".join(words) or "nothing happened"
        told = [captioned(f, sentence, f"{i / CONTROL_HZ:.1f} s") for i, f in enumerate(frames)]
        write_mp4(path, same_size([*told, *[captioned(frames[-1], sentence, end)] * 12]), CONTROL_HZ)
        return path


def resting(states: list[State]) -> bool:
    """Whether the hand has kept still for a while after having moved."""
    if len(states) <= REST:
        return False
    hand = np.stack([state.ee_pos for state in states[-REST - 1 :]])
    grip = [float(state.gripper) for state in states[-REST - 1 :]]
    return bool(np.ptp(hand, axis=0).max() < STILL and max(grip) - min(grip) < STILL)


def _goal(understood: Understood, names: tuple[str, ...]) -> Goal | None:
    """What the policy took the sentence to ask for, as a goal that can be judged; None if it is none."""
    if understood.family not in {task.name for task in TASKS}:
        return None
    things = [thing for thing in (understood.target, understood.other) if thing in names]
    task = task_named(understood.family)
    if len(things) != task.arguments:
        return None
    return Goal(task.name, *(names.index(thing) for thing in things))


def _load(checkpoint: str) -> Actor:
    checkpoint_hash(checkpoint)  # refuses a folder that is none
    return Agent(load_checkpoint(checkpoint))
