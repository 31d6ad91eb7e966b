"""Imports point one way: robopolicy -> data -> sim; and the packages hold no surprises."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = {"sim": {"sim"}, "data": {"sim", "data"}, "robopolicy": {"sim", "data", "robopolicy"}}
MODULES = sorted(path for package in ALLOWED for path in (ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The top-level names of everything that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            found.add((node.module or "").partition(".")[0])
    return found


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
    users = {path.stem for path in MODULES if imported(path) & {"hydra", "omegaconf"}}
    assert users <= {"config", "multirun", "cli"}


def test_nothing_is_pickled_or_evaluated() -> None:
    for path in MODULES:
        assert not imported(path) & {"pickle", "cloudpickle", "dill", "shelve"}, path
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec"), path
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                raise AssertionError(f"{path} calls torch.load")


def test_packages_run_nothing_when_imported() -> None:
    for package in ALLOWED:
        body = ast.parse((ROOT / package / "__init__.py").read_text()).body
        assert all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in body)


@pytest.mark.parametrize("package", list(ALLOWED))
def test_no_package_imports_itself_in_a_circle(package: str) -> None:
    # Each module imported first, in a process of its own: a cycle shows as an ImportError in some order.
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in MODULES
        if path.relative_to(ROOT).parts[0] == package
    ]
    graph = {name: _within(name, names) for name in names}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"imports in a circle: {' -> '.join((*trail, name))}"
        if name not in done:
            for other in graph[name]:
                visit(other, (*trail, name))
            done.add(name)

    for name in names:
        visit(name, ())


def _within(name: str, names: list[str]) -> set[str]:
    path = ROOT / Path(*name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {other for other in found if other in names and other != name}


def test_help_needs_neither_torch_nor_physics() -> None:
    script = (
        "import sys; from robopolicy.cli import main; main(['--help']); "
        "sys.exit(bool({'torch', 'pybullet', 'transformers'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
