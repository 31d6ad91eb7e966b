"""A world that none of the packages knows goes the whole way, from play to a command."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.store.episode import DatasetOfOtherWorld
from data.store.reader import open_dataset
from robopolicy.cli.main import main
from sim.common.seeds import BEYOND
from sim.desk.scenes.sampler import SceneConfig
from sim.goal_draw import CannotDraw
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


def test_a_module_of_the_current_folder_is_found_by_the_installed_command(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text((ROOT / "examples/pucks.py").read_text())
    script = Path(sys.executable).parent / "robopolicy"
    asked = [script, "tasks", "env=mine:PUCKS", "sentences=1"]
    told = subprocess.run(asked, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert "shove_left" in told.stdout


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


def went_the_whole_way(folder: Path, minutes: int, steps: tuple[str, ...], asked: tuple[str, ...]) -> dict:
    """Plays, describes, trains and evaluates, into folders named play, policy, out; what the last found."""
    play, policy, out = (str(folder / name) for name in ("play", "policy", "out"))
    for verb, *options in (
        ("play", f"dataset={play}", f"minutes={minutes}", "episode_steps=200", "workers=1"),
        ("relabel", f"dataset={play}", "sentences=4", "variety=20"),
        ("train", f"dataset={play}", f"output={policy}", *SMALL, *steps),
        ("evaluate", f"checkpoint={policy}", f"output={out}", "levels=seen,paraphrase", *asked, "workers=1"),
    ):
        assert main([verb, f"env={ENV}", *options]) == 0
    return json.loads((folder / "out/eval_info.json").read_text())


@pytest.mark.long
def test_it_is_played_in_described_learned_and_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ("steps=3", "warmup=1", "goal_steps=3", "threads=1")
    info = went_the_whole_way(tmp_path, 6, few, ("n=4", "max_steps=5", "n_controls=2"))
    assert info["per_task"].keys() == {"shove_left", "park"}
    assert {name: level["n_episodes"] for name, level in info["levels"].items()} == {
        "seen": 4, "paraphrase": 4,
    }  # fmt: skip
    capsys.readouterr()
    told = ("max_steps=3", "video=false", "refuse=false", "put the blue puck on the mat")
    assert main(["command", f"env={ENV}", f"checkpoint={tmp_path / 'policy'}", *told]) == 0
    assert "put the blue puck on the mat" in capsys.readouterr().out
    with pytest.raises(DatasetOfOtherWorld, match=f"give env={ENV}"):
        open_dataset(tmp_path / "play", DESK)


@pytest.mark.slow
def test_all_of_it_takes_two_minutes_of_cpu_and_it_does_as_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.process_time()
    info = went_the_whole_way(tmp_path, 60, BRIEF, ("n=48", "max_steps=40", "n_controls=24"))
    policy = tmp_path / "policy"
    capsys.readouterr()
    assert (
        main(["command", f"env={ENV}", f"checkpoint={policy}", "video=false", "put the blue puck on the mat"])
        == 0
    )
    told = capsys.readouterr().out
    assert "understood as park (blue puck, mat)" in told
    assert "put the blue puck on the mat." in told
    assert time.process_time() - began < 120
    assert info["levels"]["seen"]["n_success"] > 40
    assert info["levels"]["paraphrase"]["n_success"] > 40


@pytest.mark.parametrize(
    "name", ["desc", "examples.pucks:COINS", "examples.puks:PUCKS", "sim.kinds.desk:TASKS"]
)
def test_a_kind_of_world_that_is_not_there_is_answered_in_a_sentence(name: str) -> None:
    with pytest.raises(UnknownWorldKind, match="no kind of world is called"):
        kind_of_world(name)


def test_the_desk_is_a_kind_like_any_other() -> None:
    assert kind_of_world("desk") is DESK


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("levels=chain",), "the level 'chain' is about the desk"),
        (("levels=pairs",), "the level 'pairs' is about the desk"),
        (("world=train",), "has no dynamics to randomise"),
        (("n_objects=4",), "has at most 3 objects, not 4"),
        (("videos=1",), "has no cameras"),
    ],
)
def test_what_it_does_not_have_is_said_in_a_sentence(
    options: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", f"env={ENV}", "checkpoint=expert", "n=2", *options]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.long
def test_your_own_sentences_are_asked_in_it(tmp_path: Path) -> None:
    commands, out = tmp_path / "mine.yaml", tmp_path / "out"
    commands.write_text("park: ['{object} should be on that mat']\n")
    asked = (f"commands={commands}", f"output={out}", "levels=[]", "n=2", "controls=[]", "workers=1")
    assert main(["evaluate", f"env={ENV}", "checkpoint=expert", *asked]) == 0
    info = json.loads((out / "eval_info.json").read_text())
    assert info["levels"]["yours"]["n_success"] == 2
    assert all(" puck should be on that mat" in one["sentence"] for one in info["episodes"])


def test_a_scene_is_drawn_for_what_is_allowed_and_never_from_a_seed_of_play() -> None:
    kind = kind_of_world(ENV)
    scene, goal = kind.draw_for("park", 3, SceneConfig(), lambda goal, names: names[goal.object][0] == "w")
    assert scene.names[goal.object] == "white puck"
    assert scene.seed >= BEYOND
    assert kind.draw_for("park", 3, SceneConfig(n_objects=2)) == kind.draw_for(
        "park", 3, SceneConfig(n_objects=2)
    )
    with pytest.raises(CannotDraw, match="no scene in which park is possible and allowed"):
        kind.draw_for("park", 3, SceneConfig(), lambda goal, names: False)
