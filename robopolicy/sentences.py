"""A user's own sentences: a YAML file of task family -> list of sentences.

    open_drawer: [would you pull the drawer out, drawer open]
    stack: ["{object} goes on top of {other}"]

{object} and {other} are filled with the names of the scene's objects.
"""

import re
from pathlib import Path

import yaml

from robopolicy.errors import UserError
from sim.tasks import task_named

_PLACEHOLDERS = ((), ("object",), ("object", "other"))


class BadCommands(UserError):
    """A file of commands that cannot be used."""


def read_commands(path: Path) -> dict[str, list[str]]:
    """Family -> sentences; raises `BadCommands`, or `UnknownTask` for a family that does not exist."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadCommands(f"no file of commands at {str(path)!r}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadCommands(f"{path} cannot be read as text: {error}") from error
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f" (line {where.line + 1})" if where else ""
        raise BadCommands(f"{path} is no YAML{line}; it should hold `family: [sentence, ...]`") from error
    if not isinstance(raw, dict) or not raw:
        raise BadCommands(f"{path} should map task families to lists of sentences: `open_drawer: [open it]`")
    return {str(family): _sentences(path, str(family), given) for family, given in raw.items()}


def _sentences(path: Path, family: str, given: object) -> list[str]:
    task = task_named(family)
    if not isinstance(given, list) or not given:
        raise BadCommands(
            f"{path}: {family} should have a list of sentences, `{family}: [a sentence]`, not {given!r}"
        )
    allowed = _PLACEHOLDERS[task.arguments]
    for sentence in given:
        if not isinstance(sentence, str) or not sentence.strip():
            raise BadCommands(
                f"{path}: {family} has a sentence that is no text: {sentence!r}; put it in quotes"
            )
        for placeholder in re.findall(r"\{(.*?)\}", sentence):
            if placeholder not in allowed:
                may = " and ".join("{" + name + "}" for name in allowed) or "no placeholder"
                raise BadCommands(
                    f"{path}: {sentence!r} uses {{{placeholder}}}; sentences of {family} may use {may}"
                )
    return list(given)
