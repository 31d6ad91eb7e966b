"""What a person recorded is never lost: it waits beside the dataset until that can be written."""

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from data.play.collection import PlayConfig, play_episode
from data.store.episode import EpisodeRecord
from data.store.reader import open_dataset
from data.store.writer import DatasetWriter
from robopolicy.viewer.live import episode_store as storing
from robopolicy.viewer.live.episode_store import EpisodeStore
from sim.desk.simulator import World
from sim.kinds.desk import DESK

COLLECTOR = {"collector": "a person"}


@pytest.fixture(scope="module")
def recorded() -> EpisodeRecord:
    world = World()
    made = play_episode(world, PlayConfig(episode_steps=60), np.random.SeedSequence(4))
    world.close()
    return made


def stored(folder: Path, records: list[EpisodeRecord]) -> bool:
    found = list(open_dataset(folder, DESK).episodes())
    return [one.actions.tolist() for one in found] == [one.actions.tolist() for one in records]


def test_a_recording_made_while_another_process_writes_is_stored_afterwards(
    tmp_path: Path, recorded: EpisodeRecord, monkeypatch: pytest.MonkeyPatch, injected
) -> None:
    monkeypatch.setattr(storing, "RETRY", 0.0)
    folder, store = tmp_path / "play", EpisodeStore(tmp_path / "play", DESK)
    code = (
        "import sys; from pathlib import Path; from data.store.writer import DatasetWriter\n"
        "from sim.kinds.desk import DESK\n"
        "writer = DatasetWriter(Path(sys.argv[1]), {'collector': 'a person'}, kind=DESK)\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code, str(folder)], stdin=pipe, stdout=pipe) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        store.add(recorded)
        assert f"process {holder.pid} is writing" in store.message
        assert "safe in" in store.message
        assert store.pending == 1
        store.retry()
        assert store.pending == 1
        holder.kill()
    assert store.retry()
    assert "episode 1 of" in store.message
    assert store.pending == 0
    assert stored(folder, [recorded])
    injected(
        "a recording by hand while another process holds the dataset", "a process that holds the lock", 1
    )


def test_what_an_earlier_page_put_aside_is_taken_in_by_the_next_once(
    tmp_path: Path, recorded: EpisodeRecord
) -> None:
    folder = tmp_path / "play"
    other = recorded._replace(actions=-recorded.actions)
    with DatasetWriter(folder, COLLECTOR, kind=DESK):
        for one in (recorded, other):
            EpisodeStore(folder, DESK).add(one)
    with DatasetWriter(
        folder, COLLECTOR, kind=DESK
    ) as writer:  # killed after the first was stored, before its file went
        writer.append(recorded)
    assert EpisodeStore(folder, DESK).retry()
    assert stored(folder, [recorded, other])
    assert EpisodeStore(folder, DESK).pending == 0


def test_on_a_full_disk_a_recording_waits_in_memory(
    tmp_path: Path, recorded: EpisodeRecord, monkeypatch: pytest.MonkeyPatch, injected
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    how = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)]
    try:
        if subprocess.run(how, capture_output=True).returncode:
            pytest.skip("no file system may be mounted here")
    except FileNotFoundError:
        pytest.skip("there is no mount")
    monkeypatch.setattr(storing, "RETRY", 0.0)
    try:
        filler = disk / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        store = EpisodeStore(disk / "play", DESK)
        store.add(recorded)
        assert "in memory" in store.message
        assert store.message.count("No space left on device") == 2  # in the dataset, and beside it
        assert store.pending == 1
        filler.unlink()
        assert store.retry()
        assert store.pending == 0
        assert stored(disk / "play", [recorded])
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    injected("a recording by hand on a full disk", "a tmpfs filled to the last byte", 1)


def test_a_damaged_file_beside_the_dataset_stops_nothing(
    tmp_path: Path, recorded: EpisodeRecord, injected
) -> None:
    folder = tmp_path / "play"
    with DatasetWriter(folder, COLLECTOR, kind=DESK):
        EpisodeStore(folder, DESK).add(recorded)
    (aside,) = EpisodeStore(folder, DESK).aside.iterdir()
    raw = bytearray(aside.read_bytes())
    raw[len(raw) // 2] ^= 4
    aside.write_bytes(raw)
    store = EpisodeStore(folder, DESK)
    store.add(recorded)
    assert str(aside) in store.message
    assert (store.pending, aside.exists()) == (0, True)
    assert stored(folder, [recorded])
    injected("a recording that was put aside is damaged", "a bit flipped", 1, "that recording")


def test_nothing_is_tried_before_it_is_time_to_try_again(tmp_path: Path, recorded: EpisodeRecord) -> None:
    folder, store = tmp_path / "play", EpisodeStore(tmp_path / "play", DESK)
    with DatasetWriter(folder, COLLECTOR, kind=DESK):
        store.add(recorded)
        began = time.monotonic()
        assert not store.retry()
        assert time.monotonic() - began < storing.RETRY
