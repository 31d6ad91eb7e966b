"""A session: commands carried out one after another in one world, each filmed and told in words.

session = Session(CommandConfig(video=False))
outcome = session.carry_out("close the drawer")
session.close()
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from data.common.atomic_io import check_writable
from data.common.bounds import MOST_CONTROL_STEPS, MOST_SEED, check_bounds
from data.language.held_out import train_objects
from data.language.sentence import SPOKEN, checked
from robopolicy.adaptation.dynamics_filter import in_words
from robopolicy.common.errors import UserError
from robopolicy.common.text import slug
from robopolicy.common.world_option import scenes_in
from robopolicy.policies.agent import Agent
from robopolicy.policies.base.intent import Intent
from robopolicy.policies.checkpoint import doubts_of, hash_of, load_checkpoint
from robopolicy.reporting.video_io import Frame, captioned, same_size, write_mp4
from robopolicy.runtime.execution import AgentLike, Execution
from sim.kinds.registry import kind_of_world
from sim.state import State, stack
from sim.world import WorldKind

END = 1.2  # s for which a film shows what came of the command


@dataclass(frozen=True)
class CommandConfig:
    """Options of a session: which policy is told what, in which scene."""

    sentence: str | None = field(default=None, metadata=SPOKEN)  # what to do; null: read commands
    checkpoint: str = "benchmark"  # folder of the policy, or the "benchmark" that is shipped
    output: str = "runs/command"  # folder for the videos
    env: str = "desk"  # kind of world, or one of your own as module:NAME
    seed: int = 0  # of the scene
    world: str = "nominal"  # nominal, train, held_out, held_out:A+B, A=0.5+B=2, or one layout by its name
    n_objects: int = 3  # movable objects on the desk, 1 to 5
    max_steps: int = 120  # control steps (0.1 s) after which it stops
    video: bool = True  # write an MP4 of each command
    refuse: bool = True  # do nothing about what cannot be done here, or is done already

    def __post_init__(self) -> None:
        if self.sentence is not None:
            _check_sentence(self.sentence)
        if self.video and not self.kind.spec.cameras:
            raise ValueError(f"the world {self.env} has no cameras: give video=false")
        self.kind.check_scenes(scenes_in(self.world, self.n_objects))
        check_bounds(self, {"max_steps": (1, MOST_CONTROL_STEPS), "seed": (0, MOST_SEED)})

    @property
    def kind(self) -> WorldKind:
        """The kind of world that is acted in; raises `UnknownWorldKind`."""
        return kind_of_world(self.env)


class EmptyCommand(UserError):
    """The sentence is empty."""

    def __init__(self) -> None:
        super().__init__('the command is empty; say what to do: robopolicy command "close the drawer"')


def _check_sentence(sentence: str) -> None:
    """Raises `EmptyCommand` and `BadSentence`."""
    if not checked(sentence).strip():
        raise EmptyCommand


class Outcome(NamedTuple):
    """What came of one command."""

    sentence: str
    understood: Intent | None  # None: the agent does not say
    states: State  # (T + 1, ...) true states, from before the first action on
    happened: list[str]  # in words
    video: Path | None
    world: str = ""  # dynamics that the policy inferred, in words; "" for nominal ones
    why: str = ""  # why nothing was done, in a sentence; "" if something was tried


class Session:
    """One world and one agent; the world stays as each command leaves it.

    Raises what loading the checkpoint raises, and `CannotWrite` where no video can be written.
    """

    def __init__(self, config: CommandConfig, agent: AgentLike | None = None) -> None:
        self.config = config
        if config.video:
            check_writable(Path(config.output))
        self.kind = config.kind
        self._agent = agent or _load(config.checkpoint, config.refuse, self.kind)
        self._world = self.kind.open(pictures=config.video)
        scenes = scenes_in(config.world, config.n_objects, train_objects())
        self.scene: Any = self.kind.draw(config.seed, scenes)
        self._sensor = self.kind.sensor(self.scene)
        self._seen = self._sensor.observe(self._world.build(self.scene))
        self._count = 0

    def carry_out(self, sentence: str) -> Outcome:
        """Carry out a sentence. Raises `EmptyCommand` and `BadSentence`."""
        _check_sentence(sentence)
        execution = Execution(
            self._agent,
            sentence,
            self.scene.names,
            self._world.state(),
            self._seen,
            self.config.max_steps,
            self.config.refuse,
            kind=self.kind,
        )
        frames = list(self._frames())
        while not execution.over:
            execution.record(self._world.step(execution.act(self._seen)))
            self._seen = self._sensor.observe(execution.states[-1])
            frames += self._frames()
        if execution.why:
            return Outcome(
                sentence, execution.understood, stack(execution.states), [], None, why=execution.why
            )
        happened = execution.happened()
        self._count += 1
        video = self._write_video(sentence, frames, happened) if frames else None
        world = in_words(self._agent.world, self.kind.spec.control_hz) if self._agent.world else ""
        return Outcome(sentence, execution.understood, stack(execution.states), happened, video, world)

    def close(self) -> None:
        """Close the world."""
        self._world.close()

    def _frames(self) -> Iterator[Frame]:
        """A picture of the present state, if there is to be a video."""
        if self.config.video:
            yield self.kind.picture(self._world)

    def _write_video(self, sentence: str, frames: list[Frame], happened: list[str]) -> Path:
        """Write the frames with captions, the last one for another `END`."""
        path = Path(self.config.output) / f"{self._count:02d}-{slug(sentence)}.mp4"
        end, hz = "; ".join(happened) or "nothing happened", self.kind.spec.control_hz
        moving = [captioned(f, sentence, f"{i / hz:.1f} s") for i, f in enumerate(frames)]
        at_end = [captioned(frames[-1], sentence, end)] * self.kind.spec.steps(END)
        write_mp4(path, same_size([*moving, *at_end]), hz)
        return path


def _load(checkpoint: str, refuse: bool, kind: WorldKind) -> AgentLike:
    """The agent of a checkpoint."""
    hash_of(checkpoint)  # raises where there is no checkpoint
    policy = load_checkpoint(checkpoint, kind)
    return Agent(policy, doubts=doubts_of(checkpoint) if refuse else None, kind=kind)
