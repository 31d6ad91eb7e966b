"""Whether a world can be built, stepped, photographed and filmed. Run in a process of its own:

    python -m robopolicy.diagnostics.physics

Prints a line of JSON for each finding.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Literal

import numpy as np

from robopolicy.diagnostics.findings import Finding, Guarded, print_all
from robopolicy.reporting.video_io import read_mp4, write_mp4
from sim.bullet.egl import probed
from sim.desk.cameras import SIZE, render
from sim.desk.constants import CONTROL_HZ
from sim.desk.scenes.sampler import draw_scene
from sim.desk.simulator import World

STEPS, PICTURES = 50, 3  # how many are timed


def steps() -> Iterator[Finding]:
    """Build a desk and move the hand on it."""
    world = World()
    try:
        world.build(draw_scene(0))
        taken = _median_ms(lambda: world.step(np.full(7, 0.1)), STEPS)
    finally:
        world.close()
    says = f"a step of the world, {1000 // CONTROL_HZ} ms of robot time, takes {taken:.2f} ms"
    yield Finding("physics", "ok", says)


def pictures() -> Iterator[Finding]:
    """Both renderers; films and the page's pictures are made by the first."""
    says = f"a picture of {SIZE[0]} x {SIZE[1]} takes {{:.0f}} ms, by {{}}"
    yield Finding("renderer tiny", "ok", says.format(_picture_ms("tiny"), "the CPU"))
    renderer, trouble = probed()
    if trouble:
        yield Finding("renderer egl", "note", f"not here: {trouble}", "none needed, tiny draws everything")
    else:
        yield Finding("renderer egl", "ok", says.format(_picture_ms("egl"), renderer))


def films() -> Iterator[Finding]:
    """Write a film and read it back."""
    frames = [np.full((48, 64, 3), level, np.uint8) for level in (50, 200)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        write_mp4(path, frames, CONTROL_HZ)
        count = len(list(read_mp4(path)))
    if count != len(frames):
        yield Finding("films", "FAILS", f"of {len(frames)} frames {count} came back", "pip install -U av")
    else:
        yield Finding("films", "ok", "an MP4 was written and read back")


def _picture_ms(renderer: Literal["tiny", "egl"]) -> float:
    world = World(visuals=True, renderer=renderer)
    try:
        world.build(draw_scene(0))
        return _median_ms(lambda: render(world), PICTURES)
    finally:
        world.close()


def _median_ms(work: Callable[[], object], times: int) -> float:
    """Of so many repetitions, after one that warms up."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return 1000 * median(taken)


CHECKS = (
    Guarded("physics", steps, "reinstall PyBullet under the name that stands under packages"),
    Guarded("renderer", pictures, "say video=false to commands and videos=0 to evaluations"),
    Guarded("films", films, "pip install --force-reinstall av"),
)

if __name__ == "__main__":
    print_all(CHECKS)
