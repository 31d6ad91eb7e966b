"""The whole loop, small: it must hang together, whatever it learns."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from data.store.reader import open_dataset
from robopolicy.cli.main import main
from robopolicy.common.hydra_bridge.compose import load
from robopolicy.common.stages import OtherSettings
from robopolicy.experiments import demo as module
from robopolicy.experiments.demo import VARIED, DemoConfig, demo
from robopolicy.policies.checkpoint import doubts_of
from robopolicy.training import calibration
from sim.kinds.desk import DESK

TINY = [
    "play.minutes=1", "play.episode_steps=150", "relabel.sentences=1", "train.steps=12", "train.log_every=4",
    "train.goal_steps=60", "train.policy.width=32", "varied_minutes=1", "train.policy.history=10",
    "levels=seen,composition", "n=4", "n_controls=2", "films=1", "failures=0", "workers=1",
]  # fmt: skip


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibration, "N", 12)
        assert main(["demo", f"output={folder}", *TINY]) == 0
    return folder


@pytest.mark.long
def test_the_loop_leaves_all_that_it_promises(done: Path) -> None:
    for name in ("eval_info.json", "report.html", "checkpoint/config.json", "checkpoint/model.safetensors"):
        assert (done / name).stat().st_size > 100, name
    worlds = [open_dataset(done / name, DESK).config["scene"]["world"] for name in ("play", "varied")]
    assert worlds == ["nominal", VARIED]
    info = json.loads((done / "eval_info.json").read_text())
    assert {level: row["n_episodes"] for level, row in info["levels"].items()} == {
        "seen": 4, "composition": 4,
    }  # fmt: skip
    assert set(info["controls"]) == {"shuffled", "empty"}
    assert len(info["produced_by"]["checkpoint_sha256"]) == 64
    page = (done / "report.html").read_text()
    assert "Training" in page
    for film in done.glob("videos/*"):
        assert f"videos/{film.name}" in page
    assert "| composition | 4 |" in (done / "checkpoint/README.md").read_text()
    assert doubts_of(done / "checkpoint") is not None  # it can refuse


@pytest.mark.long
def test_successes_on_unseen_commands_become_a_film_and_a_gif(done: Path) -> None:
    info = json.loads((done / "eval_info.json").read_text())
    unseen = [e for e in info["episodes"] if e["success"] and e["level"] != "seen"]
    for name in ("unseen.mp4", "unseen.gif"):
        assert (done / name).exists() == bool(unseen)


@pytest.mark.long
def test_the_same_demo_again_does_nothing(done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = ("collect", "relabel_dataset", "train", "calibrate", "evaluate")
    for name in (*stages, "films_of", "montage", "write_report"):
        monkeypatch.setattr(module, name, None)
    assert main(["demo", f"output={done}", *TINY]) == 0


@pytest.mark.long
def test_other_settings_do_not_overwrite_a_demo(done: Path) -> None:
    config = load("demo", DemoConfig, [f"output={done}", *TINY])
    with pytest.raises(OtherSettings, match="holds a play stage made with other settings"):
        demo(dataclasses.replace(config, play=dataclasses.replace(config.play, seed=9)))
    with pytest.raises(OtherSettings, match="holds a train stage"):
        demo(dataclasses.replace(config, train=dataclasses.replace(config.train, steps=13)))


@pytest.mark.long
def test_the_checkpoint_can_be_told_what_to_do(
    done: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    options = [f"checkpoint={done}/checkpoint", f"output={tmp_path}", "max_steps=5", "refuse=false"]
    assert main(["command", *options, "open the drawer"]) == 0
    assert "“open the drawer”" in capsys.readouterr().out
    assert len(list(tmp_path.glob("01-open-the-drawer.mp4"))) == 1


@pytest.mark.long
def test_a_policy_does_the_same_on_any_number_of_processes(done: Path, tmp_path: Path) -> None:
    told = []
    for workers in (1, 2):
        options = [f"checkpoint={done}/checkpoint", f"output={tmp_path}/{workers}", f"workers={workers}"]
        assert main(["evaluate", *options, "levels=seen", "n=24", "n_controls=0", "max_steps=6"]) == 0
        actions = [
            np.load(path)["actions"] for path in sorted((tmp_path / f"{workers}/rollouts").glob("*.npz"))
        ]
        told.append((json.loads((tmp_path / f"{workers}/eval_info.json").read_text())["episodes"], actions))
    assert told[0][0] == told[1][0]
    assert all(np.array_equal(a, b) for a, b in zip(told[0][1], told[1][1], strict=True))


@pytest.mark.long
def test_a_damaged_checkpoint_is_refused_in_one_sentence(
    done: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "config.json").write_bytes((done / "checkpoint/config.json").read_bytes())
    (tmp_path / "model.safetensors").write_bytes((done / "checkpoint/model.safetensors").read_bytes()[:-9])
    for verb in (["command", "open the drawer"], ["evaluate", f"output={tmp_path}/out"]):
        assert main([*verb, f"checkpoint={tmp_path}"]) == 2
        err = capsys.readouterr().err
        assert "damaged" in err
        assert len(err.splitlines()) == 1
