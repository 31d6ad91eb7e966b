"""The plan of an evaluation: all rows of its table, all trials and scenes of each, before it starts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from data.language.grammar import Grammar
from data.language.held_out import GOALS_OF_SPLIT, LEVELS, Level, level_named
from data.trials.chains import read_chains, scene_of
from data.trials.pairs import draw_pairs
from robopolicy.common.errors import UserError
from robopolicy.common.world_option import layouts_of, preset_of
from robopolicy.evaluation.trials import Command, Trial, filled, shuffled, silent
from robopolicy.evaluation.user_commands import read_commands
from sim.common.seeds import RETRIES, rng_of, seeds_of
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import SceneConfig, draw_scene_for
from sim.desk.tasks.families import TASKS
from sim.randomize.presets import NOMINAL

YOURS, PAIRS, CHAIN, SHOWN = "yours", "pairs", "chain", "shown"
SPECIAL = (PAIRS, CHAIN, SHOWN, YOURS)
"""What can be evaluated beside the levels of unseen."""
TRIES = 20  # draws for a sentence that belongs to the level, in each scene


class Row(NamedTuple):
    """One line of the table."""

    name: str
    control: str  # which control this is; "" for a level
    trials: tuple[Trial, ...]
    scenes: tuple[Scene, ...]


class Plan(NamedTuple):
    """Everything that will be asked, in order."""

    rows: tuple[Row, ...]

    def to_json(self) -> list[Any]:
        """All that rollouts depend on, for telling plans apart."""
        return [[row.name, row.trials, [scene.to_dict() for scene in row.scenes]] for row in self.rows]


class Wanted(Protocol):
    """The options that a plan depends on: those of `robopolicy.evaluation.evaluate.EvaluateConfig`."""

    @property
    def levels(self) -> tuple[str, ...]: ...
    @property
    def n(self) -> int: ...
    @property
    def seed(self) -> int: ...
    @property
    def world(self) -> str: ...
    @property
    def commands(self) -> str | None: ...
    @property
    def n_objects(self) -> int: ...
    @property
    def controls(self) -> tuple[str, ...]: ...
    @property
    def n_controls(self) -> int | None: ...


def check_level(name: str) -> None:
    """Raises `UnknownLevel` if there is nothing of that name to evaluate."""
    if name not in SPECIAL:
        level_named(name, SPECIAL)


def make_plan(config: Wanted) -> Plan:
    """The rows of the levels, then of the controls; raises `UserError` for what cannot be asked."""
    special = {PAIRS: _pairs_row, CHAIN: _chain_row, SHOWN: _shown_row}
    rows = [
        special[name](config) if name in special else _level_row(level_named(name), config)
        for name in dict.fromkeys(config.levels)
        if name != YOURS
    ]
    if config.commands is not None:
        rows.append(_your_row(Path(config.commands), config))
    elif YOURS in config.levels:
        raise UserError("the level 'yours' needs commands=FILE.yaml: a task family -> list of sentences")
    if not rows:
        raise UserError(
            f"nothing to evaluate: levels is empty; there are {', '.join(level.name for level in LEVELS)}"
        )
    return Plan((*rows, *_control_rows(rows, config)))


def _level_row(level: Level, config: Wanted) -> Row:
    grammar, families = Grammar(level.split), families_of(level)
    asked = [
        _asked(level, grammar, families[i % len(families)], seed, config)  # balanced, whatever n is
        for i, seed in enumerate(seeds_of(level.name, config.seed, config.n))
    ]
    return Row(level.name, "", tuple(trial for trial, _ in asked), tuple(scene for _, scene in asked))


def _asked(level: Level, grammar: Grammar, task: str, seed: int, config: Wanted) -> tuple[Trial, Scene]:
    """A trial of the family; the next seed where the level has no true sentence for the scene."""
    for later in range(RETRIES):
        scene, goal = draw_scene_for(task, seed + later, _scene_config(level, config), level.allows)
        rng = rng_of("sentence", seed + later)
        for _ in range(TRIES):
            for sentence in grammar.describe(goal, scene.names, rng, 1):
                return Trial(level.name, seed + later, *goal, sentence), scene
    raise UserError(f"the level {level.name} has no sentence for {task}; leave the level out")


def families_of(level: Level) -> tuple[str, ...]:
    """The families that a level can ask for: a new pairing or thing needs a family with objects."""
    about_objects = GOALS_OF_SPLIT[level.split] != "train"
    return tuple(task.name for task in TASKS if task.arguments or not about_objects)


def _your_row(path: Path, config: Wanted) -> Row:
    commands = read_commands(path)
    families = tuple(commands)
    scene_config = _scene_config(level_named("seen"), config)
    trials, scenes = [], []
    for i, seed in enumerate(seeds_of(YOURS, config.seed, config.n)):
        task = families[i % len(families)]
        scene, goal = draw_scene_for(task, seed, scene_config)
        sentences = commands[task]
        sentence = filled(sentences[i // len(families) % len(sentences)], goal, scene)
        trials.append(Trial(YOURS, seed, *goal, sentence))
        scenes.append(scene)
    return Row(YOURS, "", tuple(trials), tuple(scenes))


def _pairs_row(config: Wanted) -> Row:
    """Minimal pairs, member after member."""
    if preset_of(config.world) != NOMINAL:
        raise UserError(f"the pairs are of the world {NOMINAL!r}; leave the level {PAIRS!r} out")
    pairs = draw_pairs(config.seed, config.n, config.n_objects, layouts_of(config.world))
    trials = [
        Trial(PAIRS, pair.seed, *goal, sentence, refrain, pair.kind)
        for pair in pairs
        for goal, sentence, refrain in zip(pair.goals, pair.sentences, pair.refrain, strict=True)
    ]
    return Row(PAIRS, "", tuple(trials), tuple(scene for pair in pairs for scene in pair.scenes))


def _chain_row(config: Wanted) -> Row:
    """The chains that everybody runs."""
    chains = read_chains()
    if config.world != NOMINAL:
        raise UserError(f"the chains are of the world {NOMINAL!r}; leave the level {CHAIN!r} out")
    if config.n > len(chains):
        raise UserError(f"there are {len(chains)} chains, not {config.n}: say n={len(chains)}")
    trials = []
    for chain in chains[: config.n]:
        first, *then = (Command(*goal, said) for goal, said in zip(chain.goals, chain.sentences, strict=True))
        trials.append(Trial(CHAIN, chain.seed, *first[:4], then=tuple(then)))
    return Row(CHAIN, "", tuple(trials), tuple(scene_of(chain) for chain in chains[: config.n]))


def _shown_row(config: Wanted) -> Row:
    """The trials of seen; what to do is shown, and nothing said."""
    row = _level_row(level_named("seen"), config)
    trials = [trial._replace(level=SHOWN, sentence="", shown=True) for trial in row.trials]
    return Row(SHOWN, "", tuple(trials), row.scenes)


def _control_rows(rows: Sequence[Row], config: Wanted) -> list[Row]:
    """The controls repeat the first rollouts of the level seen, or of the first level if that is absent."""
    plain = [row for row in rows if row.name not in (PAIRS, CHAIN, SHOWN)]
    if not plain:
        return []
    base = next((row for row in plain if row.name == "seen"), plain[0])
    n = config.n if config.n_controls is None else min(config.n_controls, config.n)
    trials, scenes = base.trials[:n], base.scenes[:n]
    if n == 0:
        return []
    make = {"shuffled": lambda: shuffled(trials, config.seed), "empty": lambda: silent(trials)}
    possible = [c for c in config.controls if c != "shuffled" or len({t.task for t in trials}) > 1]
    return [Row(f"control-{control}", control, tuple(make[control]()), scenes) for control in possible]


def _scene_config(level: Level, config: Wanted) -> SceneConfig:
    layouts, preset = layouts_of(config.world), preset_of(config.world)
    return SceneConfig(config.n_objects, layouts, level.objects, preset)
