"""The command line at its start: stopped, doubled, with nothing to read from, with too many workers."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGTERM, Signals

import pytest

from robopolicy.training.relabelling import RelabelConfig, relabel_dataset
from tests.plays import some_play
from tests.process_faults import Running, assert_one_sentence, content, figures, ran, said_quietly

Note = Callable[..., None]


def takes_signals(process: subprocess.Popen) -> bool:
    """Whether SIGTERM no longer ends a process at once; Python itself leaves that as it is."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught >> (SIGTERM - 1) & 1)


@pytest.mark.faults
@pytest.mark.parametrize("number", [SIGINT, SIGTERM, SIGHUP])
def test_a_start_that_is_stopped_at_any_moment_ends_quietly(number: Signals, injected: Note) -> None:
    for n in range(8):
        with Running("train", "--help") as run:
            run.until(lambda run=run: takes_signals(run.process), "the handler")
            time.sleep(0.15 * n)
            run.signal(number)
            ended = run.wait()
        assert ended.code in (0, 128 + number), ended
        assert len(ended.err.splitlines()) <= 1, ended.err
    injected("a command is stopped while it imports", f"{number.name}, after 0 s to 1 s", 8)


@pytest.mark.faults
def test_of_two_demos_two_comparisons_and_two_ablations_in_one_folder_the_second_is_refused(
    tmp_path: Path, injected: Note
) -> None:
    play = some_play(tmp_path / "play")
    list(relabel_dataset(play, RelabelConfig(sentences=1)))
    for verb in (("demo",), ("worlds", "policies=expert"), ("ablate", f"dataset={play}")):
        folder = tmp_path / verb[0]
        with Running(*verb, f"output={folder}") as run:
            run.until((folder / ".lock").exists, "the lock")
            second = ran(*verb, f"output={folder}")
            assert_one_sentence(second, f"process {run.process.pid} is writing to {folder}")
            run.signal(SIGTERM)
            said_quietly(run.wait(), 128 + SIGTERM)
    injected("two runs into one folder at once", "of demo, worlds and ablate", 3)


@pytest.mark.faults
def test_commands_from_an_input_that_is_closed_are_none(tmp_path: Path, injected: Note) -> None:
    command = f"exec {sys.executable} -m robopolicy command output={tmp_path} video=false <&-"
    ended = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "On the desk" in ended.stdout
    injected("commands are read from an input that is closed", "<&- of the shell", 1)


@pytest.mark.faults
def test_more_workers_than_there_is_work_for_change_nothing(tmp_path: Path, injected: Note) -> None:
    found = []
    for workers in (1, 7):
        folder = tmp_path / str(workers)
        few = ("evaluate", "checkpoint=expert", "levels=seen", "controls=[]", "n=2", "max_steps=5")
        assert ran(*few, f"workers={workers}", f"output={folder}/evaluation").code == 0
        short = ("play", "minutes=0.1", "episode_steps=20", f"workers={workers}")
        assert ran(*short, f"dataset={folder}/play").code == 0
        found.append((figures(folder / "evaluation"), content(folder / "play")))
    assert found[0] == found[1]
    injected("more workers than there is work for", "seven for one group, and for one unit of play", 2)
