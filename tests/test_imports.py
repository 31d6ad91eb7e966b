"""Imports point one way, between packages and between rooms; and the packages hold no surprises."""

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = {"sim": {"sim"}, "data": {"sim", "data"}, "robopolicy": {"sim", "data", "robopolicy"}}
MODULES = sorted(path for package in ALLOWED for path in (ROOT / package).rglob("*.py"))
LONGEST = 300  # lines of a module


@cache
def nodes_in(path: Path) -> list[ast.AST]:
    """The syntax tree of a module, node by node."""
    return list(ast.walk(ast.parse(path.read_text())))


def imported_by(node: ast.AST) -> set[str]:
    """The top-level names of what a statement imports; nothing for any other."""
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "a relative import"
        return {(node.module or "").partition(".")[0]}
    names = node.names if isinstance(node, ast.Import) else []
    return {name.name.partition(".")[0] for name in names}


@cache
def imported(path: Path) -> set[str]:
    """The top-level names of everything that a module imports, anywhere in it."""
    return {name for node in nodes_in(path) for name in imported_by(node)}


def name_of(path: Path) -> str:
    """The dotted name of a module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


PATHS = {name_of(path): path for path in MODULES if path.stem != "__init__"}


def room_of(module: str) -> str:
    """The folder that a module lives in; a module that stands in none is a room by itself."""
    room = module.rpartition(".")[0]
    return room if "." in room else module


@cache
def imports_of(path: Path) -> set[str]:
    """The dotted names of all that a module imports: modules, and what is in them."""
    found = set()
    for node in nodes_in(path):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def circle_in(graph: dict[str, set[str]]) -> str:
    """A circle in words; "" if there is none."""
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> str:
        if name in trail:
            return " -> ".join((*trail, name))
        if name not in done:
            for other in sorted(graph.get(name, ())):
                if found := visit(other, (*trail, name)):
                    return found
            done.add(name)
        return ""

    return next((found for name in graph if (found := visit(name, ()))), "")


def test_a_circle_is_found_where_there_is_one() -> None:
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == "a -> b -> c -> b"
    assert not circle_in({"a": {"b", "c"}, "b": {"c"}, "c": set()})


@pytest.mark.parametrize("package", list(ALLOWED))
def test_imports_point_from_robopolicy_to_data_to_sim(package: str) -> None:
    paths = [path for path in MODULES if path.relative_to(ROOT).parts[0] == package]
    assert paths
    for path in paths:
        forbidden = imported(path) & set(ALLOWED) - ALLOWED[package]
        assert not forbidden, f"{path.relative_to(ROOT)} imports {forbidden}"


@pytest.mark.parametrize(
    ("package", "library"),
    [("sim", "hydra"), ("sim", "omegaconf"), ("sim", "torch"), ("sim", "sentence_transformers"),
     ("data", "hydra"), ("data", "omegaconf"), ("data", "pybullet"), ("robopolicy", "pybullet")],
)  # fmt: skip
def test_a_package_knows_nothing_of_what_is_not_its_business(package: str, library: str) -> None:
    users = [path for path in (ROOT / package).rglob("*.py") if library in imported(path)]
    assert not users


def test_only_the_edge_sees_hydra() -> None:
    users = {name for name, path in PATHS.items() if imported(path) & {"hydra", "omegaconf"}}
    bridge = "robopolicy.common.hydra_bridge."
    assert {name for name in users if not name.startswith(bridge)} == {"robopolicy.cli.multirun"}


def test_nothing_is_pickled_or_evaluated() -> None:
    for path in MODULES:
        assert not imported(path) & {"pickle", "cloudpickle", "dill", "shelve"}, path
        for node in nodes_in(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec"), path
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                raise AssertionError(f"{path} calls torch.load")


def runs_nothing(node: ast.stmt) -> bool:
    """Whether a statement only declares: text, names, functions, imports of the standard library."""
    if isinstance(node, ast.If):  # what a type checker alone sees
        return ast.unparse(node.test) == "TYPE_CHECKING"
    if isinstance(node, ast.Import | ast.ImportFrom):
        return imported_by(node) <= sys.stdlib_module_names
    if isinstance(node, ast.Assign | ast.Expr):
        return not any(isinstance(inner, ast.Call) for inner in ast.walk(node))
    return isinstance(node, ast.FunctionDef) and not node.decorator_list


def test_packages_run_nothing_when_imported() -> None:
    packages = [path for path in MODULES if path.stem == "__init__"]
    assert len(packages) > 10
    for path in packages:
        assert all(map(runs_nothing, ast.parse(path.read_text()).body)), path


def test_what_a_package_may_not_run_is_noticed() -> None:
    for text in (
        "import torch",
        "from sim import state",
        "print(1)",
        "a = open(0)",
        "if 1:\n    import torch",
    ):
        assert not all(map(runs_nothing, ast.parse(text).body)), text


def test_no_module_and_no_room_imports_itself_in_a_circle() -> None:
    modules = {name: imports_of(path) & PATHS.keys() - {name} for name, path in PATHS.items()}
    assert len(modules) > 100
    assert not circle_in(modules)
    rooms: dict[str, set[str]] = {}
    for name, others in modules.items():
        rooms.setdefault(room_of(name), set()).update({room_of(other) for other in others} - {room_of(name)})
    assert not circle_in(rooms)


def test_no_module_is_too_long_to_be_read_at_a_sitting() -> None:
    lengths = {name: len(path.read_text().splitlines()) for name, path in PATHS.items()}
    assert not {name: length for name, length in lengths.items() if length > LONGEST}
