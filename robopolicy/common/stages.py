"""Stages that run one after another, each with a bar and the time left, and that need not run twice.

What a stage made is good as long as its settings, and those of the stages before it, are the same; that
other code made it, is said. `stages.json` in the output folder remembers which are done.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from data.common.atomic_io import write_json
from data.common.checksums import read_sealed, sealed
from robopolicy.common.console import console, warn
from robopolicy.common.errors import UserError
from robopolicy.common.provenance import code_hash

Report = Callable[[float, float], None]
"""(done, total): how far a stage has come."""


class Stage(NamedTuple):
    """One step of the way."""

    name: str
    settings: Any  # JSON; a change means that the stage must run again
    run: Callable[[Report], None]
    redo: bool = False  # whether it may simply run again when settings changed


class OtherSettings(UserError):
    """The folder holds what other settings made."""

    def __init__(self, stage: str, folder: Path) -> None:
        super().__init__(
            f"{folder} holds a {stage} stage made with other settings, which would be lost; "
            f"say output=ANOTHER_FOLDER, or remove {folder}"
        )


def run_stages(stages: Sequence[Stage], folder: Path) -> None:
    """Run what is not done yet, in order; raises `OtherSettings` before anything is overwritten."""
    memory = folder / "stages.json"
    done = _read(memory)
    marks = _marks(stages)
    for stage in stages:
        known = done.get(stage.name)
        if known is not None and known["mark"] != marks[stage.name] and not stage.redo:
            raise OtherSettings(stage.name, folder)
    _say_of_other_code([name for name in marks if _is_done(done.get(name), marks[name])], done, folder)
    with _progress() as progress:
        bars = {stage.name: progress.add_task(stage.name, total=None, start=False) for stage in stages}
        for stage in stages:
            mark = marks[stage.name]
            if _is_done(done.get(stage.name), mark):
                progress.update(
                    bars[stage.name], total=1, completed=1, description=f"{stage.name} (was done)"
                )
                continue
            known = {"mark": mark, "done": False, "code": code_hash()}
            done[stage.name] = known
            write_json(memory, sealed(done))
            _run(stage, progress, bars[stage.name])
            done[stage.name] = {**known, "done": True}
            write_json(memory, sealed(done))


def _is_done(known: dict[str, Any] | None, mark: str) -> bool:
    return known is not None and known["done"] and known["mark"] == mark


def _say_of_other_code(finished: Sequence[str], done: dict[str, Any], folder: Path) -> None:
    other = [name for name in finished if done[name]["code"] != code_hash()]
    if other:
        warn(f"{', '.join(other)} in {folder}: done by other code; output=ANOTHER_FOLDER does all by this")


def _run(stage: Stage, progress: Progress, bar: TaskID) -> None:
    start, drawn = time.monotonic(), _Bar(progress, bar)
    stage.run(drawn.report)
    drawn.report(drawn.total, drawn.total)
    if not console.is_terminal:  # where no bar moves, a line says how far it has come
        console.print(f"{stage.name}: done in {time.monotonic() - start:.0f} s")


def follow(name: str, steps: Iterable[tuple[float, float]]) -> None:
    """Show a bar with the time left while a generator yields (done, total)."""
    waiting = iter(steps)
    first = next(waiting, None)  # what is refused is refused before a bar is drawn
    if first is None:
        return
    with _progress() as progress:
        bar = _Bar(progress, progress.add_task(name, total=None))
        bar.report(*first)
        for done, total in waiting:
            bar.report(done, total)


def _marks(stages: Sequence[Stage]) -> dict[str, str]:
    """Per stage a hash of its settings and of all before it."""
    marks, chain = {}, hashlib.sha256()
    for stage in stages:
        chain.update(json.dumps([stage.name, stage.settings], sort_keys=True).encode())
        marks[stage.name] = chain.hexdigest()
    return marks


def _read(path: Path) -> dict[str, Any]:
    """Stages begun and done; a missing file says that there are none, and so does a damaged one."""
    if not path.exists():
        return {}
    done = read_sealed(path)
    if done is None:
        warn(f"{path} is damaged, or of an earlier version; every stage is gone through again")
    return done or {}


class TimeLeft(ProgressColumn):
    """Counts down to the end that the last report promised."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        if task.finished:
            return Text("")
        finish = task.fields.get("finish")
        left = round(max(0.0, finish - time.monotonic())) if finish else None
        return Text("left  -:--" if left is None else f"left {left // 60:2d}:{left % 60:02d}")


class _Bar:
    """One bar; what an earlier run had done says nothing of the speed of this one."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task
        self._start, self._before = time.monotonic(), -1.0
        self.total = 1.0
        progress.start_task(task)

    def report(self, done: float, total: float) -> None:
        self._before = done if self._before < 0 else self._before
        self.total, now, gained = total, time.monotonic(), done - self._before
        finish = now + (now - self._start) * (total - done) / gained if gained > 0 else None
        self._progress.update(self._task, completed=done, total=total, finish=finish)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:<22}"),
        BarColumn(bar_width=36),
        TaskProgressColumn(),
        TimeLeft(),
        TextColumn("taken"),
        TimeElapsedColumn(),
        console=console,
    )
