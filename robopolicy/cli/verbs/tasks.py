"""robopolicy tasks: list the task families, each with example sentences."""

from dataclasses import dataclass

from rich.table import Table

from data.common.bounds import MOST_SEED, check_bounds
from data.language.grammar import Grammar
from robopolicy.common.console import console
from robopolicy.common.errors import UnknownName
from robopolicy.evaluation.levels.registry import GRAMMAR_LEVELS
from sim.common.seeds import rng_of
from sim.desk.scenes.sampler import SceneConfig
from sim.goal_draw import CannotDraw
from sim.kinds.registry import kind_of_world
from sim.world import WorldKind


@dataclass(frozen=True)
class TasksConfig:
    """Which families are listed, and which sentences."""

    families: tuple[str, ...] = ()  # only these; none: all
    sentences: int = 3  # example sentences for each family
    level: str = "seen"  # whose sentences: seen, paraphrase, synonym
    env: str = "desk"  # kind of world, or one of your own as module:NAME
    seed: int = 0  # another seed, other sentences

    def __post_init__(self) -> None:
        check_bounds(self, {"sentences": (1, 1000), "seed": (0, MOST_SEED)})
        for name in self.families:
            self.kind.task(name)
        levels = [level.name for level in GRAMMAR_LEVELS]
        if self.level not in levels:
            raise UnknownName("level", self.level, levels)

    @property
    def kind(self) -> WorldKind:
        """The kind of world whose families are listed; raises `UnknownWorldKind`."""
        return kind_of_world(self.env)


CONFIG = TasksConfig
EXAMPLES = (
    "robopolicy tasks",
    "robopolicy tasks families=[stack,lift] sentences=10 level=paraphrase",
    "robopolicy tasks env=my_package.pucks:PUCKS",
)


def run(config: TasksConfig) -> None:
    """List the task families with example sentences."""
    level = next(level for level in GRAMMAR_LEVELS if level.name == config.level)
    kind = config.kind
    grammar = Grammar(level.split, tasks=kind.tasks)
    table = Table(box=None, header_style="bold")
    table.add_column("family", no_wrap=True)
    table.add_column("sentences")
    for task in kind.tasks:
        if task.name not in (config.families or level.families(kind.tasks)):
            continue
        scenes = SceneConfig(kind.spec.usual_objects, objects=level.objects)
        try:
            scene, goal = kind.draw_for(task.name, config.seed, scenes, level.allows)
        except CannotDraw:
            table.add_row(task.name, f"nothing on the level {level.name}")
            continue
        rng = rng_of("examples", config.seed)
        sentences = grammar.describe(goal, scene.names, rng, config.sentences)
        table.add_row(task.name, "\n".join(sentences))
    console.print(table)
