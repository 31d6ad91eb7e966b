"""What a checkpoint vouches for: its weights, its shapes, and its measure of confidence."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from data.common.checksums import sealed
from robopolicy.cli.main import main
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.base.spec import spec_of
from robopolicy.policies.checkpoint import (
    CheckpointError,
    confidence_of,
    doubts_of,
    folder_of,
    load_checkpoint,
    policy_hash,
    save_checkpoint,
)
from robopolicy.policies.registry import build
from sim.kinds.desk import DESK
from tests.no_rollouts import nobody_acts


@pytest.fixture(autouse=True)
def _nobody_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody_acts(monkeypatch)


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    shutil.copytree(folder_of("benchmark"), tmp_path / "shipped")
    return tmp_path / "shipped"


def test_the_shipped_config_vouches_for_the_confidence(shipped: Path):
    assert confidence_of(shipped) == confidence_of("benchmark")
    measure = shipped / "confidence.json"
    measure.write_text(measure.read_text().replace('"least": 0.17', '"least": 0.01'))
    with pytest.raises(CheckpointError, match=r"confidence\.json is damaged.*experiments\.confidence"):
        doubts_of(shipped)


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_damaged_confidence_stops_a_command_with_a_sentence(shipped: Path, capfd, injected, damage: str):
    path = shipped / "confidence.json"
    path.write_bytes(path.read_bytes()[:100]) if damage == "cut" else path.unlink()
    assert main(["command", f"checkpoint={shipped}", "video=false", "make me a coffee"]) == 2
    err = capfd.readouterr().err
    assert len(err.splitlines()) == 1
    assert str(path) in err
    injected("confidence.json damaged", damage, 1)


def test_a_checkpoint_of_an_earlier_version_says_that_its_confidence_is_not_vouched_for(
    shipped: Path, capsys
):
    before = policy_hash(shipped)
    config = json.loads((shipped / "config.json").read_text())
    del config["confidence_sha256"], config["checksum"]
    (shipped / "config.json").write_text(json.dumps(config))
    assert doubts_of(shipped) == confidence_of("benchmark")
    assert "does not vouch for confidence.json" in capsys.readouterr().err
    assert policy_hash(shipped) == before  # what it does is the same


def test_new_weights_leave_no_confidence_of_the_old(shipped: Path, capsys):
    encoder = {"model": "some-model", "layer": 3, "sha256": "0" * 64}
    save_checkpoint(shipped, build(PolicyConfig(width=32, blocks=1), spec_of(DESK)), encoder, {}, DESK)
    assert not (shipped / "confidence.json").exists()
    assert doubts_of(shipped) is None
    assert "no sentence is refused" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("head", "zzz"), ("conditioning", None), ("history", -5), ("history", 10**9), ("width", 20_000),
        ("blocks", 100_000), ("execute", 99), ("chunk", 2.0), ("width", True), ("slot_width", float("nan")),
        ("named", 1), ("token_width", "384"), ("codes", 3), ("encoder", {"model": 7, "layer": 3}),
        ("encoder", {"model": "x", "layer": 10**6}), ("encoder", []), ("width", [[]]),
    ],
)  # fmt: skip
def test_a_network_that_nobody_needs_is_refused_before_it_is_built(
    shipped: Path, monkeypatch, name: str, value: object
):
    monkeypatch.setattr("robopolicy.policies.checkpoint.build", None)
    config = json.loads((shipped / "config.json").read_text())
    config["policy"][name] = value
    (shipped / "config.json").write_text(json.dumps(sealed(config)))
    with pytest.raises(CheckpointError, match=r"config\.json does not describe a policy") as caught:
        load_checkpoint(shipped, DESK)
    assert len(str(caught.value)) < 400


def test_the_command_line_has_the_same_bounds(capfd, tmp_path: Path):
    for option, says in (
        ("head=zzz", "no head is called"), ("width=20000", "1 to 2048"), ("history=-5", "0 to 1000"),
    ):  # fmt: skip
        assert main(["train", f"policy.{option}", f"output={tmp_path}"]) == 2
        err = capfd.readouterr().err
        assert says in err
        assert len(err.splitlines()) == 1


@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="no record of memory to reset")
def test_other_shapes_are_refused_before_memory_is_taken_for_them(shipped: Path):
    config = json.loads((shipped / "config.json").read_text())
    config["policy"] |= {"width": 2048, "blocks": 32}  # 1.1 GB
    (shipped / "config.json").write_text(json.dumps(sealed(config)))
    Path("/proc/self/clear_refs").write_text("5")  # the most so far is what is now
    before = _resident()
    with pytest.raises(CheckpointError, match="of another network than"):
        load_checkpoint(shipped, DESK)
    assert _resident() - before < 300e6


def _resident() -> int:
    """Bytes of memory that this process has at its most so far."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


@pytest.mark.parametrize("content", ["[" * 100_000, '{"policy":' * 5000, " " * (2 << 20), "{"])
def test_a_config_that_is_deep_or_long_is_refused_in_a_sentence(shipped: Path, content: str):
    (shipped / "config.json").write_text(content)
    with pytest.raises(CheckpointError, match=r"config\.json is damaged"):
        load_checkpoint(shipped, DESK)


@pytest.mark.parametrize("size", [0, 2**40, 2**63, 10])
def test_an_absurd_header_of_the_weights_is_refused(shipped: Path, size: int):
    path = shipped / "model.safetensors"
    path.write_bytes(size.to_bytes(8, "little") + path.read_bytes()[8:])
    _vouch_for_weights(shipped)
    with pytest.raises(CheckpointError, match="of another network"):
        load_checkpoint(shipped, DESK)


def test_weights_that_are_no_numbers_are_refused_and_the_message_is_said_once(shipped: Path, capfd):
    path = shipped / "model.safetensors"
    tensors = load_file(path)
    tensors["control.enter.weight"][3, 4] = float("nan")
    save_file(tensors, path)
    _vouch_for_weights(shipped)
    assert main(["command", f"checkpoint={shipped}", "video=false", "open the drawer"]) == 2
    err = capfd.readouterr().err
    assert len(err.splitlines()) == 1
    assert err.count("not all numbers (control.enter.weight)") == 1


def _vouch_for_weights(folder: Path) -> None:
    """As somebody would who made the file."""
    config = json.loads((folder / "config.json").read_text())
    config["weights_sha256"] = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    (folder / "config.json").write_text(json.dumps(sealed(config)))
