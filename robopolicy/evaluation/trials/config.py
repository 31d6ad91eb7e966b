"""The options of an evaluation."""

from dataclasses import dataclass

from data.common.bounds import (
    MOST_CONTROL_STEPS,
    MOST_PROCESSES,
    MOST_SEED,
    MOST_TRIALS,
    Bounds,
    check_bounds,
)
from robopolicy.common.errors import UnknownName
from robopolicy.common.world_option import scenes_in
from robopolicy.policies.agent import MEMORIES, OWN
from sim.desk.scenes.sampler import SceneConfig
from sim.kinds.registry import kind_of_world
from sim.world import WorldKind

BOUNDS: Bounds = {
    "n": (1, MOST_TRIALS), "seed": (0, MOST_SEED), "max_steps": (1, MOST_CONTROL_STEPS),
    "change_at": (0, MOST_CONTROL_STEPS), "n_controls": (0, MOST_TRIALS), "failures": (0, MOST_TRIALS),
    "videos": (0, MOST_TRIALS), "replays": (0, MOST_TRIALS), "workers": (1, MOST_PROCESSES),
}  # fmt: skip


@dataclass(frozen=True)
class EvaluateConfig:
    """What is evaluated, and on what. `robopolicy.evaluation.levels.registry.asked` looks up its levels."""

    checkpoint: str = "benchmark"  # folder of the policy, the "benchmark" that is shipped, or the "expert"
    levels: tuple[str, ...] = (
        "seen",
        "paraphrase",
        "composition",
    )  # of unseen; also pairs, chain, shown, yours
    env: str = "desk"  # kind of world, or one of your own as module:NAME
    n: int = 200  # rollouts per level, or per group of items; of pairs and chain so many pairs or chains
    seed: int = 0  # of scenes and sentences: the same seed gives the same trials
    world: str = "nominal"  # nominal, train, held_out, held_out:A+B, A=0.5+B=2, or one layout by its name
    commands: str | None = None  # a YAML file of your own sentences or groups of items: level "yours"
    output: str = "runs/evaluate"  # folder for eval_info.json, report.html and videos
    n_objects: int = 3  # movable objects on the desk, 1 to 5
    max_steps: int = 120  # control steps (0.1 s) for each goal, until a rollout counts as failed
    memory: str = OWN  # whose past a policy with a memory goes by: its own, others (a control), or none
    refuse: bool = True  # do nothing about a sentence that the policy doubts it understands
    change_at: int = 0  # control step from which a world obeys as another did until then; 0: never
    controls: tuple[str, ...] = ("shuffled", "empty")  # does the sentence matter? other sentences, or none
    n_controls: int | None = None  # rollouts per control; null: as many as per level
    card: bool = False  # write the measured table into the checkpoint's README.md
    failures: int = 0  # failures per level to film
    videos: int = 0  # successes per level to film
    replays: int = 0  # successes, and as many failures, per level to keep as 3D replay pages
    workers: int | None = None  # processes; null: one per core

    def __post_init__(self) -> None:
        check_bounds(self, BOUNDS)
        if self.memory not in MEMORIES:
            raise UnknownName("memory", self.memory, MEMORIES)
        if self.change_at and not self.kind.changes:
            raise ValueError(f"the world {self.env} has no dynamics that could change: leave out change_at")
        if self.change_at and (self.failures or self.videos or self.replays):
            raise ValueError(
                "a world that changes on the way is not filmed: leave out failures, videos and replays"
            )
        if (self.failures or self.videos) and not self.kind.spec.cameras:
            raise ValueError(
                f"the world {self.env} has no cameras to film with: leave out failures and videos; "
                "replays=1 keeps rollouts as 3D pages"
            )
        self.kind.check_scenes(scenes_in(self.world, self.n_objects))

    @property
    def kind(self) -> WorldKind:
        """The kind of world that is acted in; raises `UnknownWorldKind`."""
        return kind_of_world(self.env)

    def scenes_of(self, objects: tuple[tuple[str, str], ...]) -> SceneConfig:
        """Scenes of the world asked for, with things drawn from these (colour, shape)."""
        return scenes_in(self.world, self.n_objects, objects)
