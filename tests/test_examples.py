"""The scripts in examples/ run as they are given to newcomers, and print what their first lines say."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
ARGUMENTS = {"evaluate_a_policy": ["4"]}  # rollouts: as few as say something
SAYS = {
    "step_the_desk": r"open_drawer: done after \d+ steps, reward 1\.0\.",
    "collect_and_relabel": r"8 episodes, 1200 steps, \d+ segments\.\nepisode 0, steps .*: lift +\".+\"",
    "evaluate_a_policy": r"paraphrase  \d.* % \[.*\] of 4\nnothing said  .*\n.*: p = \d",
    "drive_policy": r"family='open_drawer'.*\ndone after \d+ steps",
    "train_tiny": r"step  30: loss \d+\.\d+ .*\ncheckpoint: README\.md, config\.json, .*model\.safetensors",
}


@pytest.mark.long
@pytest.mark.parametrize("name", SAYS)
def test_an_example_prints_what_it_promises(name: str, tmp_path: Path) -> None:
    command = [sys.executable, EXAMPLES / f"{name}.py", *ARGUMENTS.get(name, [])]
    ran = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert re.search(SAYS[name], ran.stdout), ran.stdout
    assert not list(tmp_path.iterdir()), "an example leaves nothing behind that nobody asked for"


def test_every_example_says_how_it_is_run() -> None:
    scripts = list(EXAMPLES.glob("*.py"))
    assert len(scripts) >= 4
    for path in scripts:
        ways = f"python examples/{path.name}", f"env=examples.{path.stem}:"
        said = ast.get_docstring(ast.parse(path.read_text())) or ""
        assert any(way in said for way in ways), path.name
