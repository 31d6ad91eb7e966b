"""What surrounds a run (home, cache, terminal, folders, their names, the clock) changes nothing."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from data.play.collection import PlayConfig, play_unit
from data.samples.batches import SampleConfig
from data.store.episode import NoDataset
from data.store.reader import open_dataset
from data.store.writer import DatasetWriter
from robopolicy.cli.main import main
from robopolicy.common.hydra_bridge.overrides import quoted
from robopolicy.evaluation.evaluate import evaluate
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.text.encoder import TextEncoder
from robopolicy.policies.text.token_cache import TokenCache
from robopolicy.training.config import TrainConfig
from robopolicy.training.loop import train
from robopolicy.training.relabelling import RelabelConfig, relabel_dataset
from sim.kinds.desk import DESK
from tests.plays import some_play
from tests.process_faults import fill, read_only, small_disk

ROBOPOLICY = str(Path(sys.executable).with_name("robopolicy"))
ASK = (ROBOPOLICY, "command", "video=false", "max_steps=20", "lift the red cube")
YEARS = 10 * 365 * 86400  # s


def asked(cwd: Path, **surroundings: str | None) -> subprocess.CompletedProcess[str]:
    """A command to the shipped policy, with environment variables changed, or removed where None."""
    env = {**os.environ, "HF_HUB_OFFLINE": "1", **surroundings}
    return subprocess.run(
        ASK, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        env={name: value for name, value in env.items() if value is not None},
    )  # fmt: skip


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said where all is well."""
    folder = tmp_path_factory.mktemp("well")
    ran = asked(folder, ROBOPOLICY_CACHE=str(folder / "cache"))
    assert ran.returncode == 0, ran.stderr
    assert "lift the red cube" in ran.stdout
    return ran.stdout


def _below_a_file(folder: Path) -> str:
    (folder / "file").write_text("")
    return str(folder / "file" / "cache")


@pytest.mark.faults
@pytest.mark.parametrize(
    ("fault", "surroundings"),
    [
        ("no home", lambda _: {"HOME": None, "XDG_CACHE_HOME": None, "ROBOPOLICY_CACHE": None}),
        ("a home that is a file", lambda folder: {"HOME": _below_a_file(folder), "ROBOPOLICY_CACHE": None}),
        ("a cache that cannot be made", lambda folder: {"ROBOPOLICY_CACHE": _below_a_file(folder)}),
        ("a cache that is only half a path", lambda _: {"ROBOPOLICY_CACHE": "some/cache"}),
        ("an empty name of a cache", lambda _: {"ROBOPOLICY_CACHE": "", "HOME": "/nonexistent"}),
        ("the locale C", lambda _: {"LC_ALL": "C", "LANG": None}),
        ("an unknown terminal", lambda _: {"TERM": "no-such-terminal", "COLUMNS": "0"}),
    ],
)
def test_surroundings_do_not_change_the_answer(
    answer: str, injected, tmp_path: Path, fault: str, surroundings: Callable[[Path], dict[str, str | None]]
) -> None:
    ran = asked(tmp_path, **surroundings(tmp_path))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == answer
    injected(fault, "by the environment of `robopolicy command`", 1)


@pytest.mark.faults
def test_a_cache_on_a_disk_that_is_full_or_read_only_does_not_change_the_answer(
    answer: str, injected, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "cache", 64) as disk:
        fill(disk)
        full = asked(tmp_path, ROBOPOLICY_CACHE=str(disk))
    with read_only(tmp_path / "cache") as disk:
        for_reading = asked(tmp_path, ROBOPOLICY_CACHE=str(disk))
    for ran in (full, for_reading):
        assert (ran.returncode, ran.stderr, ran.stdout) == (0, "", answer)
    injected("a cache of words that cannot be written", "a full tmpfs, a read-only mount", 2)


@pytest.mark.faults
def test_packages_called_like_ours_in_the_working_directory_are_not_imported(
    answer: str, injected, tmp_path: Path
) -> None:
    for name in ("sim", "data", "robopolicy", "configs", "torch"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('not ours')\n")
    ran = asked(tmp_path)
    assert (ran.returncode, ran.stderr, ran.stdout) == (0, "", answer)
    play = [ROBOPOLICY, "play", "minutes=0.1", "episode_steps=20", "workers=2", "dataset=there"]
    ran = subprocess.run(play, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    injected("a user's packages sim, data, robopolicy, torch", "in the working directory of two commands", 10)


@pytest.mark.parametrize("reader", ["| head -c 1", ">&-", "> /dev/full", "2>&- | cat"])
@pytest.mark.long
def test_an_output_that_is_not_read_is_no_traceback(injected, reader: str) -> None:
    ran = subprocess.run(
        f"{ROBOPOLICY} doctor --help {reader}", shell=True, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in ran.stderr
    assert len(ran.stderr.splitlines()) <= 1, ran.stderr
    injected(
        "an output that nobody reads", "closed, full, or read for one byte, by the shell", 1, "the output"
    )


NAMES = (
    "with spaces and ümläuts 机器人",
    "[red]markup[/red] [/]",
    "a=b,c 'q' \"q\" #%&;*?",
    "-leading",
    "x" * 255,
)


@pytest.fixture(scope="module")
def records() -> list:
    return play_unit(PlayConfig(minutes=1, episode_steps=40), 0)


@pytest.mark.parametrize("name", [*NAMES, "a symlink"], ids=lambda name: name[:12])
@pytest.mark.long
def test_a_folder_of_any_name_is_played_and_described_in(
    injected, records: list, tmp_path: Path, capfd, name: str
) -> None:
    folder = tmp_path / name
    if name == "a symlink":
        (tmp_path / "elsewhere").mkdir()
        folder.symlink_to(tmp_path / "elsewhere")
    options = [f"dataset={quoted(str(folder))}", "minutes=0.1", "episode_steps=20", "workers=1"]
    assert main(["play", *options]) == 0, capfd.readouterr().err
    assert main(["relabel", options[0]]) == 0, capfd.readouterr().err
    assert name in capfd.readouterr().out.replace("\n", "")
    assert open_dataset(folder, DESK).n_episodes > 0
    injected("a folder with a strange name", "spaces, markup, quotes, 255 bytes, a symlink", 1)


SMALL = TrainConfig(
    steps=4, goal_steps=3, save_every=2, device="cpu", threads=1,
    samples=SampleConfig(segments=8, instants=4, sentences=8),
    policy=PolicyConfig(width=32, blocks=1, slot_width=16, code_width=8),
)  # fmt: skip


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = some_play(tmp_path_factory.mktemp("play") / "described")
    list(relabel_dataset(folder, RelabelConfig(sentences=2)))
    return folder


def train_until(steps: int, dataset: Path, out: Path) -> bytes:
    """The weights after so many steps, or at the end."""
    course = train(SMALL, [dataset], out)
    for done, _ in course:
        if done == steps:
            course.close()
            break
    return (out / "model.safetensors").read_bytes()


def backwards(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Ten years back: the clock, and half of the files; the other half is from the future."""
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - YEARS)
    for i, path in enumerate(sorted(folder.rglob("*"))):
        stamp = now() + (YEARS if i % 2 else -3 * YEARS)
        os.utime(path, (stamp, stamp))


@pytest.mark.long
def test_a_training_goes_on_to_the_same_weights_when_play_has_moved_and_the_clock_was_set_back(
    injected, described: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROBOPOLICY_CACHE", str(tmp_path / "cache"))
    straight = train_until(SMALL.steps, described, tmp_path / "straight")
    shutil.copytree(described, tmp_path / "before")
    half = train_until(3, tmp_path / "before", tmp_path / "policy")
    shutil.move(tmp_path / "before", tmp_path / "after")
    backwards(monkeypatch, tmp_path)
    assert train_until(SMALL.steps, tmp_path / "after", tmp_path / "policy") == straight != half
    with pytest.raises(NoDataset, match="robopolicy play dataset="):
        train_until(SMALL.steps, tmp_path / "before", tmp_path / "policy")
    injected("a dataset moved elsewhere between stop and resume of a training", "renamed", 1)
    injected("a clock set back ten years between stop and resume", "time.time and the files' times", 1)


@pytest.mark.faults
def test_an_evaluation_goes_on_to_the_same_figures_when_the_clock_was_set_back(
    injected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = EvaluateConfig(checkpoint="expert", levels=("seen",), n=20, max_steps=4, controls=(), workers=1)
    straight, _ = evaluate(replace(few, output=str(tmp_path / "straight")), lambda *_: None)
    interrupted, halfway = replace(few, output=str(tmp_path / "out")), iter([False, True])

    def stop(*_: object) -> None:
        if next(halfway):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(interrupted, stop)
    (first,) = (tmp_path / "out").glob("rollouts/*.npz")
    backwards(monkeypatch, tmp_path / "out")
    before = first.stat().st_mtime_ns
    found, _ = evaluate(interrupted, lambda *_: None)
    assert first.stat().st_mtime_ns == before  # it was not rolled out again
    assert found["episodes"] == straight["episodes"]
    injected("a clock set back ten years between two groups of an evaluation", "time.time, files' times", 1)


def test_a_collection_goes_on_to_the_same_play_when_the_clock_was_set_back(
    injected, records: list, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = PlayConfig(minutes=1, episode_steps=40)
    for folder, back in ((tmp_path / "straight", False), (tmp_path / "back", True)):
        for _ in range(3):
            with DatasetWriter(folder, config, kind=DESK) as writer:
                writer.commit(records)
            if back:
                backwards(monkeypatch, folder)
    read = [
        {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*.parquet"))}
        for folder in (tmp_path / "straight", tmp_path / "back")
    ]
    assert read[0] == read[1]
    injected("a clock set back ten years between two commits of play", "time.time and the files' times", 3)


def test_a_cache_written_in_the_future_is_read_and_tidied(
    injected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = TextEncoder(cache_folder=tmp_path)
    whole = encoder.table(["lift it", "push it"])
    backwards(monkeypatch, tmp_path)
    folder = next(path for path in tmp_path.iterdir() if path.is_dir())
    cache = TokenCache(folder)
    tokens = cache.get("lift it")
    assert tokens is not None
    assert (tokens == whole.features[: whole.starts[1]]).all()
    cache.put(["lift it twice"], [tokens])
    again = TokenCache(folder)
    assert "push it" in again
    assert "lift it twice" in again
    injected("a cache of words from the future", "the files' times, ten years on and thirty back", 1)


@pytest.mark.long
def test_readers_of_a_growing_dataset_see_whole_episodes_alone(
    injected, records: list, tmp_path: Path
) -> None:
    seen: list[int] = []

    def commits() -> Iterator[None]:
        for _ in range(12):
            with DatasetWriter(tmp_path, PlayConfig(minutes=1, episode_steps=40), kind=DESK) as writer:
                writer.commit(records)
                yield

    for _ in commits():  # the writer still holds the dataset
        dataset = open_dataset(tmp_path, DESK)
        seen.append(dataset.n_episodes)
        last = dataset.episode(dataset.n_episodes - 1)
        assert (last.actions == records[-1].actions).all()
    assert seen == [len(records) * n for n in range(1, 13)]
    injected("a dataset that is read while it is written", "opened while the writer holds its lock", 12)
