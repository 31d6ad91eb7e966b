"""One sentence to the robot: it acts until it has done what it understood, rests, or the time is up.

Then we see a film, and hear in the relabeller's words what happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from data.common.atomic_io import check_writable
from data.common.bounds import MOST_CONTROL_STEPS, MOST_SEED, check_bounds
from data.language.held_out import train_objects
from data.language.sentence import SPOKEN, checked
from robopolicy.adaptation.dynamics_filter import in_words
from robopolicy.common.errors import UserError
from robopolicy.common.text import slug
from robopolicy.common.world_option import layouts_of, preset_of
from robopolicy.policies.agent import Agent
from robopolicy.policies.base.intent import Intent
from robopolicy.policies.checkpoint import doubts_of, hash_of, load_checkpoint
from robopolicy.reporting.video_io import Frame, captioned, same_size, write_mp4
from robopolicy.reporting.videos import picture
from robopolicy.runtime.execution import Actor, Errand
from sim.desk.constants import CONTROL_HZ
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import SceneConfig, draw_scene
from sim.desk.sensors import Sensor
from sim.desk.simulator import World
from sim.state import State, stack


@dataclass(frozen=True)
class CommandConfig:
    """Who is told what, where."""

    sentence: str | None = field(default=None, metadata=SPOKEN)  # what to do; null: read commands
    checkpoint: str = "benchmark"  # folder of the policy, or the "benchmark" that is shipped
    output: str = "runs/command"  # folder for the videos
    seed: int = 0  # of the scene
    world: str = "nominal"  # nominal, train, held_out, held_out:A+B, A=0.5+B=2, or one layout by its name
    n_objects: int = 3  # movable objects on the desk, 1 to 5
    max_steps: int = 120  # control steps (0.1 s) after which it stops
    video: bool = True  # write an MP4 of each command
    refuse: bool = True  # do nothing about what cannot be done here, or is done already

    def __post_init__(self) -> None:
        if self.sentence is not None:
            _spoken(self.sentence)
        SceneConfig(n_objects=self.n_objects, layouts=layouts_of(self.world))
        check_bounds(self, {"max_steps": (1, MOST_CONTROL_STEPS), "seed": (0, MOST_SEED)})


class EmptyCommand(UserError):
    """Nothing was said."""

    def __init__(self) -> None:
        super().__init__('the command is empty; say what to do: robopolicy command "close the drawer"')


def _spoken(sentence: str) -> None:
    """Refuse what is no sentence."""
    if not checked(sentence).strip():
        raise EmptyCommand


class Told(NamedTuple):
    """What came of one command."""

    sentence: str
    understood: Intent | None
    states: State  # (T + 1)
    happened: list[str]  # in words
    video: Path | None
    world: str = ""  # how the policy has found the world to obey, in words; "" for as it ought to
    why: str = ""  # why nothing was done, in a sentence; "" if something was tried


class Session:
    """A robot in a world that stays as commands leave it."""

    def __init__(self, config: CommandConfig, actor: Actor | None = None) -> None:
        self.config = config
        if config.video:
            check_writable(Path(config.output))
        self._actor = actor or _load(config.checkpoint, config.refuse)
        self._world = World(visuals=config.video)
        desks = SceneConfig(
            config.n_objects, layouts_of(config.world), train_objects(), preset_of(config.world)
        )
        self.scene: Scene = draw_scene(config.seed, desks)
        self._sensor = Sensor(self.scene)
        self._seen = self._sensor.observe(self._world.build(self.scene))
        self._count = 0

    def tell(self, sentence: str) -> Told:
        """Carry out a sentence; raises `EmptyCommand` and `BadSentence`."""
        _spoken(sentence)
        errand = Errand(
            self._actor,
            sentence,
            self.scene.names,
            self._world.state(),
            self._seen,
            self.config.max_steps,
            self.config.refuse,
        )
        frames = list(self._frames())
        while not errand.over:
            errand.saw(self._world.step(errand.act(self._seen)))
            self._seen = self._sensor.observe(errand.states[-1])
            frames += self._frames()
        if errand.why:
            return Told(sentence, errand.understood, stack(errand.states), [], None, why=errand.why)
        words = errand.happened()
        self._count += 1
        video = self._write(sentence, frames, words) if frames else None
        world = in_words(self._actor.world) if self._actor.world else ""
        return Told(sentence, errand.understood, stack(errand.states), words, video, world)

    def close(self) -> None:
        self._world.close()

    def _frames(self) -> Iterator[Frame]:
        if self.config.video:
            yield picture(self._world)

    def _write(self, sentence: str, frames: list[Frame], words: list[str]) -> Path:
        path = Path(self.config.output) / f"{self._count:02d}-{slug(sentence)}.mp4"
        end = "; ".join(words) or "nothing happened"
        told = [captioned(f, sentence, f"{i / CONTROL_HZ:.1f} s") for i, f in enumerate(frames)]
        write_mp4(path, same_size([*told, *[captioned(frames[-1], sentence, end)] * 12]), CONTROL_HZ)
        return path


def _load(checkpoint: str, refuse: bool) -> Actor:
    hash_of(checkpoint)  # refuses a folder that is none
    return Agent(load_checkpoint(checkpoint), doubts=doubts_of(checkpoint) if refuse else None)
