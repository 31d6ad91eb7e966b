"""Level "yours": a user's own sentences, from a YAML file of one of two forms.

Families with sentences:

    open_drawer: [would you pull the drawer out, drawer open]
    stack: ["{object} goes on top of {other}"]

{object} and {other} are filled with the names of the scene's objects. Or an examination, groups of items
(`data.trials.examination.items`):

    amounts:
      - {say: "push the {object} left by 10 cm", goal: [[push_left, object, {by: 0.1}]]}
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from data.language.sentence import BadSentence, checked
from data.trials.examination.items import EXAMPLE, Groups, groups_of, is_examination
from data.trials.examination.words import BadItem
from robopolicy.common.errors import UserError
from robopolicy.common.strict_yaml import BadYaml, Tree, read_yaml
from robopolicy.evaluation.levels.base import Level, LevelTrials
from robopolicy.evaluation.levels.examination import drawn_trials, group_lines, group_summary
from robopolicy.evaluation.levels.lines import Line
from robopolicy.evaluation.levels.unseen import SEEN
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.results import Result
from robopolicy.evaluation.trials.trial import Command, Trial
from sim.common.names import nearest
from sim.common.printable import shown
from sim.common.seeds import seeds_of
from sim.kinds.desk import DeskKind
from sim.task import Goal, Task
from sim.world import WorldKind

PLACEHOLDERS = ("object", "other", "third")
"""In the order of a goal's arguments: a family with one argument has the first."""

Families = dict[str, list[str]]
"""Family -> sentences."""


@dataclass(frozen=True, kw_only=True)
class YoursLevel(Level):
    """The families of the file and the sentences of each in turn; or n trials of each of its groups."""

    groups: Groups = field(default_factory=dict, compare=False)  # of the file that its trials are of

    def implied_by(self, config: EvaluateConfig) -> bool:
        return config.commands is not None

    def check(self, config: EvaluateConfig) -> None:
        if config.commands is None:
            raise UserError(
                f"the level {self.name!r} needs commands=FILE.yaml: a task family -> list of sentences, "
                "or a group -> list of items"
            )

    def trials(self, config: EvaluateConfig, planned: Sequence[LevelTrials] = ()) -> LevelTrials:
        """Raises `BadCommands`."""
        del planned
        path = Path(config.commands or "")
        commands, groups = read_file(path, config.kind)
        if not groups:
            return self._of_families(commands, config)
        try:
            trials, scenes = drawn_trials(groups, self.name, config)
        except BadItem as error:
            raise BadCommands(f"{path}: {error}") from error
        return LevelTrials(replace(self, groups=groups), trials, scenes)

    def _of_families(self, commands: Families, config: EvaluateConfig) -> LevelTrials:
        families, drawn = tuple(commands), config.scenes_of(SEEN.objects)
        trials, scenes = [], []
        for i, seed in enumerate(seeds_of(self.name, config.seed, config.n)):
            task = families[i % len(families)]
            scene, goal = config.kind.draw_for(task, seed, drawn, _about_objects)
            sentences = commands[task]
            sentence = filled(sentences[i // len(families) % len(sentences)], goal, scene.names)
            trials.append(Trial(self.name, seed, (Command(sentence, (goal,)),)))
            scenes.append(scene)
        return LevelTrials(self, tuple(trials), tuple(scenes))

    def summary(self, results: Sequence[Result]) -> dict[str, Any]:
        """Adds `groups` and `groups_items` where the file has groups."""
        return {**super().summary(results), **group_summary(results, self.groups)}

    def episode(self, result: Result) -> dict[str, Any]:
        """With group, item and all sentences where the file has groups."""
        trial = result.trial
        if not self.groups:
            return super().episode(result)
        sentences = [command.sentence for command in trial.commands]
        return {**super().episode(result), "group": trial.kind, "sentences": sentences}

    def lines(self, info: Mapping[str, Any]) -> list[Line]:
        return [*super().lines(info), *group_lines(self.name, info)]


YOURS = YoursLevel(name="yours", description="your own sentences")


def _about_objects(goal: Goal, names: tuple[str, ...]) -> bool:
    """Whether a goal is as in training, and about objects alone, whose names can be filled in."""
    return max(goal.things) < len(names) and SEEN.allows(goal, names)


def filled(sentence: str, goal: Goal, names: Sequence[str]) -> str:
    """A sentence with its placeholders replaced by the names of the goal's objects."""
    for placeholder, index in zip(PLACEHOLDERS, goal.things, strict=True):
        if index >= 0:
            sentence = sentence.replace("{" + placeholder + "}", names[index])
    return sentence


class BadCommands(UserError):
    """A file of commands that cannot be used."""


def read_file(path: Path, kind: WorldKind) -> tuple[Families, Groups]:
    """What the file is of: families with sentences, or groups with items; the other is empty.

    Raises `BadCommands`.
    """
    try:
        raw = read_yaml(path)
        if not is_examination(raw):
            return commands_of(raw, (*kind.tasks, *kind.more_tasks)), {}
        if not isinstance(kind, DeskKind):
            raise BadCommands(
                "groups of items are about the desk; in another world list sentences by task family: "
                f"`{kind.tasks[0].name}: [a sentence]`"
            )
        return {}, groups_of(raw, kind)
    except FileNotFoundError as error:
        raise BadCommands(f"no file of commands at {shown(str(path))}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadCommands(f"{path} cannot be read as text: {error}") from error
    except (BadYaml, BadCommands, BadItem, BadSentence) as error:
        raise BadCommands(f"{path}: {error}") from error


def commands_of(raw: Tree, tasks: Sequence[Task]) -> Families:
    """Family -> sentences, of what a file holds. Raises `BadCommands`."""
    forms = (
        f"maps task families to lists of sentences, `{tasks[0].name}: [a sentence]`, or, about the "
        f"desk, groups to lists of items, `mine: [{EXAMPLE}]`"
    )
    if not isinstance(raw, dict) or not raw:
        raise BadCommands(f"a file {forms}; this one holds {shown(raw)}")
    families = {task.name: task for task in tasks}
    for family in raw:
        if family not in families:
            near = nearest(family, families)
            hint = f"; did you mean {near}?" if near else "."
            raise BadCommands(f"no task family is called {shown(family)}{hint} A file {forms}")
    return {family: _sentences(families[family], given) for family, given in raw.items()}


def _sentences(task: Task, given: Tree) -> list[str]:
    if not isinstance(given, list) or not given:
        raise BadCommands(
            f"{task.name} should have a list of sentences, `{task.name}: [a sentence]`, not {shown(given)}"
        )
    if task.in_region or (task.amount and task.amount.needed):
        what = "a region" if task.in_region else "an amount"
        raise BadCommands(f"{task.name} needs {what}: write it as an item of a group, `mine: [{EXAMPLE}]`")
    allowed = PLACEHOLDERS[: task.arguments]
    return [_sentence(task.name, one, allowed) for one in given]


def _sentence(family: str, sentence: Tree, allowed: tuple[str, ...]) -> str:
    if not isinstance(sentence, str) or not sentence.strip():
        raise BadCommands(f"{family} has a sentence that is no text: {shown(sentence)}; put it in quotes")
    for placeholder in re.findall(r"\{(.*?)\}", checked(sentence), re.DOTALL):
        if placeholder not in allowed:
            may = " and ".join("{" + name + "}" for name in allowed) or "no placeholder"
            raise BadCommands(
                f"{shown(sentence)} uses {shown(placeholder)} as a placeholder; "
                f"sentences of {family} may use {may}"
            )
    return sentence
