"""Replay pages of rollouts of an evaluation, kept beside its films."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from data.common.checksums import HTML
from robopolicy.evaluation.beginning import begin_again
from robopolicy.evaluation.trials.results import Result
from robopolicy.reporting.videos import Film, joined, kept_of, make_once, stem_of, verdict_of
from robopolicy.viewer.drawing.replay_page import replay_html
from robopolicy.viewer.extras import need
from robopolicy.viewer.live.recording import Recording
from sim.figures import lit
from sim.world import WorldKind

PARTS = 2  # moments recorded per control step


def recording_of_rollout(result: Result, kind: WorldKind) -> Recording:
    """Simulate a rollout in a kind of world again from its scene and actions, and record it.

    What the expert did before the first command was given is carried out, and not recorded.
    """
    trial, world = result.trial, kind.open()
    try:
        state = begin_again(world, result)
        figures = kind.figures(result.scene, state)
        poses, lights = [kind.poses(world)], [lit(figures, state)]
        for action in result.acted:
            for part in kind.steps(world, action, PARTS):
                poses.append(part)
                lights.append(lights[-1])
            lights[-1] = lit(figures, world.state())
    finally:
        world.close()
    sentence = "; then ".join(command.sentence for command in trial.commands) or "(nothing said)"
    outcome = joined(trial.level, trial.family, verdict_of(result, kind))
    moments = np.array(poses, np.float32), np.array(lights, bool)
    return Recording(kind, figures, sentence, outcome, *moments, 1 / (kind.spec.control_hz * PARTS))


def keep_replay(kind: WorldKind, result: Result, folder: Path) -> Film:
    """Write the page of one rollout to `folder`/replays, unless it is there; returns its place."""
    trial, file = result.trial, f"replays/{stem_of(result)}.html"
    recording = recording_of_rollout(result, kind)
    make_once(folder / file, lambda: replay_html(recording).encode(), HTML)
    return Film(file, trial.level, trial.family, recording.sentence, result.success)


def replays_of(results: Sequence[Result], folder: Path, workers: int, kind: WorldKind) -> Iterator[Film]:
    """Write the pages of several rollouts in a kind of world in parallel; yields them in order.

    Raises `NotInstalled` before any is begun.
    """
    if not results:
        return
    need("viser")
    yield from kept_of(partial(keep_replay, kind), results, folder, workers)
