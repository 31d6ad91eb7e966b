"""Reads a safe subset of YAML: text, plain numbers, yes and no, lists and mappings, and no key twice.

The rest of YAML (anchors, aliases, merge keys, tags, several documents, dates, numbers written in any way but
as 12 or -0.5, keys that are no text) is refused with its line. Size, depth and number of entries are bounded
while reading, so that a small file cannot become a large value. As in all YAML 1.1, yes and no, on and off,
true and false are truth values unless they stand in quotes.
"""

import re
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from yaml.events import AliasEvent, CollectionStartEvent, ScalarEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from robopolicy.common.errors import UserError
from sim.common.printable import shown

LARGEST = 256  # KiB of a file
MOST = 10_000  # entries of all lists and mappings together
DEEPEST = 8  # lists within lists
_TEXT, _NULL, _TRUTH, _WHOLE, _NUMBER = (
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "null", "bool", "int", "float")
)
_PLAIN = re.compile(r"[-+]?(0|[1-9]\d{0,8})?(\.\d{0,12})?")
_TRUE = ("yes", "true", "on")

Tree: TypeAlias = "str | bool | int | float | list[Tree] | dict[str, Tree] | None"


class BadYaml(UserError):
    """A text that is not YAML, or not of the subset that is read here."""


def read_yaml(path: Path) -> Tree:
    """The contents of a file. Raises `BadYaml`, UnicodeDecodeError, and OSError where it cannot be read."""
    with path.open("rb") as file:
        raw = file.read(LARGEST * 1024 + 1)
    if len(raw) > LARGEST * 1024:
        raise BadYaml(f"at most {LARGEST} KiB are read, and this is more; divide it into several files")
    return parse_yaml(raw.decode("utf-8"))


def parse_yaml(text: str) -> Tree:
    """The contents of a text. Raises `BadYaml`."""
    try:
        node = yaml.compose(text, Loader=_Loader)
        return None if node is None else _tree(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else f"character {getattr(error, 'position', 0) + 1}"
        why = getattr(error, "problem", None) or getattr(error, "reason", "")
        raise BadYaml(f"it is no YAML ({where}: {why}){_hint(text, mark)}") from error
    except (ValueError, OverflowError) as error:  # "\Uffffffff": PyYAML does not check for it
        if isinstance(error, BadYaml):
            raise
        raise BadYaml(f"it is no YAML ({error})") from error


def _hint(text: str, mark: Any) -> str:
    """What to try where a placeholder in braces, without quotes, may be what YAML stumbles over."""
    lines = text.splitlines()
    braces = mark is not None and mark.line < len(lines) and re.search(r"\{\w+\}", lines[mark.line])
    return '; a text with {braces} needs quotes, "put {object} away"' if braces else ""


class _Loader(yaml.SafeLoader):
    """PyYAML's loader, which here refuses before anything is resolved, copied or descended into."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = self._entries = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """As PyYAML's, with the check before and the depth counted."""
        event: Any = self.peek_event()
        self._refuse(event)
        self._depth += isinstance(event, CollectionStartEvent)
        node = super().compose_node(parent, index)
        self._depth -= isinstance(event, CollectionStartEvent)
        return node

    def _refuse(self, event: Any) -> None:
        """Raise `BadYaml` for what is not of the subset, and beyond the limits."""
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise BadYaml(f"line {line} has an anchor or alias (&name, *name); write out what is meant")
        if event.tag is not None and not (isinstance(event, ScalarEvent) and event.tag == "!"):
            raise BadYaml(f"line {line} has a tag, {shown(event.tag)}; text needs none")
        if self._depth >= DEEPEST:
            raise BadYaml(f"line {line} is {DEEPEST} lists or mappings deep; close some of the brackets")
        self._entries += 1
        if self._entries > MOST:
            raise BadYaml(f"at most {MOST} entries are read, and line {line} is beyond; leave some out")


def _tree(node: Node) -> Tree:
    """The plain value of a node."""
    if isinstance(node, ScalarNode):
        return _scalar(node)
    if isinstance(node, SequenceNode):
        return [_tree(one) for one in node.value]
    assert isinstance(node, MappingNode)
    return _mapping(node)


def _scalar(node: ScalarNode) -> str | bool | int | float | None:
    """Nothing, a truth value, a plain number or a text. Raises `BadYaml`."""
    if node.tag == _NULL:
        return None
    if node.tag == _TRUTH:
        return node.value.lower() in _TRUE
    if node.tag in (_WHOLE, _NUMBER) and _PLAIN.fullmatch(node.value):
        return float(node.value) if "." in node.value else int(node.value)
    if node.tag in (_WHOLE, _NUMBER):
        raise BadYaml(
            f"{_line(node)} has {shown(node.value)}, which is no text and no plain number: "
            "write a number as 12 or -0.5, or put it in quotes"
        )
    return _text(node)


def _text(node: Node) -> str:
    """The text of a node. Raises `BadYaml` for dates and the like, which may be meant as text."""
    if isinstance(node, ScalarNode) and node.tag == _TEXT:
        return node.value
    given = shown(node.value) if isinstance(node, ScalarNode) else "a list or mapping"
    raise BadYaml(f"{_line(node)} has {given} where text should be, and it is no text; put it in quotes")


def _mapping(node: MappingNode) -> dict[str, Tree]:
    """The mapping of a node. Raises `BadYaml` if a key stands twice."""
    found: dict[str, Tree] = {}
    lines: dict[str, str] = {}
    for key_node, value in node.value:
        key = _text(key_node)
        if key in found:
            raise BadYaml(f"{shown(key)} stands twice, in {lines[key]} and {_line(key_node)}; join the two")
        lines[key], found[key] = _line(key_node), _tree(value)
    return found


def _line(node: Node) -> str:
    return f"line {node.start_mark.line + 1}"
