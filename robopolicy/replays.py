"""Rollouts of an evaluation kept as replay pages, beside the films: to be turned, zoomed and stopped."""

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from data.files import write_atomic
from robopolicy.films import Film
from robopolicy.live.exchange import Recording
from robopolicy.live.extras import need
from robopolicy.live.replay import replay_html
from robopolicy.summary import Result
from robopolicy.workers import spawned
from sim.world import CONTROL_HZ, World

PARTS = 2  # instants kept of each control step


def recorded(result: Result) -> Recording:
    """The rollout, action by action, as it is to be seen."""
    trial, world = result.trial, World()
    try:
        lights = [world.build(result.scene).lights]
        poses = [world.poses()]
        for action in result.actions:
            for instant in world.steps(action, PARTS):
                poses.append(instant)
                lights.append(lights[-1])
            lights[-1] = world.state().lights
    finally:
        world.close()
    seconds = result.steps / CONTROL_HZ
    verdict = f"done in {seconds:.1f} s" if result.success else f"not done in {seconds:.0f} s"
    said = "; then ".join(command.sentence for command in trial.commands) or "(nothing said)"
    says = f"{trial.level} · {trial.task} · {verdict}"
    period = 1 / (CONTROL_HZ * PARTS)
    return Recording(result.scene, said, says, np.array(poses, np.float32), np.array(lights) > 0, period)


def keep_replay(result: Result, folder: Path) -> Film:
    """Write one rollout's page under `folder/replays` and say where it is."""
    trial = result.trial
    verdict = "done" if result.success else "failed"
    mark = zlib.crc32(result.actions.tobytes())  # other actions, another page
    file = f"replays/{trial.level}-{verdict}-{trial.task}-{trial.seed}-{mark:08x}.html"
    recording = recorded(result)
    if not (folder / file).exists():
        write_atomic(folder / file, replay_html(recording))
    return Film(file, trial.level, trial.task, recording.sentence, result.success)


def replays_of(results: Sequence[Result], folder: Path, workers: int) -> Iterator[Film]:
    """Keep several rollouts at once, in order. Raises `NotInstalled` before anything is begun."""
    if not results:
        return
    need("viser")
    with spawned(min(workers, len(results))) as pool:
        for future in [pool.submit(keep_replay, result, folder) for result in results]:
            yield future.result()
