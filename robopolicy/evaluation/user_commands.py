"""A user's own sentences: a YAML file of task family -> list of sentences.

    open_drawer: [would you pull the drawer out, drawer open]
    stack: ["{object} goes on top of {other}"]

{object} and {other} are filled with the names of the scene's objects.
"""

import re
from pathlib import Path

from data.language.sentence import BadSentence, checked
from robopolicy.common.errors import UserError
from robopolicy.common.strict_yaml import BadYaml, Tree, read_yaml
from sim.common.printable import shown
from sim.desk.tasks.families import task_named

_PLACEHOLDERS = ((), ("object",), ("object", "other"))


class BadCommands(UserError):
    """A file of commands that cannot be used."""


def read_commands(path: Path) -> dict[str, list[str]]:
    """Family -> sentences; raises `BadCommands`, or `UnknownTask` for a family that does not exist."""
    try:
        return commands_of(read_yaml(path))
    except FileNotFoundError as error:
        raise BadCommands(f"no file of commands at {shown(str(path))}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadCommands(f"{path} cannot be read as text: {error}") from error
    except (BadYaml, BadCommands, BadSentence) as error:
        raise BadCommands(f"{path}: {error}") from error


def commands_of(raw: Tree) -> dict[str, list[str]]:
    """As `read_commands`, of what a file holds."""
    if not isinstance(raw, dict) or not raw:
        raise BadCommands("it should map task families to lists of sentences: `open_drawer: [open it]`")
    return {family: _sentences(family, given) for family, given in raw.items()}


def _sentences(family: str, given: Tree) -> list[str]:
    task = task_named(family)
    if not isinstance(given, list) or not given:
        raise BadCommands(
            f"{family} should have a list of sentences, `{family}: [a sentence]`, not {shown(given)}"
        )
    allowed = _PLACEHOLDERS[task.arguments]
    return [_sentence(family, one, allowed) for one in given]


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
