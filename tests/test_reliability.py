"""The harness of `make faults`: what the page says is what the tests did."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.reliability import Fault, Outcome, document

CASES = """
import pytest
from hypothesis import strategies as st
from tests.fuzzing import fuzz

pytestmark = pytest.mark.faults

def test_a_property(injected):
    injected("hostile | text", "drawn", fuzz(lambda text: None, st.text()))

@pytest.mark.parametrize("part", [1, 2])
def test_parts(injected, part):
    injected("a kill", "SIGKILL", part)

def test_what_breaks(injected):
    injected("a lost file", "removed", 1)
    assert FLAG

def test_what_cannot_be_done():
    pytest.skip("mounting is not allowed")

@pytest.mark.xfail(strict=True, reason="play shows no second press")
def test_what_is_known():
    assert False
"""
QUIET = "def test_that_injects_nothing():\n    assert False\n"


def page(folder: Path, flag: bool, *options: str) -> tuple[int, str]:
    """Exit code and page of a run of CASES by the harness."""
    tests = folder / "tests"
    tests.mkdir(exist_ok=True)
    here = Path(__file__).parent
    for name in ("conftest.py", "reliability.py", "fuzzing.py"):
        (tests / name).write_text((here / name).read_text())
    (tests / "test_cases.py").write_text(CASES.replace("FLAG", str(flag)))
    (tests / "test_quiet.py").write_text(QUIET)
    settings = "[pytest]\npythonpath = .\nmarkers = faults: such\naddopts = --import-mode=importlib\n"
    (folder / "pytest.ini").write_text(settings)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--reliability", "page.md", *options, "tests"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    written = folder / "page.md"
    return run.returncode, written.read_text() if written.exists() else run.stdout + run.stderr


@pytest.mark.long
def test_the_page_counts_what_was_withstood_in_any_process(tmp_path: Path) -> None:
    code, text = page(tmp_path, True, "-n", "2")
    assert code == 0, text
    assert "| hostile \\| text | drawn | 200 | nothing |" in text
    assert "| a kill | SIGKILL | 3 | nothing |" in text
    assert "3 faults, injected 204 times in all" in text
    assert "Not withstood" not in text
    assert "Not injected here:\n\n- mounting is not allowed\n" in text
    assert "Known, and not mended yet:\n\n- play shows no second press\n" in text
    assert str(tmp_path) not in text


@pytest.mark.long
def test_a_fault_that_is_not_withstood_fails_and_is_listed_without_a_row(tmp_path: Path) -> None:
    code, text = page(tmp_path, False)
    assert code == 1
    assert "Not withstood, so `make faults` failed:\n\n- `tests/test_cases.py::test_what_breaks`\n" in text
    assert "a lost file" not in text


@pytest.mark.long
def test_a_run_that_does_not_come_to_an_end_leaves_the_page_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("before")
    assert page(tmp_path, True, "-k", "no_such_test") == (pytest.ExitCode.NO_TESTS_COLLECTED, "before")


def test_rows_are_sorted_and_lines_within_them_joined() -> None:
    text = document(Outcome([Fault("b", "x\ny", 2, "nothing"), Fault("a", "x", 1000, "a step")]))
    assert text.endswith("| a | x | 1,000 | a step |\n| b | x y | 2 | nothing |\n")
