"""Films of rollouts: replayed action by action in a world with cameras, captioned, written as MP4 and GIF."""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from data.common.atomic_io import write_atomic
from data.common.checksums import MP4, Around, stamped, unstamped
from data.common.workers import spawned
from robopolicy.common.console import warn
from robopolicy.common.provenance import code_hash
from robopolicy.evaluation.beginning import begin_again
from robopolicy.evaluation.trials.judges import BEGIN
from robopolicy.evaluation.trials.results import Result
from robopolicy.reporting.video_io import (
    BAD,
    GOOD,
    Frame,
    as_mp4,
    captioned,
    read_mp4,
    same_size,
    write_gif,
    write_mp4,
)
from sim.world import WorldKind

HOLD = 8  # frames for which the last picture is held


class Film(NamedTuple):
    """A film on disk, for the report."""

    file: str  # relative to the report
    level: str
    task: str  # its family; "" if it is of several goals, or of none
    sentence: str  # all that was said
    success: bool


def replay(result: Result, kind: WorldKind) -> Iterator[Frame]:
    """The frames of a rollout in a kind of world with captions: before its first action, and after each.

    What the expert did before the first command was given is carried out, and not shown.
    """
    world = kind.open(pictures=True)
    try:
        trial = result.trial
        note = joined(trial.level, trial.family)
        begin_again(world, result)
        frame = kind.picture(world)
        yield captioned(frame, trial.sentence, note)
        for step, action in enumerate(result.acted):
            world.step(action)
            frame = kind.picture(world)
            yield captioned(frame, said_at(result, step), note)
        end = joined(note, verdict_of(result, kind))
        for _ in range(HOLD):
            yield captioned(frame, said_at(result, result.steps - 1), end, GOOD if result.success else BAD)
    finally:
        world.close()


def verdict_of(result: Result, kind: WorldKind) -> str:
    """Whether the rollout succeeded, and how long it took."""
    if result.cause == BEGIN:
        return "could not be begun"
    seconds = result.steps / kind.spec.control_hz
    return f"done in {seconds:.1f} s" if result.success else f"not done in {seconds:.0f} s"


def joined(*parts: str) -> str:
    """A line of those of the parts that say something."""
    return " · ".join(part for part in parts if part)


def said_in(result: Result) -> str:
    """All sentences that were said, in order: those after a failure were not."""
    said = result.trial.commands[: max(1, len(result.ends))]
    return " / ".join(command.sentence for command in said)


def said_at(result: Result, step: int) -> str:
    """The sentence that was being carried out at a step."""
    at = sum(end <= step for end in result.ends)
    return result.trial.commands[min(at, len(result.trial.commands) - 1)].sentence


def chosen(
    results: Mapping[str, Sequence[Result]], levels: Sequence[str], successes: int, failures: int
) -> list[Result]:
    """Per level (`LevelTrials.key`) so many successes and failures, of different families where possible."""
    picked = []
    for level in levels:
        for want, number in ((True, successes), (False, failures)):
            found = [result for result in results.get(level, ()) if result.success is want]
            seen: dict[str, int] = {}
            ranked = []
            for at, result in enumerate(found):
                seen[result.trial.task] = seen.get(result.trial.task, 0) + 1
                ranked.append((seen[result.trial.task], at, result))
            picked += [result for _, _, result in sorted(ranked, key=lambda r: r[:2])[:number]]
    return picked


def film(result: Result, folder: Path, kind: WorldKind) -> Film:
    """Write one rollout's MP4 under `folder/videos` and say where it is."""
    trial, file = result.trial, f"videos/{stem_of(result)}.mp4"
    make_once(folder / file, lambda: as_mp4(list(replay(result, kind)), kind.spec.control_hz), MP4)
    return Film(file, trial.level, trial.family, said_in(result), result.success)


def make_once(path: Path, make: Callable[[], bytes], around: Around) -> None:
    """Make a file unless it is there, whole, and made by this code; its checksum goes to its end."""
    if path.exists():
        if unstamped(path.read_bytes(), around, code_hash()) is not None:
            return
        warn(f"{path} is damaged, or was made by other code; it is made anew")
    write_atomic(path, stamped(make(), around, code_hash()))


def stem_of(result: Result) -> str:
    """File name for a rollout, without suffix; differs where the actions differ."""
    trial, verdict = result.trial, "done" if result.success else "failed"
    return f"{trial.level}-{verdict}-{trial.task}-{trial.seed}-{zlib.crc32(result.actions.tobytes()):08x}"


def films_of(results: Sequence[Result], folder: Path, workers: int, kind: WorldKind) -> Iterator[Film]:
    """Film several rollouts at once; yields the films in the order of the rollouts.

    Only for kinds of world that have cameras.
    """
    return kept_of(partial(film, kind=kind), results, folder, workers)


def kept_of(
    keep: Callable[[Result, Path], Film], results: Sequence[Result], folder: Path, workers: int
) -> Iterator[Film]:
    """Apply `keep` to several rollouts in parallel; yields its results in the order of the rollouts."""
    if not results:
        return
    with spawned(min(workers, len(results))) as pool:
        yield from pool.in_order(partial(_kept, keep, folder), results)


def _kept(keep: Callable[[Result, Path], Film], folder: Path, result: Result) -> Film:
    return keep(result, folder)


def montage(films: Sequence[Film], folder: Path, name: str, kind: WorldKind) -> None:
    """Several films one after another, as MP4 and, at twice the speed, as GIF."""
    hz = kind.spec.control_hz
    frames = same_size([frame for one in films for frame in read_mp4(folder / one.file)])
    write_mp4(folder / f"{name}.mp4", frames, hz)
    write_gif(folder / f"{name}.gif", frames[::2], hz)
