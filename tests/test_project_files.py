"""README, documentation, workflow and citation speak of what there is."""

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml

from robopolicy.cli.main import VERBS
from sim.env import ID
from tests.test_imports import PATHS, imports_of

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
PACKAGES = ("sim", "data", "robopolicy", "benchmarks", "examples", "configs", "tests", "docs")
YAML = (
    ".github/workflows/ci.yml", ".github/ISSUE_TEMPLATE/bug.yml", ".pre-commit-config.yaml", "mkdocs.yml",
    "CITATION.cff",
)  # fmt: skip


@cache
def targets() -> set[str]:
    """What can be made."""
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def code_in(text: str) -> str:
    """What stands in backticks, or indented by four, or fenced."""
    blocks = re.findall(r"(?:^    [^\n]*\n)+|^```.*?^```", text, re.MULTILINE | re.DOTALL)
    return "\n".join([*blocks, *re.findall(r"`[^`\n]+`", text)])


def test_the_readme_fits_on_a_page() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


def test_the_readme_shows_every_folder_of_modules() -> None:
    text = (ROOT / "README.md").read_text()
    layout = text[text.index("## Layout") : text.index("## Where to read on")]
    shown = re.findall(r"^ +([a-z]+)/ ", layout, re.MULTILINE)
    folders = [
        folder
        for package in ("sim", "data", "robopolicy")
        for folder in [ROOT / package, *(ROOT / package).iterdir()]
        if (folder / "__init__.py").exists()
    ]
    assert {folder.name for folder in folders} <= set(shown)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_files_and_commands_that_exist(page: Path) -> None:
    code = code_in(page.read_text())
    if page.name == "CHANGELOG.md":  # it speaks of what was, too
        code = ""
    named = re.findall(rf"(?<![\w/.])((?:{'|'.join(PACKAGES)})/[\w/.-]+\w)", code)
    absent = [name for name in named if not (ROOT / name).exists() and not is_no_path(name)]
    assert not absent
    assert set(re.findall(r"(?:^ *|[`/;&] *)make ([a-z-]+)", code, re.MULTILINE)) <= targets()
    spoken = set(re.findall(r"(?:^|[\s`/])robopolicy ([a-z]+)\b(?! *->)", code))
    assert spoken <= {verb.name for verb in VERBS}
    modules = re.findall(r"python -m ((?:robopolicy|benchmarks)[\w.]+)", code)
    assert all((ROOT / f"{name.replace('.', '/')}.py").exists() for name in modules)


def is_no_path(name: str) -> bool:
    """The environment's id looks like one, and a dataset has a folder data/, too."""
    return name == ID or name.startswith("data/chunk-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_to_a_file_leads_to_one(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text())
    assert all((page.parent / link).exists() for link in links if "://" not in link)


WALKS = {"A command": ["command"], "A segment": ["play", "relabel", "train"], "An evaluation": ["evaluate"]}
"""Headings of docs/architecture.md, and the commands that they are about."""


def modules_behind(verbs: list[str]) -> set[str]:
    """All modules that a command needs, itself and what starts it included."""
    found: set[str] = set()
    left = {"robopolicy.__main__", *(f"robopolicy.cli.verbs.{verb}" for verb in verbs)}
    while left:
        name = left.pop()
        found.add(name)
        left |= (imports_of(PATHS[name]) & PATHS.keys()) - found
    return found


@pytest.mark.parametrize("heading", WALKS)
def test_a_walk_of_the_architecture_passes_modules_that_its_command_needs(heading: str) -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    (section,) = (one for one in text.split("\n## ") if one.startswith(heading))
    passed = [path.replace("/", ".") for path in re.findall(r"^\d+\. `([\w/]+)\.py`", section, re.MULTILINE)]
    assert len(passed) > 5
    assert set(passed) <= modules_behind(WALKS[heading])


@pytest.mark.parametrize("name", YAML)
def test_a_yaml_file_of_the_project_can_be_read(name: str) -> None:
    assert isinstance(yaml.safe_load((ROOT / name).read_text()), dict)


def test_the_workflow_runs_what_can_be_made_on_every_python_that_is_supported() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]
    runs = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert {".ci/run", ".ci/run test-slow"} <= set(runs)
    assert {run.removeprefix(".ci/run").removeprefix("make").strip() or "test" for run in runs} <= targets()
    supported = {entry.rpartition(":: ")[2] for entry in PROJECT["classifiers"] if "Python :: 3." in entry}
    assert set(jobs["test"]["strategy"]["matrix"]["python"]) == supported


def test_the_citation_is_of_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert f"## {PROJECT['version']} (" in (ROOT / "CHANGELOG.md").read_text()


def test_ruff_before_a_commit_is_the_one_that_is_installed() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local"
    assert all(hook["entry"].startswith(".venv/bin/ruff ") for hook in repository["hooks"])
