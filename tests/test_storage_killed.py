"""A writer of play that is killed loses nothing but the commit under way."""

import os
import shutil
import stat
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from data.store.reader import open_dataset
from data.store.writer import DatasetWriter
from sim.kinds.desk import DESK
from tests.episodes import Config, contents, flat, same, units, write


def _die_at(step: int) -> None:
    """Count every fsync and rename; at this one the process is gone, and the file it was writing is torn."""
    left = iter(range(step, -1, -1))
    fsync, replace = os.fsync, Path.replace

    def dying_fsync(fd: Any) -> None:
        if next(left, 1) == 0:
            if stat.S_ISREG(os.fstat(fd).st_mode):
                os.ftruncate(fd, os.fstat(fd).st_size // 2)
            os._exit(9)
        fsync(fd)

    def dying_replace(self: Path, target: str | os.PathLike[str]) -> Path:
        if next(left, 1) == 0:
            os._exit(9)
        return replace(self, target)

    os.fsync = dying_fsync
    Path.replace = dying_replace


def _killed_at_every_step(base: Path) -> None:
    """Runs in a process of its own without threads, so that it can fork. Exits with 1 on a lost episode."""
    write(base / "whole", units())
    whole, episodes = contents(base / "whole"), flat(units())
    for step in count():
        folder = base / f"killed-{step}"
        reader, said = os.pipe()
        if os.fork() == 0:
            _die_at(step)
            with DatasetWriter(folder, Config(), kind=DESK) as writer:
                for records in units()[writer.committed :]:
                    writer.commit(records)
                    os.write(said, b".")
            os._exit(0)
        os.close(said)
        with os.fdopen(reader, "rb") as heard:
            finished = len(heard.read())
        survived = os.waitstatus_to_exitcode(os.wait()[1]) == 0
        if (folder / "meta/info.json").exists():
            stored = list(open_dataset(folder, DESK).episodes())
            assert len(stored) >= 2 * finished, step
            assert all(same(a, b) for a, b in zip(stored, episodes, strict=False)), step
        else:
            assert finished == 0, step
        write(folder, units())
        assert contents(folder) == whole, step
        shutil.rmtree(folder)
        if survived:
            print(step)
            return


@pytest.mark.long
def test_a_writer_killed_at_any_step_loses_nothing_and_goes_on_to_the_same_bytes(
    injected, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.test_storage_killed", str(tmp_path)],
        cwd=Path(__file__).resolve().parent.parent,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    steps = int(done.stdout)
    assert steps > 3 * 15  # every file of every commit is synced, renamed, synced
    injected("kill of a writer of play", "at each step of its file operations", steps, "the commit under way")


if __name__ == "__main__":
    _killed_at_every_step(Path(sys.argv[1]))
