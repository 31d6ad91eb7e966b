"""One run at a time in a folder, whoever else tries, and whatever becomes of who holds it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.common.atomic_io import check_writable
from data.common.errors import CannotWrite
from data.common.locks import FolderBusy, Lock, held
from tests.process_faults import fill, read_only, small_disk

HOLD = """
import pathlib, sys, time, data.common.locks
lock = data.common.locks.Lock(pathlib.Path(sys.argv[1]))
print(flush=True)
time.sleep(60)
"""


def test_a_folder_is_held_by_one_process_which_is_named_and_is_free_when_it_is_killed(
    tmp_path: Path, injected: Callable[..., None]
) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(FolderBusy, match=f"process {other.pid} is writing to {tmp_path}"), held(tmp_path):
            pass
        other.kill()
    with held(tmp_path):
        pass
    assert not list(tmp_path.iterdir())
    injected("a run that holds a folder is killed", "SIGKILL, then another run", 1)


def test_a_process_may_hold_again_what_it_holds_and_lets_go_at_the_end(tmp_path: Path) -> None:
    with held(tmp_path):
        with held(tmp_path / "." / ""):
            pass
        with pytest.raises(FolderBusy):
            Lock(tmp_path)
    Lock(tmp_path).close()


def test_folders_made_for_nothing_are_removed_and_others_stay(tmp_path: Path) -> None:
    with held(tmp_path / "a/b"):
        pass
    assert not list(tmp_path.iterdir())
    with held(tmp_path / "a/b"):
        (tmp_path / "a/b/kept").touch()
    assert [path.name for path in (tmp_path / "a/b").iterdir()] == ["kept"]


def test_a_lock_file_that_was_removed_meanwhile_guards_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Lock(tmp_path)
    opened = Path.open

    def slow(path: Path, *how: Any) -> Any:  # the holder lets go after we have opened its file
        file = opened(path, *how)
        first.close()
        return file

    monkeypatch.setattr(Path, "open", slow)
    second = Lock(tmp_path)
    monkeypatch.undo()
    with pytest.raises(FolderBusy):
        Lock(tmp_path)
    second.close()


def test_a_folder_that_cannot_be_one_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file/below/it"):
        for check in (check_writable, lambda folder: Lock(folder)):
            with pytest.raises(CannotWrite, match=f"can't write to {folder}"):
                check(folder)


def test_a_full_disk_and_a_read_only_one_are_refused_and_nothing_is_left(
    tmp_path: Path, injected: Callable[..., None]
) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        ballast = fill(disk)
        for check in (check_writable, lambda folder: Lock(folder)):
            with pytest.raises(CannotWrite, match="No space left"):
                check(disk / "run")
        assert list(disk.iterdir()) == [ballast]
    with read_only(tmp_path / "disk") as disk:
        for check in (check_writable, lambda folder: Lock(folder)):
            with pytest.raises(CannotWrite, match="Read-only"):
                check(disk / "run")
    injected("disk full, or read-only, when a run begins", "a full tmpfs, a read-only mount", 4)
