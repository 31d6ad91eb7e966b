"""Checkpoints: a folder that says all, and errors that say what is wrong."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from hypothesis import strategies as st

from data.common.checksums import sealed
from robopolicy.cli.main import main
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.base.spec import spec_of
from robopolicy.policies.checkpoint import (
    CheckpointError,
    folder_of,
    load_checkpoint,
    read_config,
    save_checkpoint,
)
from robopolicy.policies.registry import build
from sim.kinds.desk import DESK
from tests.doors import takes_or_refuses
from tests.fuzzing import fuzz

SMALL = PolicyConfig(width=32, blocks=1, token_width=16, slot_width=8, code_width=8)
ENCODER = {"model": "some-model", "layer": 3, "sha256": "0" * 64}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_checkpoint(tmp_path, build(SMALL, spec_of(DESK)), ENCODER, {"steps": 7}, DESK)
    return tmp_path


def change(folder: Path, **values: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(sealed({**config, **values})))


def test_what_is_saved_is_what_is_loaded(tmp_path: Path):
    policy = build(SMALL, spec_of(DESK))
    save_checkpoint(tmp_path, policy, ENCODER, {"steps": 7}, DESK)
    again = load_checkpoint(tmp_path, DESK)
    assert again.config == SMALL
    assert again.encoder_sha256 == ENCODER["sha256"]
    assert not again.training
    for name, tensor in policy.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor)


def test_the_folder_holds_a_card_and_nothing_pickled(folder: Path):
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.safetensors", "README.md"}
    assert "some-model" in (folder / "README.md").read_text()
    assert "steps: 7" in (folder / "README.md").read_text()


def test_averaged_weights_take_the_place_of_the_policys_own(tmp_path: Path):
    policy = build(SMALL, spec_of(DESK))
    zeros = {name: torch.zeros_like(tensor) for name, tensor in policy.state_dict().items()}
    save_checkpoint(tmp_path, policy, ENCODER, {}, DESK, zeros)
    assert not any(tensor.any() for tensor in load_checkpoint(tmp_path, DESK).state_dict().values())


def test_a_missing_file_is_named(folder: Path):
    (folder / "model.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"model\.safetensors is missing"):
        load_checkpoint(folder, DESK)
    with pytest.raises(CheckpointError, match=r"config\.json is missing"):
        load_checkpoint(folder / "nowhere", DESK)


def test_one_flipped_byte_is_noticed(folder: Path):
    path = folder / "model.safetensors"
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    with pytest.raises(CheckpointError, match="damaged"):
        load_checkpoint(folder, DESK)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "confidence.json"])
def test_a_checkpoint_copied_without_one_of_its_files_is_refused_by_its_name(
    tmp_path: Path, capfd, injected, name: str
):
    copy = Path(shutil.copytree(folder_of("benchmark"), tmp_path / "copy"))
    (copy / name).unlink()
    verbs = [["command", "video=false", "open the drawer"], ["evaluate", f"output={tmp_path}/out", "n=1"]]
    for verb in verbs[: 1 if name == "confidence.json" else 2]:  # an evaluation refuses no sentence
        assert main([*verb, f"checkpoint={copy}"]) == 2
        err = capfd.readouterr().err
        assert len(err.splitlines()) == 1
        assert name in err
    injected("a checkpoint copied without one of its files", f"without {name}", 1)


def test_weights_of_another_network_are_refused(folder: Path):
    policy = json.loads((folder / "config.json").read_text())["policy"]
    change(folder, policy={**policy, "width": 64})
    with pytest.raises(CheckpointError, match="another network"):
        load_checkpoint(folder, DESK)


def test_a_config_of_another_version_is_refused(folder: Path):
    policy = json.loads((folder / "config.json").read_text())["policy"]
    change(folder, policy={**policy, "wings": 2})
    with pytest.raises(CheckpointError, match="wings"):
        load_checkpoint(folder, DESK)
    change(folder, format=99)
    with pytest.raises(CheckpointError, match="format 99"):
        load_checkpoint(folder, DESK)


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"policy": {}}'])
def test_a_config_that_is_none_is_refused(folder: Path, content: str):
    (folder / "config.json").write_text(content)
    with pytest.raises(CheckpointError):
        read_config(folder)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(0, 70) | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = [("format",), ("policy",), ("encoder",), ("encoder", "sha256"), ("weights_sha256",), ("trained",)]
KEYS += [("policy", name) for name in asdict(SMALL)] + [("policy", "encoder", "layer"), ("policy", "more")]
CHANGES = st.lists(st.tuples(st.sampled_from(KEYS), VALUES), min_size=1, max_size=2)


def loads_or_is_refused(folder: Path, sound: str, changes: list[tuple[tuple[str, ...], object]]) -> None:
    """A config.json with values changed, and its checksum as if that had been meant."""
    config = json.loads(sound)
    for (*way, key), value in changes:
        at = config
        for name in way:
            at = at.get(name) if isinstance(at, dict) else None
        if isinstance(at, dict):
            at[key] = value
    (folder / "config.json").write_text(json.dumps(sealed(config)))
    assert takes_or_refuses(load_checkpoint, folder, DESK)


def test_a_config_of_any_values_loads_or_is_refused_in_one_sentence(folder: Path):
    sound = (folder / "config.json").read_text()
    fuzz(lambda changes: loads_or_is_refused(folder, sound, changes), CHANGES)


@pytest.mark.faults
def test_a_config_of_thousands_of_values_loads_or_is_refused_in_one_sentence(folder: Path, injected):
    sound = (folder / "config.json").read_text()
    times = fuzz(lambda changes: loads_or_is_refused(folder, sound, changes), CHANGES, share=0.5)
    injected("config.json of a checkpoint with any values", "drawn by hypothesis, sealed again", times)
