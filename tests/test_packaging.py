"""What is installed is whole, and works from anywhere."""

import shutil
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import entry_points, version
from importlib.resources import files
from pathlib import Path

import pytest

from robopolicy.cli.main import VERBS

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def folder_of(package: str) -> Path:
    """Where a package's files are in the checkout."""
    mapped = PROJECT["tool"]["setuptools"]["package-dir"]
    return ROOT / mapped.get(package, package.replace(".", "/"))


def test_every_folder_with_modules_is_installed() -> None:
    listed = PROJECT["tool"]["setuptools"]["packages"]
    folders = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for package in ("sim", "data", "robopolicy")
        for path in (ROOT / package).rglob("*.py")
    }
    assert set(listed) == {*folders, "robopolicy.configs"}
    assert len(set(listed)) == len(listed)


def test_every_file_that_is_no_module_is_installed() -> None:
    declared = {
        path
        for package, patterns in PROJECT["tool"]["setuptools"]["package-data"].items()
        for pattern in patterns
        for path in folder_of(package).glob(pattern)
    }
    other = {
        path
        for package in ("sim", "data", "robopolicy", "configs")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert other == declared


def test_every_verb_has_a_config_and_no_config_is_left_over() -> None:
    shipped = {path.name for path in files("robopolicy.configs").iterdir() if path.name.endswith(".yaml")}
    assert {f"{verb.name}.yaml" for verb in VERBS} <= shipped


def test_every_verb_has_a_module() -> None:
    found = {path.stem for path in (ROOT / "robopolicy/cli/verbs").glob("*.py")} - {"__init__"}
    assert found == {verb.name for verb in VERBS}


def test_the_console_script_is_the_command_line() -> None:
    (script,) = entry_points(group="console_scripts", name="robopolicy")
    assert script.value == "robopolicy.__main__:main"
    assert version("robopolicy") == PROJECT["project"]["version"]


def test_nothing_ignores_the_data_package() -> None:
    patterns = [
        line.strip()
        for name in (".gitignore", ".dockerignore")
        if (ROOT / name).exists()
        for line in (ROOT / name).read_text().splitlines()
        if line.strip() and not line.startswith("#")
    ]
    assert not {"data", "data/", "/data", "/data/", "*data*"} & set(patterns)
    assert not (ROOT / "tests/data").exists()


def test_the_licence_is_shipped() -> None:
    assert PROJECT["project"]["license-files"] == ["LICENSE"]
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")


@pytest.mark.slow
def test_a_wheel_in_a_fresh_environment_helps_from_another_folder(tmp_path: Path) -> None:
    """Dependencies come from this environment; the project itself from the wheel alone."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    source = tmp_path / "source"  # a copy: a build folder left in the checkout would go into later wheels
    for name in ("sim", "data", "robopolicy", "configs"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), str(source)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("robopolicy-*.whl")
    venv.create(tmp_path / "env", with_pip=False)
    target = next((tmp_path / "env/lib").glob("python3*/site-packages"))
    subprocess.run(
        [*pip, "install", "--no-deps", "--target", str(target), str(wheel)], check=True, capture_output=True
    )
    here = next(Path(entry).resolve() for entry in sys.path if entry.endswith("site-packages"))
    (target / "borrowed.pth").write_text(f"{here}\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    python = tmp_path / "env/bin/python"
    told = ["command", "video=false", "max_steps=5", "open the drawer"]  # with the policy that is shipped
    asked = ["evaluate", "levels=chain", "n=1", "max_steps=2", "workers=1"]
    for arguments in (["--help"], ["evaluate", "--help"], ["tasks", "sentences=1"], told, asked):
        script = "import sys; from robopolicy.__main__ import main; sys.exit(main())"
        ran = subprocess.run(
            [python, "-c", script, *arguments], cwd=elsewhere, check=True, capture_output=True, text=True
        )
        assert ran.stdout
    where = subprocess.run(
        [python, "-c", "import sim, data, robopolicy as r; print(sim.__file__, data.__file__, r.__file__)"],
        cwd=elsewhere, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert all(path.startswith(str(target)) for path in where.split())


def test_every_template_is_installed_with_its_package() -> None:
    data = PROJECT["tool"]["setuptools"]["package-data"]
    folders = [*(ROOT / "robopolicy").rglob("templates")]
    assert folders
    for folder in folders:
        package = ".".join(folder.parent.relative_to(ROOT).parts)
        assert "templates/*" in data[package]
        assert not [path for path in folder.iterdir() if path.is_dir()]  # which the pattern would leave out
