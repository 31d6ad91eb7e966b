"""Training on a little real play: it learns, it can be stopped, it goes on to the same curve."""

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from data.common.errors import CannotWrite
from data.language.grammar import Grammar
from data.play.collection import PlayConfig, play_episode
from data.relabel.hindsight import relabel_episode
from data.samples.batches import SampleConfig, SegmentBatch
from data.samples.sampler import Samples
from data.store.episode import EpisodeRecord
from data.store.segments import Segment
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.checkpoint import load_checkpoint, read_config
from robopolicy.training.config import TrainConfig
from robopolicy.training.loop import NotFinite, rate, train_on
from robopolicy.training.metrics import read_metrics
from robopolicy.training.training_state import OtherTraining
from sim.desk.simulator import World
from sim.kinds.desk import DESK
from sim.state import POS
from tests.process_faults import fill, small_disk

TINY = TrainConfig(
    steps=6, warmup=2, save_every=2, log_every=1, device="cpu", threads=1,
    samples=SampleConfig(segments=8, instants=4, sentences=8), goal_steps=5,
    policy=PolicyConfig(width=32, blocks=1, slot_width=16, code_width=8),
)  # fmt: skip


class Play:
    """Two short episodes, in memory."""

    kind = DESK
    n_episodes = 2

    def __init__(self) -> None:
        world = World()
        seeds = np.random.SeedSequence(3).spawn(2)
        self.records = [play_episode(world, PlayConfig(episode_steps=150), seed) for seed in seeds]
        world.close()
        rng, grammar = np.random.default_rng(0), Grammar("train")
        self.segments: list[Segment] = [
            segment
            for i, r in enumerate(self.records)
            for segment in relabel_episode(i, r, grammar, rng, 2, DESK)
        ]

    def episodes(self) -> Iterator[EpisodeRecord]:
        return iter(self.records)


@pytest.fixture(scope="module")
def play() -> Play:
    return Play()


@pytest.fixture(scope="module", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROBOPOLICY_CACHE", str(tmp_path_factory.getbasetemp() / "texts"))
        yield


@pytest.fixture(scope="module")
def straight(play: Play, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a training that nothing interrupted. Not to be written to."""
    folder = tmp_path_factory.mktemp("straight")
    train_all(play, folder)
    return folder


def train_all(play: Play, out: Path, config: TrainConfig = TINY, until: int | None = None) -> None:
    """Train to the end, or leave after `until` steps as a closed terminal would."""
    steps = train_on(config, play, play.segments, out)
    for done, _ in steps:
        if until is not None and done >= until:
            steps.close()
            return


class _Killed(BaseException):
    """What ends a process, as far as whoever writes can tell."""


def _killed(*_: object) -> None:
    raise _Killed


def weights(out: Path) -> dict[str, torch.Tensor]:
    return load_file(out / "model.safetensors")


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.long
def test_a_training_that_was_interrupted_ends_where_the_others_do_bit_for_bit(
    play, straight: Path, tmp_path: Path
):
    train_all(play, tmp_path, until=3)  # one step after a save: that step is done again
    assert not same(weights(straight), weights(tmp_path))
    train_all(play, tmp_path)
    assert same(weights(straight), weights(tmp_path))
    curves = [(folder / "metrics.jsonl").read_text() for folder in (straight, tmp_path)]
    assert curves[0] == curves[1]


def test_another_seed_gives_another_policy(play, straight: Path, tmp_path: Path):
    train_all(play, tmp_path, replace(TINY, seed=1))
    assert not same(weights(straight), weights(tmp_path))


@pytest.mark.long
def test_ctrl_c_finishes_the_step_saves_and_goes_on_later(play, straight: Path, tmp_path: Path, injected):
    steps = train_on(replace(TINY, save_every=100), play, play.segments, tmp_path / "out")
    assert any(done == 3 for done, _ in steps)
    os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        next(steps)
    assert (tmp_path / "out" / "model.safetensors").exists()
    first = next(done for done, _ in train_on(TINY, play, play.segments, tmp_path / "out") if done)
    assert first == 5
    train_all(play, tmp_path / "out")
    assert same(weights(straight), weights(tmp_path / "out"))
    injected("train is told to stop between two steps", "SIGINT", 1)


@pytest.mark.long
def test_a_disk_that_fills_under_a_training_takes_no_saved_state_and_it_goes_on_when_there_is_room(
    play, straight: Path, tmp_path: Path, injected: Callable[..., None]
):
    with small_disk(tmp_path / "disk", 64_000) as disk:
        steps = train_on(replace(TINY, save_every=1), play, play.segments, disk / "run")
        assert any(done == 3 for done, _ in steps)
        ballast = fill(disk)
        with pytest.raises(CannotWrite, match=rf"can't write to {disk}/run.*No space left"):
            list(steps)
        ballast.unlink()
        first = next(done for done, _ in train_on(TINY, play, play.segments, disk / "run") if done)
        assert first == 4
        train_all(play, disk / "run", replace(TINY, save_every=1))
        assert same(weights(straight), weights(disk / "run"))
    injected("the disk fills between two steps of a training", "a tmpfs", 1)


def test_a_finished_training_is_not_done_again(play, straight: Path, tmp_path: Path):
    shutil.copytree(straight, tmp_path, dirs_exist_ok=True)
    before = (tmp_path / "model.safetensors").stat().st_mtime_ns
    train_all(play, tmp_path)
    assert (tmp_path / "model.safetensors").stat().st_mtime_ns == before


def test_a_folder_with_another_training_is_not_overwritten(play, straight: Path, tmp_path: Path):
    shutil.copytree(straight, tmp_path, dirs_exist_ok=True)
    with pytest.raises(OtherTraining, match=r"learning_rate=0\.001, not 0\.01"):
        train_all(play, tmp_path, replace(TINY, learning_rate=0.01))
    with pytest.raises(OtherTraining, match="other data"):
        list(train_on(TINY, play, play.segments[1:], tmp_path))


@pytest.mark.long
def test_a_damaged_state_is_told_and_the_one_before_goes_on_to_the_same_end(
    play, straight: Path, tmp_path: Path, capsys, injected
):
    train_all(play, tmp_path / "out", until=5)
    state = tmp_path / "out/training/state.safetensors"
    raw = bytearray(state.read_bytes())
    raw[-1000] ^= 1 << 7
    state.write_bytes(raw)
    train_all(play, tmp_path / "out")
    assert "state.safetensors is damaged" in capsys.readouterr().err
    assert same(weights(straight), weights(tmp_path / "out"))
    for path in (state, state.with_name("state.before.safetensors")):
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(OtherTraining, match="nothing is left of the training"):
        train_all(play, tmp_path / "out")
    injected("training state damaged", "a bit of state.safetensors flipped", 1, "steps since the last save")


@pytest.mark.long
def test_a_training_that_is_killed_before_its_state_is_saved_ends_the_same(
    play, straight: Path, tmp_path: Path, monkeypatch
):
    steps = train_on(TINY, play, play.segments, tmp_path / "out")
    with monkeypatch.context() as patch:
        patch.setattr("robopolicy.training.training_state.write_atomic", _killed)
        with pytest.raises(_Killed):
            list(steps)
    train_all(play, tmp_path / "out")
    assert same(weights(straight), weights(tmp_path / "out"))


def test_a_training_goes_without_damaged_rows_of_its_metrics(play, tmp_path: Path, capsys, injected):
    train_all(play, tmp_path, until=4)
    path = tmp_path / "metrics.jsonl"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1].replace(": ", ": 1", 1), *lines[2:]]) + "\n")
    train_all(play, tmp_path)
    assert "metrics.jsonl is damaged" in capsys.readouterr().err
    assert [row["step"] for row in read_metrics(path)] == [1, 3, 4, 5, 6]
    injected("a row of metrics.jsonl damaged under a training", "a number changed", 1, "that row")


@pytest.mark.long
def test_the_loss_falls_and_the_checkpoint_loads(play, tmp_path: Path):
    train_all(play, tmp_path, replace(TINY, steps=150, warmup=20, save_every=150))
    lines = (tmp_path / "metrics.jsonl").read_text().splitlines()
    losses = [json.loads(line)["loss"] for line in lines]
    assert np.mean(losses[-20:]) < 0.5 * np.mean(losses[:20])
    assert load_checkpoint(tmp_path, DESK).config == TINY.policy


@pytest.mark.long
@pytest.mark.parametrize(
    "changes", [{"conditioning": "free"}, {"head": "flow"}, {"pooled": True}, {"named": False}]
)
def test_every_kind_of_network_is_trained_and_resumed_bit_for_bit(play, tmp_path: Path, changes: dict):
    config = replace(TINY, policy=replace(TINY.policy, **changes))
    train_all(play, tmp_path / "straight", config)
    train_all(play, tmp_path / "resumed", config, until=3)
    train_all(play, tmp_path / "resumed", config)
    assert same(weights(tmp_path / "straight"), weights(tmp_path / "resumed"))
    assert load_checkpoint(tmp_path / "straight", DESK).config == config.policy


@pytest.mark.long
def test_play_that_nobody_described_is_learned_from(play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("robopolicy.training.pseudo_labels.SURE", 0.0)
    some = replace(TINY, goal_steps=50, samples=replace(TINY.samples, label_fraction=0.5))
    train_all(play, tmp_path / "some", some)
    trained = read_config(tmp_path / "some")["trained"]
    assert 0 < trained["segments"] < len(play.segments)
    assert trained["stretches"] > trained["segments"]


@pytest.mark.parametrize("undescribed", [True, False], ids=["sure of nothing", "told not to"])
def test_play_that_nobody_described_is_left_out(
    play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undescribed: bool
):
    monkeypatch.setattr("robopolicy.training.pseudo_labels.SURE", 1.0 if undescribed else 0.0)
    train_all(
        play,
        tmp_path,
        replace(TINY, samples=SampleConfig(8, 4, 8, label_fraction=0.5, undescribed=undescribed)),
    )
    trained = read_config(tmp_path)["trained"]
    assert 0 < trained["stretches"] == trained["segments"] < len(play.segments)


def test_nothing_written_is_a_pickle(straight: Path):
    suffixes = {path.suffix for path in straight.rglob("*") if path.is_file() and "tfevents" not in path.name}
    assert suffixes == {".json", ".jsonl", ".md", ".safetensors"}


def test_the_learning_rate_warms_up_and_ends_near_zero():
    config = TrainConfig(steps=1000, warmup=100, learning_rate=1.0)
    assert rate(config, 0) == pytest.approx(0.01)
    assert rate(config, 99) > 0.97
    assert rate(config, 999) < 1e-5


def test_a_loss_that_is_not_finite_stops_training_and_the_last_good_state_stays(
    play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, injected
):
    train_all(play, tmp_path, until=3)
    before, state = weights(tmp_path), (tmp_path / "training/state.safetensors").read_bytes()
    batch = Samples.batch

    def poisoned(self: Samples, seed: int, step: int) -> SegmentBatch:
        drawn = batch(self, seed, step)
        if step == 3:
            drawn.actions[0, 0, 0] = np.nan
        return drawn

    monkeypatch.setattr(Samples, "batch", poisoned)
    for _ in range(2):  # the same command says the same
        with pytest.raises(NotFinite, match=r"step 4 has a loss of nan.*smaller learning_rate"):
            train_all(play, tmp_path)
        assert same(weights(tmp_path), before)
        assert (tmp_path / "training/state.safetensors").read_bytes() == state
    injected("a loss that is not finite", "a NaN in one batch", 2, "the steps since the last save")


def test_play_that_is_not_finite_is_refused_before_the_first_step(play, tmp_path: Path):
    bad = Play.__new__(Play)
    record = play.records[0]
    bad.records = [record._replace(states=record.states.changed(0, POS, np.inf)), play.records[1]]
    bad.segments = play.segments
    with pytest.raises(NotFinite):
        train_all(bad, tmp_path)
    assert not (tmp_path / "model.safetensors").exists()
