"""Runs stages one after another, each with a progress bar, and skips those that are done already.

What a stage made stays valid as long as its settings, and those of the stages before it, are the same; if
other code made it, a warning says so. `stages.json` in the output folder records which stages are done.
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
"""Called with (done, total) to report how far a stage has come."""


class Stage(NamedTuple):
    """One stage: what it is called, what it depends on, and how to run it."""

    name: str
    settings: Any  # JSON; if they change, the stage must run again
    run: Callable[[Report], None]
    redo: bool = False  # whether it may overwrite what other settings made


class OtherSettings(UserError):
    """The folder holds a stage that was made with other settings and would be overwritten."""

    def __init__(self, stage: str, folder: Path) -> None:
        super().__init__(
            f"{folder} holds a {stage} stage made with other settings, which would be lost; "
            f"say output=ANOTHER_FOLDER, or remove {folder}"
        )


def run_stages(stages: Sequence[Stage], folder: Path) -> None:
    """Run the stages that are not done yet, in order.

    Raises `OtherSettings` before anything is overwritten.
    """
    record = folder / "stages.json"
    done = _read(record)
    marks = _marks(stages)
    for stage in stages:
        known = done.get(stage.name)
        if known is not None and known["mark"] != marks[stage.name] and not stage.redo:
            raise OtherSettings(stage.name, folder)
    _warn_of_other_code([name for name in marks if _is_done(done.get(name), marks[name])], done, folder)
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
            write_json(record, sealed(done))
            _run(stage, progress, bars[stage.name])
            done[stage.name] = {**known, "done": True}
            write_json(record, sealed(done))


def _is_done(known: dict[str, Any] | None, mark: str) -> bool:
    """Whether a stage's record says that it was finished with the settings of this mark."""
    return known is not None and known["done"] and known["mark"] == mark


def _warn_of_other_code(finished: Sequence[str], done: dict[str, Any], folder: Path) -> None:
    """Warn if finished stages were run by another version of the code."""
    other = [name for name in finished if done[name]["code"] != code_hash()]
    if other:
        warn(f"{', '.join(other)} in {folder}: done by other code; output=ANOTHER_FOLDER does all by this")


def _run(stage: Stage, progress: Progress, bar: TaskID) -> None:
    """Run one stage while its bar shows how far it has come."""
    start, drawn = time.monotonic(), _Bar(progress, bar)
    stage.run(drawn.report)
    drawn.report(drawn.total, drawn.total)
    if not console.is_terminal:  # no bar moves there, so a line says that it is done
        console.print(f"{stage.name}: done in {time.monotonic() - start:.0f} s")


def follow(name: str, steps: Iterable[tuple[float, float]]) -> None:
    """Run a generator that yields (done, total), and show a progress bar with the time left."""
    waiting = iter(steps)
    first = next(waiting, None)  # errors in the settings are raised here, before a bar is drawn
    if first is None:
        return
    with _progress() as progress:
        bar = _Bar(progress, progress.add_task(name, total=None))
        bar.report(*first)
        for done, total in waiting:
            bar.report(done, total)


def _marks(stages: Sequence[Stage]) -> dict[str, str]:
    """For each stage, a hash of its settings and of those of all stages before it."""
    marks, chain = {}, hashlib.sha256()
    for stage in stages:
        chain.update(json.dumps([stage.name, stage.settings], sort_keys=True).encode())
        marks[stage.name] = chain.hexdigest()
    return marks


def _read(path: Path) -> dict[str, Any]:
    """The record of stages begun and done; empty if the file is missing or damaged."""
    if not path.exists():
        return {}
    done = read_sealed(path)
    if done is None:
        warn(f"{path} is damaged, or of an earlier version; every stage is gone through again")
    return done or {}


class TimeLeft(ProgressColumn):
    """The time left until the end that the latest report predicted."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        """The text of the column; rich calls this."""
        if task.finished:
            return Text("")
        finish = task.fields.get("finish")
        left = round(max(0.0, finish - time.monotonic())) if finish else None
        return Text("left  -:--" if left is None else f"left {left // 60:2d}:{left % 60:02d}")


class _Bar:
    """One progress bar. What an earlier run had done does not count when the speed is estimated."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task
        self._start, self._before = time.monotonic(), -1.0
        self.total = 1.0
        progress.start_task(task)

    def report(self, done: float, total: float) -> None:
        """Show that `done` of `total` is done."""
        self._before = done if self._before < 0 else self._before
        self.total, now, gained = total, time.monotonic(), done - self._before
        finish = now + (now - self._start) * (total - done) / gained if gained > 0 else None
        self._progress.update(self._task, completed=done, total=total, finish=finish)


def _progress() -> Progress:
    """The columns of the bars: name, bar, percentage, time left, time taken."""
    return Progress(
        TextColumn("{task.description:<22}"),
        BarColumn(bar_width=36),
        TaskProgressColumn(),
        TimeLeft(),
        TextColumn("taken"),
        TimeElapsedColumn(),
        console=console,
    )
