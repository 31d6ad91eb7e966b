"""A world that none of the packages knows goes the whole way, from play to a command."""

import json
import sys
import time
from pathlib import Path

import pytest

from data.store.episode import DatasetOfOtherWorld
from data.store.reader import open_dataset
from robopolicy.cli.main import main
from sim.desk.scenes.sampler import SceneConfig
from sim.kinds.desk import DESK
from sim.kinds.registry import UnknownWorldKind, kind_of_world

ROOT = Path(__file__).resolve().parent.parent
ENV = "examples.pucks:PUCKS"
SMALL = (
    "policy.width=128",
    "policy.blocks=2",
    "policy.slot_width=64",
    "policy.code_width=16",
    "policy.chunk=4",
)
BRIEF = ("steps=450", "ema=0.98", "learning_rate=0.002", "warmup=50", "goal_steps=50", "threads=1")


@pytest.fixture(autouse=True)
def _from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])


def test_the_scripted_expert_does_what_can_be_asked_for() -> None:
    kind = kind_of_world(ENV)
    world = kind.open()
    for task in kind.tasks:
        done = 0
        for seed in range(30):
            scene, goal = kind.draw_for(task.name, seed, SceneConfig())
            before = state = world.build(scene)
            for _ in range(40):
                state = world.step(kind.expert(state, goal, scene))
                if kind.achieved(goal, before, state):
                    done += 1
                    break
        assert done >= 29, task.name


@pytest.mark.long
def test_it_is_played_in_described_learned_and_asked_in_two_minutes_of_cpu(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    play, policy, out = (str(tmp_path / name) for name in ("play", "policy", "out"))
    began = time.process_time()
    assert (
        main(["play", f"env={ENV}", f"dataset={play}", "minutes=60", "episode_steps=200", "workers=1"]) == 0
    )
    assert main(["relabel", f"env={ENV}", f"dataset={play}", "sentences=4", "variety=20"]) == 0
    assert main(["train", f"env={ENV}", f"dataset={play}", f"output={policy}", *SMALL, *BRIEF]) == 0
    levels = ("levels=seen,paraphrase", "n=48", "max_steps=40", "n_controls=24", "workers=1")
    assert main(["evaluate", f"env={ENV}", f"checkpoint={policy}", f"output={out}", *levels]) == 0
    capsys.readouterr()
    assert main(["command", f"env={ENV}", f"checkpoint={policy}", "video=false", "put it on the mat"]) == 0
    assert "understood as park" in capsys.readouterr().out
    assert time.process_time() - began < 120
    info = json.loads((tmp_path / "out/eval_info.json").read_text())
    assert info["per_task"].keys() == {"shove_left", "park"}
    assert info["levels"]["seen"]["n_success"] > 40
    assert info["levels"]["paraphrase"]["n_success"] > 40
    with pytest.raises(DatasetOfOtherWorld, match=f"give env={ENV}"):
        open_dataset(play)


@pytest.mark.parametrize(
    "name", ["desc", "examples.pucks:COINS", "examples.puks:PUCKS", "sim.kinds.desk:TASKS"]
)
def test_a_kind_of_world_that_is_not_there_is_answered_in_a_sentence(name: str) -> None:
    with pytest.raises(UnknownWorldKind, match="no kind of world is called"):
        kind_of_world(name)


def test_the_desk_is_a_kind_like_any_other() -> None:
    assert kind_of_world("desk") is DESK
