"""Rollouts of an evaluation kept as replay pages, beside the films: to be turned, zoomed and stopped."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from data.common.checksums import HTML
from robopolicy.evaluation.trials.results import Result
from robopolicy.reporting.videos import Film, kept_of, make_once, stem_of, verdict_of
from robopolicy.viewer.extras import need
from robopolicy.viewer.records import Recording
from robopolicy.viewer.replay import replay_html
from sim.desk.constants import CONTROL_HZ
from sim.desk.simulator import World

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
    said = "; then ".join(command.sentence for command in trial.commands) or "(nothing said)"
    says = f"{trial.level} · {trial.task} · {verdict_of(result)}"
    period = 1 / (CONTROL_HZ * PARTS)
    return Recording(result.scene, said, says, np.array(poses, np.float32), np.array(lights) > 0, period)


def keep_replay(result: Result, folder: Path) -> Film:
    """Write one rollout's page under `folder/replays` and say where it is."""
    trial, file = result.trial, f"replays/{stem_of(result)}.html"
    recording = recorded(result)
    make_once(folder / file, lambda: replay_html(recording).encode(), HTML)
    return Film(file, trial.level, trial.task, recording.sentence, result.success)


def replays_of(results: Sequence[Result], folder: Path, workers: int) -> Iterator[Film]:
    """Keep several rollouts at once, in order. Raises `NotInstalled` before anything is begun."""
    if not results:
        return
    need("viser")
    yield from kept_of(keep_replay, results, folder, workers)
