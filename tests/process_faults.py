"""The command line in processes of their own: to be killed, interrupted, starved of disk, and run again."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

import pytest

from data.common.checksums import KEY
from robopolicy.common.tensors import load_sealed

PATIENCE = 300  # s: on a machine that others keep busy


class Ended(NamedTuple):
    """How a run of the command line ended."""

    code: int  # negative: of the signal that killed it
    out: str
    err: str


class Running:
    """`robopolicy ARGUMENTS`, in a session of its own; its process is that session's leader."""

    def __init__(self, *arguments: str, cwd: Path | None = None) -> None:
        self._told: list[IO[bytes]] = [tempfile.TemporaryFile(), tempfile.TemporaryFile()]  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-m", "robopolicy", *map(str, arguments)],
            cwd=cwd, stdin=subprocess.DEVNULL, stdout=self._told[0], stderr=self._told[1],
            start_new_session=True, env=os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        )  # fmt: skip

    def until(self, condition: Callable[[], object], what: str = "it") -> None:
        """Wait for something to become true while it runs."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert self.process.poll() is None, f"ended before {what} came: {self.wait()}"
            assert time.monotonic() < end, f"{what} did not come"
            time.sleep(0.02)

    def workers(self) -> list[int]:
        """Process ids of its workers, but for those that are gone and not yet collected."""
        return [pid for pid in _children(self.process.pid) if b"spawn_main" in _command_line(pid)]

    def signal(self, number: int) -> None:
        """Send a signal to the process alone."""
        self.process.send_signal(number)

    def signal_group(self, number: int) -> None:
        """Send a signal to the process and all its workers at once, as a terminal does."""
        os.killpg(self.process.pid, number)

    def wait(self, seconds: float = PATIENCE) -> Ended:
        code = self.process.wait(seconds)
        return Ended(code, *(_read(file) for file in self._told))

    def end(self) -> None:
        """Whatever is left of it is killed."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for file in self._told:
            file.close()

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


def ran(*arguments: str, cwd: Path | None = None, seconds: float = PATIENCE) -> Ended:
    """Run the command line to its end."""
    with Running(*arguments, cwd=cwd) as run:
        return run.wait(seconds)


def assert_one_sentence(ended: Ended, *says: str) -> None:
    """It was refused as a person's error is: exit code 2, one line, no traceback."""
    lines = [line for line in ended.err.splitlines() if not line.startswith("a worker process was lost")]
    assert ended.code == 2, ended
    assert len(lines) == 1, ended.err
    assert lines[0].startswith("robopolicy: "), ended.err
    for word in says:
        assert word in lines[0], ended.err


def said_quietly(ended: Ended, code: int) -> None:
    """It was told to stop, and did so in one sentence."""
    assert ended.code == code, ended
    assert "Stopped. What was finished is kept" in ended.err
    assert "Traceback" not in ended.err, ended.err
    assert len(ended.err.splitlines()) == 1, ended.err


def at_random(run: Running, most: float = 2.0) -> None:
    """Kill all its processes within so many seconds."""
    time.sleep(random.uniform(0, most))
    run.signal_group(signal.SIGKILL)


def content(folder: Path) -> dict[str, bytes]:
    """All that a dataset holds."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.*")) if p.is_file()}


def figures(folder: Path) -> dict[str, Any]:
    """What an evaluation found, without when and how fast."""
    info = json.loads((folder / "eval_info.json").read_text())
    del info["produced_by"], info[KEY]
    return info


def checkpoint(folder: Path) -> dict[str, Any]:
    """What a training came to, and from where it would go on."""
    names = ("model.safetensors", "config.json", "metrics.jsonl")
    state = load_sealed((folder / "training/state.safetensors").read_bytes())
    assert state is not None
    tensors, told = state
    del told["sha256"]  # of the file's bytes, in which these notes stand in any order
    known = {name: tensor.numpy().tobytes() for name, tensor in tensors.items()}
    return {name: (folder / name).read_bytes() for name in names} | {"state": (known, told)}


def group_is_gone(leader: int, seconds: float = 10) -> bool:
    """Whether no process of the leader's session is left after so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.killpg(leader, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A disk of its own at a folder, which is soon full; skips where mounting is not allowed."""
    with _mounted(folder, ["-t", "tmpfs", "-o", f"size={kilobytes}k", "none"]) as disk:
        yield disk


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """The folder's content, read-only within the block; skips where mounting is not allowed."""
    with _mounted(folder, ["--bind", "-o", "ro", str(folder)]) as disk:
        yield disk


def fill(folder: Path, leave: int = 0) -> Path:
    """Fill the disk of a folder but for so many bytes; remove the file that is returned to make room."""
    ballast, free = folder / "ballast", os.statvfs(folder)
    with ballast.open("wb", buffering=0) as file:
        left = free.f_bavail * free.f_frsize - leave
        try:
            while left > 0:
                left -= file.write(bytes(min(left, 1 << 16)))
        except OSError:
            pass
    return ballast


@contextmanager
def _mounted(folder: Path, how: list[str]) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        told = subprocess.run(["mount", *how, str(folder)], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if told.returncode:
        pytest.skip(f"mounting is not allowed: {told.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _children(pid: int) -> list[int]:
    stats = [_content(path) for path in Path("/proc").glob("[0-9]*/stat")]
    found = [(stat.split(b" ", 1)[0], stat.rpartition(b")")[2].split()) for stat in stats if stat]
    return [int(child) for child, rest in found if rest[0] != b"Z" and int(rest[1]) == pid]


def _command_line(pid: int) -> bytes:
    return _content(Path(f"/proc/{pid}/cmdline"))


def _content(path: Path) -> bytes:
    """Nothing, if the process has gone."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()
