"""Replay pages of rollouts of an evaluation, kept beside its films."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from data.common.checksums import HTML
from robopolicy.evaluation.trials.results import Result
from robopolicy.reporting.videos import Film, kept_of, make_once, stem_of, verdict_of
from robopolicy.viewer.drawing.replay_page import replay_html
from robopolicy.viewer.extras import need
from robopolicy.viewer.live.recording import Recording
from sim.desk.constants import CONTROL_HZ
from sim.desk.rows import lights_of
from sim.desk.simulator import World

PARTS = 2  # moments recorded per control step


def recording_of_rollout(result: Result) -> Recording:
    """Simulate a rollout again from its scene and actions, and record it."""
    trial, world = result.trial, World()
    try:
        lights = [lights_of(world.build(result.scene))]
        poses = [world.poses()]
        for action in result.actions:
            for part in world.steps(action, PARTS):
                poses.append(part)
                lights.append(lights[-1])
            lights[-1] = lights_of(world.state())
    finally:
        world.close()
    sentence = "; then ".join(command.sentence for command in trial.commands) or "(nothing said)"
    outcome = f"{trial.level} · {trial.task} · {verdict_of(result)}"
    period = 1 / (CONTROL_HZ * PARTS)
    return Recording(
        result.scene, sentence, outcome, np.array(poses, np.float32), np.array(lights) > 0, period
    )


def keep_replay(result: Result, folder: Path) -> Film:
    """Write the page of one rollout to `folder`/replays, unless it is there; returns its place."""
    trial, file = result.trial, f"replays/{stem_of(result)}.html"
    recording = recording_of_rollout(result)
    make_once(folder / file, lambda: replay_html(recording).encode(), HTML)
    return Film(file, trial.level, trial.task, recording.sentence, result.success)


def replays_of(results: Sequence[Result], folder: Path, workers: int) -> Iterator[Film]:
    """Write the pages of several rollouts in parallel; yields them in order.

    Raises `NotInstalled` before any is begun.
    """
    if not results:
        return
    need("viser")
    yield from kept_of(keep_replay, results, folder, workers)
