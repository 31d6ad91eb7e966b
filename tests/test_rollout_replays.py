"""Rollouts as pages that need nothing else."""

import base64
import re
from pathlib import Path

import numpy as np
import pytest

from robopolicy.evaluation.trials.results import Result
from robopolicy.evaluation.trials.trial import Command, Trial
from robopolicy.reporting.videos import Film
from robopolicy.viewer.drawing.replay_page import replay_html
from robopolicy.viewer.drawing.rollout_replays import recording_of_rollout, replays_of
from robopolicy.viewer.live.recording import Recording
from sim.desk.scenes.sampler import draw_scene_for
from sim.desk.simulator import World
from sim.desk.tasks import expert
from sim.desk.visuals import figures
from sim.kinds.desk import DESK

pytest.importorskip("viser", reason="the extra 'page' is not installed")


@pytest.fixture(scope="module")
def result() -> Result:
    """The expert turns the lamp on."""
    scene, goal = draw_scene_for("turn_on_lamp", 3)
    world = World()
    states, actions = [world.build(scene)], []
    while not states[-1].light("lever switch"):
        actions.append(np.asarray(expert.act(states[-1], goal), np.float32))
        states.append(world.step(actions[-1]))
    world.close()
    trial = Trial("seen", 3, (Command("<light> the lamp", (goal,)),))
    return Result(trial, scene, True, len(actions), np.stack(actions))


@pytest.fixture(scope="module")
def recording(result: Result) -> Recording:
    return recording_of_rollout(result, DESK)


def test_what_the_expert_did_before_the_first_command_is_carried_out_and_not_recorded(
    result: Result, recording: Recording
) -> None:
    late = recording_of_rollout(result._replace(steps=result.steps - 3, n_begin=3), DESK)
    assert np.array_equal(late.poses, recording.poses[2 * 3 :])
    assert np.array_equal(late.lights, recording.lights[2 * 3 :])


def test_a_rollout_is_recorded_as_it_went(result: Result, recording: Recording) -> None:
    n = 2 * result.steps + 1
    assert recording.poses.shape == (n, len(figures(result.scene)), 7)
    assert not recording.lights[0, 1]
    assert recording.lights[-1, 1]
    assert recording.period * (n - 1) == pytest.approx(result.steps / 10)


def test_a_replay_needs_nothing_from_elsewhere_and_says_what_was_said(recording: Recording) -> None:
    html = replay_html(recording)
    assert not re.search(r'<(?:script|link)[^>]+(?:src|href)="(?!data:)', html)
    assert "&lt;light&gt; the lamp" in html
    assert "done in" in html
    assert len(html) < 4_000_000


def test_a_longer_replay_holds_more_motion_and_the_geometry_once(recording: Recording) -> None:
    half = len(recording.poses) // 2
    short = recording._replace(poses=recording.poses[:half], lights=recording.lights[:half])
    sizes = [len(_payload(replay_html(one))) for one in (short, recording)]
    assert sizes[0] < sizes[1] < 1.5 * sizes[0]


def _payload(html: str) -> bytes:
    found = re.search(r'__VISER_EMBED_DATA__="([^"]+)"', html)
    assert found
    return base64.b64decode(found[1])


@pytest.mark.long
def test_replays_are_kept_beside_the_report_successes_and_failures(result: Result, tmp_path: Path) -> None:
    failed = result._replace(success=False, steps=2, actions=result.actions[:2])
    kept = list(replays_of([result, failed], tmp_path, 1, DESK))
    assert [one.success for one in kept] == [True, False]
    assert all(isinstance(one, Film) and (tmp_path / one.file).stat().st_size > 500_000 for one in kept)
    assert list(replays_of([], tmp_path, 1, DESK)) == []
