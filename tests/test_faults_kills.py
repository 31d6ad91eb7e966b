"""Killed half-way: relabelling, the whole loop, filming, a recording by hand; then the same again."""

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from data.play.collection import PlayConfig, play_episode
from data.store.reader import open_dataset
from data.store.segments import segments_path
from data.store.writer import DatasetWriter
from robopolicy.viewer.live.episode_store import EpisodeStore
from sim.desk.simulator import World
from sim.kinds.desk import DESK
from tests.plays import some_play
from tests.process_faults import Running, at_random, checkpoint, content, figures, ran

Note = Callable[..., None]
DEMO = (
    "demo", "play.minutes=1", "play.episode_steps=50", "relabel.sentences=1", "train.steps=12",
    "train.save_every=4", "train.goal_steps=8", "train.threads=1", "train.policy.width=32",
    "train.policy.conditioning=free", "levels=seen", "n=16", "n_controls=0", "films=0", "failures=2",
)  # fmt: skip
RELABEL = ("relabel", "sentences=100")
FILM = (
    "evaluate", "checkpoint=expert", "levels=seen", "n=16", "controls=[]", "workers=1", "videos=3",
)  # fmt: skip
RECORD = """
import sys
from pathlib import Path
from robopolicy.viewer.live.episode_store import EpisodeStore, read_aside
from sim.kinds.desk import DESK
store, one = EpisodeStore(Path(sys.argv[1]), DESK), read_aside(Path(sys.argv[2]), DESK)
for i in range(1, 1000):
    store.add(one._replace(actions=one.actions / i))
    print(i, flush=True)
"""


@pytest.mark.faults
def test_a_relabelling_that_is_killed_leaves_the_sentences_that_there_were_and_again_writes_the_same(
    tmp_path: Path, injected: Note
) -> None:
    play = some_play(tmp_path / "play")
    assert ran("relabel", "sentences=1", f"dataset={play}").code == 0
    undisturbed = Path(shutil.copytree(play, tmp_path / "undisturbed"))
    assert ran(*RELABEL, f"dataset={undisturbed}").code == 0
    before, after = segments_path(play).read_bytes(), segments_path(undisturbed).read_bytes()
    assert before != after
    for _ in range(5):
        with Running(*RELABEL, f"dataset={play}") as run:
            run.until((play / ".lock").exists, "the lock")
            at_random(run, 0.5)
        assert segments_path(play).read_bytes() in (before, after)
    assert ran(*RELABEL, f"dataset={play}").code == 0
    assert content(play) == content(undisturbed)
    injected("relabel is killed", "SIGKILL at random moments, then again", 5)


@pytest.mark.faults
def test_a_demo_that_is_killed_in_every_stage_goes_on_to_the_same_policy_and_figures(
    tmp_path: Path, injected: Note
) -> None:
    assert ran(*DEMO, f"output={tmp_path}/undisturbed").code == 0
    folder = tmp_path / "demo"
    moments = ("play/meta/.lock", "play/.lock", "checkpoint/.lock", "rollouts/made_by.json", "eval_info.json")
    for moment in moments:
        with Running(*DEMO, f"output={folder}") as run:
            run.until((folder / moment).exists, moment)
            at_random(run, 0.5)
    assert ran(*DEMO, f"output={folder}").code == 0
    for read, name in ((content, "play"), (checkpoint, "checkpoint"), (figures, "")):
        assert read(folder / name) == read(tmp_path / "undisturbed" / name), name
    injected("demo is killed", "SIGKILL in each of its stages, then again", len(moments))


@pytest.mark.faults
def test_an_evaluation_that_is_killed_while_it_films_rolls_nothing_out_again(
    tmp_path: Path, injected: Note
) -> None:
    with Running(*FILM, f"output={tmp_path}") as run:
        run.until((tmp_path / "eval_info.json").exists, "the figures")
        run.signal_group(signal.SIGKILL)
        run.process.wait()
    rolled = {path: path.stat().st_mtime_ns for path in tmp_path.glob("rollouts/*.npz")}
    assert not (tmp_path / "rollouts/complete.json").exists()
    assert ran(*FILM, f"output={tmp_path}").code == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("rollouts/*.npz")} == rolled != {}
    assert len(list(tmp_path.glob("videos/*.mp4"))) == 3
    injected("evaluate is killed while it films", "SIGKILL, then again", 1, "the film under way")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a recording of six seconds, as the page puts it aside."""
    folder, world = tmp_path_factory.mktemp("recorded") / "play", World()
    with DatasetWriter(folder, {"collector": "a person"}, kind=DESK):
        EpisodeStore(folder, DESK).add(
            play_episode(world, PlayConfig(episode_steps=60), np.random.SeedSequence(4))
        )
    world.close()
    return next(EpisodeStore(folder, DESK).aside.iterdir())


@pytest.mark.faults
@pytest.mark.parametrize("busy", [False, True])
def test_no_recording_by_hand_is_lost_or_doubled_when_the_process_that_keeps_it_is_killed(
    tmp_path: Path, recording: Path, busy: bool, injected: Note
) -> None:
    for n in range(4):
        folder = tmp_path / str(n)
        with DatasetWriter(folder, {"collector": "a person"}, kind=DESK) if busy else nullcontext():
            kept = kept_until_killed(folder, recording)
        EpisodeStore(folder, DESK).retry()
        assert EpisodeStore(folder, DESK).pending == 0
        first, *others = [one.actions for one in open_dataset(folder, DESK).episodes()]
        assert len(others) + 1 in (kept, kept + 1)
        assert all(np.allclose(first, i * one) for i, one in enumerate(others, 2))
    where = "while another holds the dataset" if busy else "while it writes"
    injected("the page is killed while it stores recordings by hand", f"SIGKILL at random, {where}", 4)


def kept_until_killed(folder: Path, recording: Path) -> int:
    """How many recordings were said to be kept by a process that is killed at a random moment."""
    command = [sys.executable, "-c", RECORD, str(folder), str(recording)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(random.uniform(0, 0.5))
        process.kill()
        return 1 + len(process.stdout.readlines())
