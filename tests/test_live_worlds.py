"""What is behind the page works for a kind of world that says nothing of how it looks: pucks on a plane."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from data.store.episode import DatasetOfOtherWorld, EpisodeRecord
from data.store.reader import open_dataset
from data.store.writer import DatasetWriter
from examples.pucks import PUCKS
from robopolicy.cli.main import main
from robopolicy.common.errors import UnknownName
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.results import Result
from robopolicy.evaluation.trials.trial import Command, Trial
from robopolicy.policies.base.intent import Intent
from robopolicy.runtime.scene_request import SceneRequest
from robopolicy.viewer.drawing.rollout_replays import recording_of_rollout, replays_of
from robopolicy.viewer.live.episode_store import EpisodeStore, read_aside
from robopolicy.viewer.live.play_segments import PlaySegments
from robopolicy.viewer.live.records import DONE, REPLAYING, SceneUpdate
from robopolicy.viewer.live.session import LiveConfig, LiveSession
from robopolicy.viewer.live.teleoperation import Teleoperation
from robopolicy.viewer.page import html_text
from robopolicy.viewer.page.config import PageConfig
from sim.figures import Figure
from sim.kinds.desk import DESK
from sim.observation import Observation
from sim.state import Array, State, stack
from sim.task import Goal
from tests.live_desks import finished
from tests.stub_agents import Forgetful

ENV = "examples.pucks:PUCKS"
PARK = "put the first one on the mat"
FIGURES = 6  # ground, three pucks, mat, hand


class Parker(Forgetful):
    """Looks at the world itself and parks the first puck, whatever it is told."""

    world_at_work: LiveSession

    def reset(self, commands: list[str], names: list[tuple[str, ...]]) -> list[Intent]:
        return [Intent("park", names[0][0], "", 0.9)]

    def act(self, observation: Observation) -> Array:
        live = self.world_at_work
        return PUCKS.expert(live.state, Goal("park", 0), live.scene)[None]


@contextmanager
def pucks_at_work() -> Iterator[LiveSession]:
    """Running pucks; twenty times as fast as real."""
    agent = Parker()
    live = LiveSession(LiveConfig(speed=20.0), SceneRequest(seed=4, kind=PUCKS), lambda *_: agent)
    agent.world_at_work = live
    live.start()
    try:
        yield live
    finally:
        live.close()


def _published(live: LiveSession) -> list[SceneUpdate]:
    """Every update from now on."""
    seen, publish = [], live.shared.publish

    def noted(scene_number: int, figures: tuple[Figure, ...], poses: Array, state: State) -> SceneUpdate:
        seen.append(publish(scene_number, figures, poses, state))
        return seen[-1]

    live.shared.publish = noted
    return seen


def _until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def episode(steps_after: int) -> EpisodeRecord:
    """The expert parks the first puck, and goes on for so many steps."""
    scene, world = SceneRequest(seed=4, kind=PUCKS).scene(), PUCKS.open()
    states, actions, left = [world.build(scene)], [], steps_after
    while left or not PUCKS.achieved(Goal("park", 0), states[0], states[-1]):
        left -= bool(PUCKS.achieved(Goal("park", 0), states[0], states[-1]))
        actions.append(np.asarray(PUCKS.expert(states[-1], Goal("park", 0), scene), np.float32))
        states.append(world.step(actions[-1]))
    return EpisodeRecord(scene, stack(states), np.stack(actions))


@pytest.fixture(scope="module")
def parked() -> EpisodeRecord:
    """An episode that ends when the first puck is parked."""
    return episode(steps_after=0)


@pytest.fixture(scope="module")
def result(parked: EpisodeRecord) -> Result:
    trial = Trial("seen", 4, (Command(PARK, (Goal("park", 0),)),))
    return Result(trial, parked.scene, True, parked.length, parked.actions)


def test_a_command_steps_the_world_at_its_own_rate_and_is_shown_on_the_way(parked: EpisodeRecord) -> None:
    with pucks_at_work() as live:
        seen = _published(live)
        one = finished(live, live.shared.submit(PARK))
        assert one.status == DONE
        assert any("on the mat" in words for words in one.happened)
        steps = round(one.seconds * PUCKS.spec.control_hz)
        assert steps == parked.length
        settling = round(0.5 * PUCKS.spec.control_hz)
        assert len(seen) == 3 * (steps + settling)
        assert {update.poses.shape for update in seen} == {(FIGURES, 7)}
        assert {(len(update.figures), update.lights) for update in seen} == {(FIGURES, ())}
        assert live.recording is not None
        assert live.recording.poses.shape == (len(seen) + 1, FIGURES, 7)
        assert live.recording.period == pytest.approx(1 / 15)


def test_what_is_suggested_is_of_the_families_of_the_world() -> None:
    with pucks_at_work() as live:
        offered = live.shared.status.suggestions
        assert len(offered) >= 4
        assert {one.goal.task for one in offered} == {"park", "shove_left"}


def test_a_person_leads_the_hand_and_what_they_did_is_play_of_that_world(tmp_path: Path) -> None:
    store = EpisodeStore(tmp_path / "play", PUCKS)
    with pucks_at_work() as live:
        teleoperation = Teleoperation(store.add, PUCKS.spec)
        live.teleoperate(teleoperation, lambda: None)
        _until(lambda: teleoperation.target.any())
        teleoperation.recording = True
        teleoperation.move_to(np.array([0.3, 9.0, 0.1]))
        _until(lambda: np.allclose(live.state.ee_pos, [0.3, 0.5, 0.1], atol=0.001))
        teleoperation.toggle_gripper()
        _until(lambda: live.state.gripper == 0)
        teleoperation.released = True
        _until(lambda: store.episodes)
    with pytest.raises(DatasetOfOtherWorld, match=f"give env={ENV}"):
        open_dataset(tmp_path / "play", DESK)
    record = open_dataset(tmp_path / "play", PUCKS).episode(0)
    assert record.length >= 5
    np.testing.assert_allclose(record.states.ee_pos[-1, :2], [0.3, 0.5], atol=0.01)


def test_play_that_was_put_aside_is_read_as_that_of_its_own_world(
    tmp_path: Path, parked: EpisodeRecord
) -> None:
    folder = tmp_path / "play"
    folder.write_text("no folder")
    EpisodeStore(folder, PUCKS).add(parked)
    (aside,) = EpisodeStore(folder, PUCKS).aside.iterdir()
    found = read_aside(aside, PUCKS)
    assert found is not None
    assert found.scene == parked.scene
    np.testing.assert_array_equal(found.actions, parked.actions)
    assert read_aside(aside, DESK) is None
    folder.unlink()
    store = EpisodeStore(folder, PUCKS)
    assert store.retry()
    assert (store.episodes, store.pending) == (1, 0)


def test_recorded_play_is_shown_and_described_in_words(tmp_path: Path) -> None:
    with DatasetWriter(tmp_path / "play", {}, kind=PUCKS) as writer:
        writer.append(episode(steps_after=6))
    segments = PlaySegments(tmp_path / "play", seed=0, kind=PUCKS)
    segment = segments.draw()
    assert segment.goal == Goal("park", 0)
    made, why = segments.describe(segment, "Put it on the mat!", "Ada")
    assert (made.sentence, why) == ("put it on the mat", None)
    assert "paraphrase" in str(segments.describe(segment, "drop it on the mat", "Ada")[1])
    with pucks_at_work() as live:
        live.replay(segment.scene, segment.states)
        _until(lambda: live.shared.status.mode == REPLAYING and live.shared.latest.scene_number == 2)
        last = segment.states.hand[-1, :7]
        _until(lambda: np.allclose(live.shared.latest.poses[-1], last, atol=1e-6))
        assert "A command shows the world again" in html_text.status_line(live.shared.status)


def test_what_the_world_has_not_cannot_be_asked_for() -> None:
    with pytest.raises(UnknownName, match="no layout is called 'left_handed'"):
        SceneRequest(layout="left_handed", kind=PUCKS)
    with pytest.raises(UnknownName, match="no factor is called 'latency'"):
        SceneRequest(dynamics={"latency": 1.0}, kind=PUCKS)
    with pytest.raises(UnknownName, match="no layout is called 'left_handed'"):
        PageConfig(env=ENV, layout="left_handed")
    assert SceneRequest(seed=4, kind=PUCKS).scene() == SceneRequest(seed=4, kind=PUCKS).scene()


def test_films_need_cameras_and_replay_pages_do_not() -> None:
    assert EvaluateConfig(env=ENV, replays=1).replays == 1
    with pytest.raises(ValueError, match=r"no cameras to film with.*replays=1"):
        EvaluateConfig(env=ENV, videos=1)


def test_a_rollout_is_recorded_as_it_went(result: Result) -> None:
    recording = recording_of_rollout(result, PUCKS)
    assert recording.poses.shape == (2 * result.steps + 1, FIGURES, 7)
    assert recording.lights.shape == (2 * result.steps + 1, 0)
    assert recording.period * 2 * result.steps == pytest.approx(result.steps / 5)
    puck, mat = recording.poses[-1, 1], recording.poses[-1, 4]
    assert np.linalg.norm((puck - mat)[:2]) < 0.05


@pytest.mark.long
def test_a_rollout_is_kept_as_a_page(result: Result, tmp_path: Path) -> None:
    pytest.importorskip("viser", reason="the extra 'page' is not installed")
    (kept,) = replays_of([result], tmp_path, 1, PUCKS)
    html = (tmp_path / kept.file).read_text()
    assert PARK in html
    assert f"done in {result.steps / 5:.1f} s" in html


def test_the_panel_offers_what_the_world_has(tmp_path: Path) -> None:
    pytest.importorskip("viser", reason="the extra 'page' is not installed")
    from robopolicy.viewer.page.page import Page  # noqa: PLC0415 - not without viser

    with pucks_at_work() as live:
        page = Page(PageConfig(port=0, env=ENV, output=str(tmp_path)), live)
        live.start = lambda: None  # it runs already
        page.start()
        try:
            _until(lambda: page.updates)
            assert page.panel._layout is None
            assert not page.panel._sliders
            assert page.panel._number is not None
            assert page.panel._number.max == 3
            page.panel._reset(7)
            _until(lambda: live.scene.seed == 7)
        finally:
            page.close()


def test_a_policy_of_another_world_is_refused_in_a_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("viser", reason="the extra 'page' is not installed")
    assert main(["serve", "port=0", f"env={ENV}"]) == 2
    assert "cannot act here" in capfd.readouterr().err
