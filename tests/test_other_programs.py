"""Results of another program, or of one that was edited since, are not taken for this one's."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from robopolicy.common.stages import Stage, run_stages
from robopolicy.evaluation import evaluate as evaluation
from robopolicy.evaluation.evaluate import evaluate, evaluate_once
from robopolicy.evaluation.rollouts import Group, Rollouts
from tests.no_rollouts import SMALL, nobody_acts, quiet


@pytest.fixture(autouse=True)
def _nobody_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody_acts(monkeypatch)


def test_an_edit_of_any_source_makes_another_program_and_what_python_compiles_does_not(tmp_path: Path):
    root = Path(__file__).resolve().parent.parent
    for package in ("sim", "data", "robopolicy"):
        shutil.copytree(root / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))

    def found() -> str:
        command = "from robopolicy.common.provenance import code_hash; print(code_hash())"
        return subprocess.run(
            [sys.executable, "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    first = found()
    assert found() == first  # now with compiled files beside the sources
    edited = tmp_path / "sim/bullet/solver.py"
    edited.write_text(edited.read_text() + "\n")
    second = found()
    (tmp_path / "data/trials/chains.json").write_text("{}")
    assert len({first, second, found()}) == 3


@pytest.mark.parametrize("part", ["code", "versions"])
def test_an_interrupted_evaluation_goes_on_by_one_program_alone(
    tmp_path: Path, monkeypatch, capsys, injected, part: str
):
    config = replace(SMALL, output=str(tmp_path))
    rolled: Callable[..., Iterator[tuple[Group, Rollouts]]] = evaluation.roll_out_all
    ran: list[str] = []

    def stopping(groups: Sequence[Group], *_: object) -> Iterator[tuple[Group, Rollouts]]:
        yield from rolled(groups[:1])
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluation, "roll_out_all", stopping)
    with pytest.raises(KeyboardInterrupt):
        evaluate(config, quiet)

    def noting(groups: Sequence[Group], *_: object) -> Iterator[tuple[Group, Rollouts]]:
        ran.extend(group.name for group in groups)
        yield from rolled(groups)

    monkeypatch.setattr(evaluation, "roll_out_all", noting)
    now = evaluation.program()
    monkeypatch.setattr(evaluation, "program", lambda: {**now, part: "another"})
    evaluate(config, quiet)
    assert ran == ["seen-000", "seen-001"]
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert f"with other {part}; all are rolled out anew" in said
    injected("evaluation interrupted, then another program", f"other {part} at the second start", 1, "groups")


def test_a_complete_evaluation_of_another_program_is_not_read_back(tmp_path: Path, monkeypatch, capsys):
    config = replace(SMALL, output=str(tmp_path))
    evaluate(config, quiet)
    assert not capsys.readouterr().err
    evaluate_once(config, quiet)
    assert not capsys.readouterr().err
    now = evaluation.program()
    monkeypatch.setattr(evaluation, "program", lambda: {**now, "code": "another"})
    evaluate_once(config, quiet)
    assert "holds a complete evaluation with other code; it is rolled out anew" in capsys.readouterr().err


def test_the_fingerprint_of_the_code_is_kept_with_the_figures(tmp_path: Path):
    info, _ = evaluate(replace(SMALL, output=str(tmp_path)), quiet)
    assert info["produced_by"]["code_sha256"] == evaluation.program()["code"]


def test_stages_that_other_code_did_are_named_and_not_done_again(tmp_path: Path, monkeypatch, capsys):
    ran: list[str] = []
    stages = [Stage(name, 1, lambda _, name=name: ran.append(name)) for name in ("play", "train")]
    run_stages(stages, tmp_path)
    monkeypatch.setattr("robopolicy.common.stages.code_hash", lambda: "another")
    run_stages(stages, tmp_path)
    assert ran == ["play", "train"]
    assert "play, train in" in capsys.readouterr().err
