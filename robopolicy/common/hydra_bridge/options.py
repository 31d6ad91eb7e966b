"""Lists the options of a configuration class, with the comments at their lines as documentation."""

import ast
import inspect
import io
import tokenize
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, NamedTuple, get_type_hints

MISSING_VALUE = "???"  # OmegaConf's mark of an option that has no default and must be given


class Option(NamedTuple):
    """One option as help shows it."""

    key: str  # dotted, for nested configurations
    type: Any
    default: Any  # MISSING_VALUE if there is none
    comment: str


def options(schema: type, prefix: str = "") -> Iterator[Option]:
    """Every option of a configuration class, in the order of its fields, nested ones with dotted keys."""
    hints = get_type_hints(schema)
    comments = _comments(schema)
    for one in fields(schema):
        key = f"{prefix}{one.name}"
        if is_dataclass(hints[one.name]):
            yield from options(hints[one.name], f"{key}.")
        else:
            yield Option(key, hints[one.name], default_of(one), comments.get(one.name, ""))


def sentence_options(schema: type) -> list[str]:
    """The names of options whose value is a sentence (marked by `data.language.sentence.SPOKEN`)."""
    return [one.name for one in fields(schema) if one.metadata.get("spoken")]


def default_of(one: Any) -> Any:
    """The default of a dataclass field; MISSING_VALUE if it has none."""
    if one.default_factory is not MISSING:
        return one.default_factory()
    return MISSING_VALUE if one.default is MISSING else one.default


def _comments(schema: type) -> dict[str, str]:
    """Field name -> the comment at the end of its line, from the class's source and its parents'."""
    found: dict[str, str] = {}
    for parent in reversed(schema.__mro__[:-1]):
        try:
            source = inspect.cleandoc("\n" + inspect.getsource(parent))
        except (OSError, TypeError):
            continue
        at_line = {
            token.start[0]: token.string.lstrip("# ").strip()
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT
        }
        body = ast.parse(source).body[0]
        for node in body.body if isinstance(body, ast.ClassDef) else ():
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found[node.target.id] = at_line.get(node.end_lineno or 0, "")
    return found
