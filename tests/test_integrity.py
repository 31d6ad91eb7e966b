"""What is stored is what is loaded: damage to any file is said, and never becomes another result."""

import io
import json
import shutil
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from data.common.checksums import HTML, MP4, digest, sealed, stamped, unsealed, unstamped
from data.common.errors import is_users
from data.store import annotations
from data.trials import chains
from robopolicy.common.stages import Stage, run_stages
from robopolicy.evaluation.evaluate import evaluate_once
from robopolicy.policies.checkpoint import (
    doubts_of,
    folder_of,
    load_checkpoint,
    policy_hash,
)
from robopolicy.policies.text.encoder import TextEncoder
from robopolicy.reporting import videos as films
from robopolicy.reporting.video_io import as_mp4, read_mp4
from robopolicy.training.metrics import read_metrics, write_metrics
from robopolicy.training.training_state import TrainingState
from sim.kinds.desk import DESK
from tests.mutations import mutations
from tests.no_rollouts import SMALL, nobody_acts, quiet

TEXTS = ["open the drawer", "", "lift the red cube"]


@pytest.fixture(autouse=True)
def _nobody_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody_acts(monkeypatch)


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
