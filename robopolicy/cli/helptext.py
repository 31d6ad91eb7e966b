"""The texts that --help prints: all verbs, or one verb's options with their defaults and comments."""

import inspect
import textwrap
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Protocol

from robopolicy.common.hydra_bridge.compose import composed
from robopolicy.common.hydra_bridge.options import Option, options

WIDTH = 110  # characters of a line
SHORT = 46  # characters; a longer key=default has its line to itself


class _Verb(Protocol):
    """What help needs of `robopolicy.cli.main.Verb`."""

    @property
    def name(self) -> str: ...
    @property
    def does(self) -> str: ...
    @property
    def words(self) -> str: ...


def overview(verbs: Sequence[_Verb]) -> str:
    """The text of `robopolicy --help`."""
    lines = [f"  {verb.name:10} {verb.does}" for verb in verbs]
    return "\n".join(
        [
            "robopolicy: a robot that learns by playing and obeys words that it has never heard.",
            "",
            "usage: robopolicy VERB [option=value ...] [--help] [--multirun] [--cfg]",
            "",
            *lines,
            "",
            "robopolicy VERB --help   shows the options of a verb",
            "--multirun               runs once for each combination: robopolicy train seed=0,1,2 --multirun",
            "--cfg                    prints the configuration and does nothing",
        ]
    )


def verb_help(verb: _Verb, module: ModuleType) -> str:
    """The text of `robopolicy VERB --help`; `module` is the verb's, see `robopolicy.cli.main`."""
    says = f" [a {verb.words} in words]" if verb.words else ""
    parts = [
        f"robopolicy {verb.name}: {verb.does}",
        "",
        f"usage: robopolicy {verb.name} [option=value ...]{says} [--multirun]",
        "",
        *_about(module),
        "options:",
        *_table(verb.name, module.CONFIG),
        "",
        "examples:",
        *(f"  {example}" for example in module.EXAMPLES),
    ]
    return "\n".join(parts)


def _about(module: ModuleType) -> list[str]:
    """The rest of the run function's docstring, if it says more than one line."""
    text = inspect.getdoc(module.run) or ""
    rest = text.partition("\n")[2].strip()
    return [*rest.splitlines(), ""] if rest else []


def _table(verb: str, schema: type) -> list[str]:
    """One line or more per option; defaults are those in force, configs/<verb>.yaml included."""
    tree = composed(verb, schema, [])
    found = list(options(schema))
    wide = max(len(f"{o.key}={_shown(_at(tree, o.key))}") for o in found if _short(tree, o))
    return [line for option in found for line in _lines(option, _shown(_at(tree, option.key)), wide)]


def _short(tree: Any, option: Option) -> bool:
    """Whether the option's comment stands beside it."""
    return len(f"{option.key}={_shown(_at(tree, option.key))}") <= SHORT


def _lines(option: Option, default: str, wide: int) -> list[str]:
    """The lines of one option; comments begin after column `wide`."""
    head = f"  {option.key}={default}"
    comment = textwrap.wrap(option.comment, WIDTH - wide - 4) or [""]
    if len(head) > wide + 2:
        head = head if len(head) <= WIDTH else f"{head[: WIDTH - 4]} ..."
        return [head, *(f"{'':{wide + 4}}{line}" for line in comment if line)]
    return [f"{head:{wide + 4}}{comment[0]}".rstrip(), *(f"{'':{wide + 4}}{line}" for line in comment[1:])]


def _at(tree: Any, key: str) -> Any:
    """The node of OmegaConf's tree at a dotted key."""
    for part in key.split("."):
        tree = tree._get_node(part)
    return tree


def _shown(node: Any) -> str:
    """A default as one would type it."""
    value = node._value() if hasattr(node, "_value") else node
    if isinstance(value, list):
        return "[" + ",".join(_shown(one) for one in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return "..." if value == "???" else str(value)
