"""What is stored is what is loaded: damage to any file is said, and never becomes another result."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from data.common.checksums import HTML, MP4, digest, sealed, stamped, unsealed, unstamped
from data.common.errors import is_users
from data.store import annotations
from data.trials import chains
from robopolicy.cli.main import main
from robopolicy.common.stages import Stage, run_stages
from robopolicy.evaluation import evaluate as evaluation
from robopolicy.evaluation.evaluate import evaluate, evaluate_once
from robopolicy.evaluation.rollouts import Group, Rollouts
from robopolicy.evaluation.trials.config import EvaluateConfig
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
from robopolicy.policies.text.encoder import TextEncoder
from robopolicy.reporting import videos as films
from robopolicy.reporting.video_io import as_mp4, read_mp4
from robopolicy.training.metrics import read_metrics, write_metrics
from robopolicy.training.training_state import TrainingState
from sim.kinds.desk import DESK
from tests.mutations import mutations

TEXTS = ["open the drawer", "", "lift the red cube"]
SMALL = EvaluateConfig(checkpoint="expert", levels=("seen",), n=20, controls=(), workers=1)
HALVES = ((12, 20), (20, 12))


@pytest.fixture(autouse=True)
def _nobody_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rollouts take no time and come out by their names; so do tokens."""

    def rolled(groups: Sequence[Group], *_: object) -> Iterator[tuple[Group, Rollouts]]:
        for group in groups:
            rng, n = np.random.default_rng(len(group.name)), len(group.trials)
            ends = np.full((n, 1), 3)
            actions = rng.normal(size=(n, 3, 7)).astype(np.float32)
            success, context = rng.random(n) < 0.5, np.zeros((n, 0), np.float32)
            yield group, Rollouts(success, ends[:, 0], actions, ends, context, np.where(success, "", "time"))

    def encoded(encoder: TextEncoder, texts: Sequence[str]) -> list[np.ndarray]:
        seeds = [sum(text.encode()) for text in texts]
        return [np.random.default_rng(seed).normal(size=(seed % 5, 8)).astype(np.float16) for seed in seeds]

    monkeypatch.setattr(evaluation, "roll_out_all", rolled)
    monkeypatch.setattr(TextEncoder, "_encode", encoded)


def quiet(*_: object) -> None:
    pass


# -- what programs are told apart by ------------------------------------------------------------------


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
    rolled, ran = evaluation.roll_out_all, []

    def stopping(groups: Sequence[Group], *rest: Any) -> Iterator[tuple[Group, Rollouts]]:
        yield from rolled(groups[:1], *rest)
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluation, "roll_out_all", stopping)
    with pytest.raises(KeyboardInterrupt):
        evaluate(config, quiet)

    def noting(groups: Sequence[Group], *rest: Any) -> Iterator[tuple[Group, Rollouts]]:
        ran.extend(group.name for group in groups)
        yield from rolled(groups, *rest)

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


# -- checkpoints --------------------------------------------------------------------------------------


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


# -- every kind of file, damaged ----------------------------------------------------------------------


def test_a_seal_is_of_all_but_itself_and_says_the_same_of_a_file_written_otherwise():
    value = {"b": [1, 2.5, None], "a": {"10": "x", "9": "é"}}
    told = json.dumps(sealed(value), indent=3, sort_keys=True)
    assert unsealed(json.loads(told)) == value
    assert unsealed({**sealed(value), "c": 1}) is None
    assert unsealed(value) is None
    assert unsealed([]) is None
    assert digest({1: (2,)}) == digest({"1": [2]})
    assert sealed(sealed(value)) == sealed(value)


def test_a_film_with_its_checksum_plays_and_a_stamp_vouches_for_the_salt(tmp_path: Path):
    frames = [np.full((32, 32, 3), 40 * i, np.uint8) for i in range(4)]
    raw = stamped(as_mp4(frames), MP4, "this program")
    (tmp_path / "a.mp4").write_bytes(raw)
    assert len(list(read_mp4(tmp_path / "a.mp4"))) == 4
    assert unstamped(raw, MP4, "this program") == as_mp4(frames)
    assert unstamped(raw, MP4, "another") is None
    assert unstamped(b"", HTML) is None


class File(NamedTuple):
    """A kind of file: what makes a folder with a sound one, and what is read from it."""

    path: str
    make: Callable[[Path], None]
    read: Callable[[Path], Any]


def checkpoint_in(folder: Path) -> None:
    shutil.copytree(folder_of("benchmark"), folder, dirs_exist_ok=True)


def checkpoint_read(folder: Path) -> Any:
    policy = load_checkpoint(folder, DESK)
    return policy.config, digest([t.sum().item() for t in policy.state_dict().values()]), policy_hash(folder)


def tokens_read(folder: Path) -> Any:
    table = TextEncoder(cache_folder=folder).table(TEXTS)
    return table.features.tobytes(), table.starts.tolist()


def evaluated(folder: Path) -> Any:
    info, results = evaluate_once(replace(SMALL, output=str(folder)), quiet)
    rollouts = [one.actions.tobytes() for one in results["seen"]]
    written = json.loads((folder / "eval_info.json").read_text())
    return info["levels"], info["episodes"], rollouts, written["levels"]


def state_of(folder: Path) -> TrainingState:
    torch.manual_seed(0)
    model = torch.nn.Linear(3, 2)
    return TrainingState(model, torch.optim.AdamW(model.parameters()), folder, {"steps": 9})


def stepped(state: TrainingState, to: int) -> None:
    for step in range(state.done, to):
        state.step(state.model(torch.full((1, 3), float(step))).square().sum(), 0.1, 1.0, 0.9)


def train_some(folder: Path) -> None:
    state = state_of(folder)
    for done in (1, 2):
        stepped(state, done)
        state.save(done)


def trained_on(folder: Path) -> Any:
    """The weights after three steps, from whichever state is sound."""
    state = state_of(folder)
    assert state.resume() in (1, 2)
    stepped(state, 3)
    return [tensor.tolist() for tensor in (*state.model.state_dict().values(), *state.average.values())]


def stages_in(folder: Path) -> Any:
    run_stages([Stage("play", 1, quiet), Stage("train", 2, quiet)], folder)
    return [one["done"] for one in json.loads((folder / "stages.json").read_text()).values() if "done" in one]


def film_in(folder: Path) -> Any:
    frames = [np.full((32, 32, 3), 40 * i, np.uint8) for i in range(4)]
    films.make_once(folder / "film.mp4", lambda: as_mp4(frames), MP4)
    return (folder / "film.mp4").read_bytes()


def page_in(folder: Path) -> Any:
    films.make_once(folder / "page.html", lambda: b"<html>" + b"motion" * 99, HTML)
    return (folder / "page.html").read_bytes()


def chains_in(folder: Path) -> None:
    shutil.copy(Path(chains.__file__).with_name("chains.json"), folder)


def chains_read(folder: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chains, "FILE", str(folder / "chains.json"))
        return chains.read_chains.__wrapped__()


def annotations_in(folder: Path) -> None:
    one = annotations.Annotation(0, 3, 9, "lift", 1, -1, "it lifted the cube", "ada", "2026-01-01T00:00:00")
    rows = [sealed(one._replace(start=start)._asdict()) for start in range(4)]
    (folder / "meta").mkdir(parents=True)
    annotations.annotations_path(folder).write_text("".join(json.dumps(row) + "\n" for row in rows))


METRICS = [{"step": step, "loss": 1 / (1 + step)} for step in range(8)]


def metrics_read(folder: Path) -> Any:
    """All rows, or fewer."""
    return all(row in METRICS for row in read_metrics(folder / "metrics.jsonl"))


FILES = [
    File("model.safetensors", checkpoint_in, checkpoint_read),
    File("config.json", checkpoint_in, checkpoint_read),
    File("confidence.json", checkpoint_in, doubts_of),
    File("*/*.safetensors", tokens_read, tokens_read),
    File("rollouts/seen-000.npz", evaluated, evaluated),
    File("rollouts/made_by.json", evaluated, evaluated),
    File("rollouts/complete.json", evaluated, evaluated),
    File("eval_info.json", evaluated, evaluated),
    File("state.safetensors", train_some, trained_on),
    File("stages.json", stages_in, stages_in),
    File("film.mp4", film_in, film_in),
    File("page.html", page_in, page_in),
    File("chains.json", chains_in, chains_read),
    File("meta/annotations.jsonl", annotations_in, lambda folder: annotations.read_annotations(folder, DESK)),
    File("metrics.jsonl", lambda folder: write_metrics(folder / "metrics.jsonl", METRICS), metrics_read),
]


def withstands(file: File, folder: Path, n: int, seed: int) -> None:
    """Damage a file so often, and ask that it is noticed, or makes no difference."""
    folder.mkdir(exist_ok=True)
    file.make(folder)
    sound = file.read(folder)
    (path,) = folder.glob(file.path)
    whole = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    for damaged in mutations(whole[path], n, seed):
        for one in {one for one in folder.rglob("*") if one.is_file()} - whole.keys():
            one.unlink()
        for one, raw in whole.items():
            one.write_bytes(raw)
        path.write_bytes(damaged)
        said, refused = io.StringIO(), None
        with redirect_stderr(said):
            try:
                found = file.read(folder)
            except ValueError as error:
                found, refused = sound, error
        told = said.getvalue().splitlines() if refused is None else [str(refused)]
        assert found == sound
        assert refused is None or is_users(refused), refused
        assert len(told) <= 2
        assert all(len(one.splitlines()) == 1 for one in told)
        if told:
            assert str(folder) in "".join(told)
        else:  # it hit spaces of JSON, say: nothing was made anew in silence
            assert path.read_bytes() == damaged


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path)
def test_damage_to_a_file_is_said_or_makes_no_difference(file: File, tmp_path: Path, injected):
    withstands(file, tmp_path / "it", 5, seed=1)
    injected(f"{file.path} damaged", "bits flipped, cut short, blocks zeroed, doubled, appended", 5)


@pytest.mark.faults
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path)
def test_no_damage_of_eighty_becomes_another_result(file: File, tmp_path: Path, injected):
    withstands(file, tmp_path / "it", 80, seed=2)
    injected(f"{file.path} damaged", "bits flipped, cut short, blocks zeroed, doubled, appended", 80)
