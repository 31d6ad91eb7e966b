"""Whoever works with a world is told of which kind it is: our desk is nobody's silent default."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOORS = ["robopolicy/policies/loaded.py: load"]  # where a user would expect it
OURS = {"DESK", "DESK_SPEC"}


def is_ours(default: ast.AST | None) -> bool:
    """Whether a default is our desk, or taken from it."""
    return default is not None and any(
        isinstance(node, ast.Name) and node.id in OURS for node in ast.walk(default)
    )


def silent_in(source: str) -> list[str]:
    """The functions that take our desk unless told otherwise, and the classes whose fields do."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            defaults = [*node.args.defaults, *node.args.kw_defaults]
        elif isinstance(node, ast.ClassDef):
            defaults = [field.value for field in node.body if isinstance(field, ast.AnnAssign)]
        else:
            continue
        found += [node.name] if any(map(is_ours, defaults)) else []
    return found


def test_a_default_that_is_our_desk_is_found_in_whatever_form_it_has() -> None:
    assert silent_in("def f(a, kind=DESK): ...") == ["f"]
    assert silent_in("def f(a, *, steps=DESK.spec.steps(1)): ...") == ["f"]
    assert silent_in("class A:\n    kind: WorldKind = DESK") == ["A"]
    assert silent_in("def f(kind): return kind or DESK") == []


def test_our_desk_is_a_default_at_the_doors_alone() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for package in ("data", "robopolicy")
        for path in sorted((ROOT / package).rglob("*.py"))
        for name in silent_in(path.read_text())
    ]
    assert found == DOORS
