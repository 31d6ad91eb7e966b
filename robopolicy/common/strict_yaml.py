"""YAML as people mean it: text, lists and mappings, of moderate size, and no key twice.

Of the rest of YAML (anchors, aliases, merge keys, tags, several documents, numbers where text is meant)
nothing is guessed: it is refused with its line. Size, depth and number of entries are bounded while
reading, before anything can grow.
"""

from pathlib import Path
from typing import Any, TypeAlias

import yaml
from yaml.events import AliasEvent, CollectionStartEvent, ScalarEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from robopolicy.common.errors import UserError
from sim.common.printable import shown

LARGEST = 256  # KiB of a file
MOST = 10_000  # entries, in all
DEEPEST = 8  # lists within lists
_TEXT, _NULL = "tag:yaml.org,2002:str", "tag:yaml.org,2002:null"

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree] | None"


class BadYaml(UserError):
    """What is no YAML, or YAML that could be taken for something else than was meant."""


def read_yaml(path: Path) -> Tree:
    """What a file holds; raises `BadYaml`, UnicodeDecodeError, and OSError where it cannot be read."""
    with path.open("rb") as file:
        raw = file.read(LARGEST * 1024 + 1)
    if len(raw) > LARGEST * 1024:
        raise BadYaml(f"at most {LARGEST} KiB are read, and this is more; divide it into several files")
    return parse_yaml(raw.decode("utf-8"))


def parse_yaml(text: str) -> Tree:
    """What a text holds; raises `BadYaml`."""
    try:
        node = yaml.compose(text, Loader=_Loader)  # type: ignore[arg-type]
        return None if node is None else _tree(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else f"character {getattr(error, 'position', 0) + 1}"
        why = getattr(error, "problem", None) or getattr(error, "reason", "")
        raise BadYaml(f"it is no YAML ({where}: {why})") from error
    except (ValueError, OverflowError) as error:  # "\Uffffffff": PyYAML looks for no such character itself
        if isinstance(error, BadYaml):
            raise
        raise BadYaml(f"it is no YAML ({error})") from error


class _Loader(yaml.SafeLoader):
    """PyYAML's, stopped at the first thing that is not wanted: before it is resolved, copied or descended."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = self._entries = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event: Any = self.peek_event()
        self._refuse(event)
        self._depth += isinstance(event, CollectionStartEvent)
        node = super().compose_node(parent, index)
        self._depth -= isinstance(event, CollectionStartEvent)
        return node

    def _refuse(self, event: Any) -> None:
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
    if isinstance(node, ScalarNode):
        return None if node.tag == _NULL else _text(node)
    if isinstance(node, SequenceNode):
        return [_tree(one) for one in node.value]
    assert isinstance(node, MappingNode)
    return _mapping(node)


def _text(node: Node) -> str:
    if isinstance(node, ScalarNode) and node.tag == _TEXT:
        return node.value
    given = shown(node.value) if isinstance(node, ScalarNode) else "a list or mapping"
    raise BadYaml(f"{_line(node)} has {given} where text should be, and it is no text; put it in quotes")


def _mapping(node: MappingNode) -> dict[str, Tree]:
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
