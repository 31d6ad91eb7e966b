"""The command line, killed, interrupted, doubled, and starved of disk; then the same command again."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.plays import some_play
from tests.process_faults import (
    Running,
    assert_one_sentence,
    at_random,
    checkpoint,
    content,
    figures,
    fill,
    group_is_gone,
    ran,
    read_only,
    said_quietly,
    small_disk,
)

Note = Callable[..., None]
PLAY = ("play", "minutes=4", "episode_steps=50", "workers=2")
EVALUATE = (
    "evaluate",
    "checkpoint=expert",
    "levels=seen",
    "n=64",
    "max_steps=40",
    "controls=[]",
    "workers=2",
)
TRAIN = (
    "train", "steps=60", "goal_steps=20", "save_every=10", "log_every=5", "threads=1", "samples.segments=8",
    "samples.sentences=8", "policy.width=32", "policy.blocks=1", "policy.slot_width=8",
    "policy.code_width=8", "policy.conditioning=free",
)  # fmt: skip


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = some_play(tmp_path_factory.mktemp("play"))
    assert ran("relabel", f"dataset={folder}", "sentences=1").code == 0
    return folder


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed") / "play"
    assert ran(*PLAY, f"dataset={folder}").code == 0
    return content(folder)


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("undisturbed")
    assert ran(*EVALUATE, f"output={folder}").code == 0
    return figures(folder)


@pytest.fixture(scope="module")
def trained(described: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("undisturbed")
    assert ran(*TRAIN, f"dataset={described}", f"output={folder}").code == 0
    return checkpoint(folder)


def commits(folder: Path) -> int:
    return len(list(folder.glob("data/*/*.parquet")))


def groups(folder: Path) -> int:
    return len(list(folder.glob("rollouts/*.npz")))


def saved(folder: Path) -> bool:
    return (folder / "training/state.safetensors").exists()


@pytest.mark.faults
def test_play_ends_with_the_same_dataset_though_workers_are_killed(
    tmp_path: Path, played: dict[str, bytes], injected: Note
) -> None:
    with Running(*PLAY, f"dataset={tmp_path}/play") as run:
        for n in (0, 2):
            run.until(lambda n=n: commits(tmp_path / "play") >= n and run.workers(), "a commit")
            kill(run.workers()[0])
        ended = run.wait()
    assert ended.code == 0, ended
    assert ended.err.count("a worker process was lost, killed by SIGKILL") == 2
    assert content(tmp_path / "play") == played
    injected("a worker of play is killed", "SIGKILL while it starts, and while it plays", 2)


@pytest.mark.faults
def test_evaluate_finds_the_same_though_workers_are_killed(
    tmp_path: Path, evaluated: dict[str, Any], injected: Note
) -> None:
    with Running(*EVALUATE, f"output={tmp_path}") as run:
        run.until(lambda: groups(tmp_path) and run.workers(), "a group")
        kill(run.workers()[-1])
        ended = run.wait()
    assert ended.code == 0, ended
    assert figures(tmp_path) == evaluated
    injected("a worker of evaluate is killed", "SIGKILL while it rolls out", 1)


@pytest.mark.faults
def test_play_whose_processes_are_all_killed_again_and_again_goes_on_to_the_same_dataset(
    tmp_path: Path, played: dict[str, bytes], injected: Note
) -> None:
    for n in (0, 1, 3):
        with Running(*PLAY, f"dataset={tmp_path}/play") as run:
            run.until(lambda n=n: commits(tmp_path / "play") >= n, "a commit")
            at_random(run)
    assert ran(*PLAY, f"dataset={tmp_path}/play").code == 0
    assert content(tmp_path / "play") == played
    injected("all processes of play are killed", "SIGKILL at random moments, then again", 3)


@pytest.mark.faults
def test_an_evaluation_whose_processes_are_all_killed_goes_on_to_the_same_figures(
    tmp_path: Path, evaluated: dict[str, Any], injected: Note
) -> None:
    for n in (0, 2):
        with Running(*EVALUATE, f"output={tmp_path}") as run:
            run.until(lambda n=n: groups(tmp_path) >= n, "a group")
            at_random(run)
    assert ran(*EVALUATE, f"output={tmp_path}").code == 0
    assert figures(tmp_path) == evaluated
    injected("all processes of evaluate are killed", "SIGKILL at random moments, then again", 2)


@pytest.mark.faults
def test_a_training_that_is_killed_goes_on_to_the_same_checkpoint(
    tmp_path: Path, described: Path, trained: dict[str, Any], injected: Note
) -> None:
    command = (*TRAIN, f"dataset={described}", f"output={tmp_path}")
    with Running(*command) as run:
        run.until(lambda: saved(tmp_path), "a saved state")
        at_random(run, 0.3)
    assert ran(*command).code == 0
    assert checkpoint(tmp_path) == trained
    injected("train is killed", "SIGKILL at a random moment, then again", 1)


@pytest.mark.faults
def test_a_training_whose_disk_fills_keeps_its_last_state_and_goes_on_when_there_is_room(
    tmp_path: Path, described: Path, trained: dict[str, Any], injected: Note
) -> None:
    with small_disk(tmp_path / "disk", 64_000) as disk:
        command = (*TRAIN, f"dataset={described}", f"output={disk}/run")
        ballast = fill(disk)
        assert_one_sentence(ran(*command), "can't write to", "No space left on device")
        ballast.unlink()
        with Running(*command) as run:
            run.until(lambda: saved(disk / "run"), "a saved state")
            ballast = fill(disk)
            ended = run.wait()
        assert_one_sentence(ended, "can't write to", "No space left on device")
        ballast.unlink()
        assert ran(*command).code == 0
        assert checkpoint(disk / "run") == trained
    injected("the disk fills under train", "a tmpfs, full at the start and in the middle", 2)


@pytest.mark.faults
def test_play_and_evaluate_whose_disk_fills_keep_what_was_finished_and_go_on_when_there_is_room(
    tmp_path: Path, played: dict[str, bytes], evaluated: dict[str, Any], injected: Note
) -> None:
    with small_disk(tmp_path / "disk", 64_000) as disk:
        for option, command, finished in (("dataset", PLAY, commits), ("output", EVALUATE, groups)):
            command = (*command, f"{option}={disk}/{option}")
            ballast = fill(disk)
            assert_one_sentence(ran(*command), "can't write to", "No space left on device")
            ballast.unlink()
            with Running(*command) as run:
                run.until(lambda o=option, f=finished: f(disk / o) >= 1, "something finished")
                ballast = fill(disk)
                ended = run.wait()
            assert_one_sentence(ended, "can't write to", "No space left on device")
            assert finished(disk / option) >= 1
            ballast.unlink()
            assert ran(*command).code == 0
        assert content(disk / "dataset") == played
        assert figures(disk / "output") == evaluated
    injected("the disk fills under play and evaluate", "a tmpfs, full at the start and in the middle", 4)


@pytest.mark.faults
def test_every_verb_refuses_a_disk_that_is_full_or_read_only_or_no_folder_before_it_begins(
    tmp_path: Path, described: Path, injected: Note
) -> None:
    (tmp_path / "file").touch()
    verbs = (
        (*TRAIN, f"dataset={described}"), EVALUATE, ("demo",), ("benchmark",), ("command", "lift the cube"),
        ("worlds", "policies=expert"), ("ablate", f"dataset={described}"),
    )  # fmt: skip
    with small_disk(tmp_path / "disk", 64) as disk:
        fill(disk)
        for verb in verbs:
            assert_one_sentence(ran(*verb, f"output={disk}/run"), f"can't write to {disk}", "No space")
    with read_only(tmp_path / "disk") as disk:
        for verb in verbs:
            assert_one_sentence(ran(*verb, f"output={disk}/run"), f"can't write to {disk}", "Read-only")
    for verb in verbs:
        assert_one_sentence(ran(*verb, f"output={tmp_path}/file/run"), "file/run (Not a directory)")
    with read_only(described) as dataset:
        assert_one_sentence(ran("relabel", f"dataset={dataset}"), "can't write to", "Read-only")
        assert_one_sentence(ran(*PLAY, f"dataset={dataset}/more"), "can't write to", "Read-only")
    injected("disk full, read-only, or no folder", "a full tmpfs, a read-only mount, a file", 23)


@pytest.mark.faults
def test_of_two_runs_into_one_folder_the_second_is_refused_and_the_first_unharmed(
    tmp_path: Path, described: Path, trained: dict[str, Any], evaluated: dict[str, Any], injected: Note
) -> None:
    train = (*TRAIN, f"dataset={described}", f"output={tmp_path}/train")
    with Running(*train) as run:
        run.until(lambda: (tmp_path / "train").exists(), "the folder")
        assert_one_sentence(ran(*train, "seed=1"), f"process {run.process.pid} is writing to", "train")
        assert run.wait().code == 0
    assert checkpoint(tmp_path / "train") == trained
    evaluate = (*EVALUATE, f"output={tmp_path}/evaluate")
    with Running(*evaluate) as run:
        run.until(lambda: (tmp_path / "evaluate").exists(), "the folder")
        assert_one_sentence(ran(*evaluate, "seed=1"), f"process {run.process.pid} is writing to", "evaluate")
        assert run.wait().code == 0
    assert figures(tmp_path / "evaluate") == evaluated
    with Running(*PLAY, f"dataset={tmp_path}/play") as run:
        run.until(lambda: (tmp_path / "play/meta/.lock").exists(), "the folder")
        assert_one_sentence(ran(*PLAY, f"dataset={tmp_path}/play", "seed=1"), "is writing to")
    injected("two runs into one folder at once", "of train, evaluate and play, the second of another seed", 3)


@pytest.mark.faults
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_evaluation_that_is_told_to_stop_again_and_again_ends_quietly(
    tmp_path: Path, number: signal.Signals, injected: Note
) -> None:
    with Running(*EVALUATE, f"output={tmp_path}") as run:
        run.until(run.workers, "a worker")
        for _ in range(3):
            run.signal_group(number)
            time.sleep(0.05)
        ended = run.wait()
        assert group_is_gone(run.process.pid)
    assert ended.code == 128 + number, ended
    assert "Traceback" not in ended.err, ended.err
    injected("evaluate is told to stop three times", f"{number.name} to all its processes", 1)


@pytest.mark.long
def test_play_that_is_told_to_stop_ends_as_with_ctrl_c_leaves_no_worker_and_keeps_what_it_has(
    tmp_path: Path, injected: Note
) -> None:
    with Running(*PLAY, f"dataset={tmp_path}") as run:
        run.until(lambda: commits(tmp_path) and run.workers(), "a commit")
        run.signal(signal.SIGTERM)
        said_quietly(run.wait(), 143)
        assert group_is_gone(run.process.pid)
    kept = commits(tmp_path)
    assert kept >= 1
    assert not list(tmp_path.rglob("*.partial"))
    injected("play is told to stop", "SIGTERM", 1)


@pytest.mark.long
def test_a_sweep_with_one_output_has_a_folder_for_each_run_in_it(tmp_path: Path) -> None:
    one = (*EVALUATE, "n=1", "max_steps=2", "workers=1", "seed=0,1", "--multirun")
    assert ran(*one, f"output={tmp_path}/swept").code == 0
    seeds = [
        json.loads((tmp_path / f"swept/{job}/eval_info.json").read_text())["produced_by"]["config"]["seed"]
        for job in (0, 1)
    ]
    assert seeds == [0, 1]


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
