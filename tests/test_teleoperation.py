"""A person leads the hand, and what they do is play like any other."""

import time
from pathlib import Path

import numpy as np
import pytest

from data.store.reader import open_dataset
from robopolicy.viewer.live.episode_store import EpisodeStore
from robopolicy.viewer.live.records import DONE
from robopolicy.viewer.live.teleoperation import CLOSED, OPEN, Teleoperation
from robopolicy.viewer.page.teleop_controls import KEYS
from sim.bullet.kinematics import WORKSPACE
from sim.desk.simulator import World
from sim.kinds.desk import DESK
from tests.live_desks import OPEN as OPEN_DRAWER
from tests.live_desks import desk_at_work, finished


def _until(true) -> None:
    end = time.monotonic() + 90
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_hand_goes_where_it_is_led_and_commands_wait(tmp_path: Path) -> None:
    kept, over = [], []
    with desk_at_work() as desk:
        teleoperation = Teleoperation(kept.append, DESK.spec)
        desk.teleoperate(teleoperation, lambda: over.append(1))
        _until(lambda: teleoperation.target.any())
        goal = desk.state.ee_pos + [-0.08, 0.10, 0.03]
        teleoperation.move_to(goal)
        number = desk.shared.submit(OPEN_DRAWER)
        _until(lambda: np.linalg.norm(desk.state.ee_pos - goal) < 0.01)
        assert desk.shared.status.history[-1].status == "waiting"
        teleoperation.released = True
        assert finished(desk, number).status == DONE
    assert over == [1]
    assert kept == []


def test_what_was_done_is_kept_as_play_that_gives_itself_again(tmp_path: Path) -> None:
    store = EpisodeStore(tmp_path / "play", DESK)
    with desk_at_work() as desk:
        for way in (0.05, -0.05):
            teleoperation = Teleoperation(store.add, DESK.spec)
            desk.teleoperate(teleoperation, lambda: None)
            _until(lambda h=teleoperation: h.target.any())
            teleoperation.recording = True
            teleoperation.move_by(y=way)
            at = desk.shared.latest.number
            _until(lambda n=at: desk.shared.latest.number > n + 60)
            teleoperation.released = True
            _until(lambda n=store, w=way: n.episodes == (1 if w > 0 else 2))
    dataset = open_dataset(tmp_path / "play", DESK)
    assert dataset.n_episodes == 2
    record = dataset.episode(0)
    assert record.length >= 15
    assert np.abs(record.actions).max() <= 1
    assert record.states.ee_pos[-1, 1] - record.states.ee_pos[0, 1] > 0.03
    world = World()  # from the beginning of the scene the same actions have the same effect, but for contacts
    state = world.build(record.scene)
    for action in record.actions:
        state = world.step(action)
    np.testing.assert_allclose(state.ee_pos, record.states.ee_pos[-1], atol=0.01)
    world.close()


def test_a_reset_takes_the_hand_back_and_keeps_what_was_recorded() -> None:
    kept, over = [], []
    with desk_at_work() as desk:
        teleoperation = Teleoperation(kept.append, DESK.spec)
        teleoperation.recording = True
        desk.teleoperate(teleoperation, lambda: over.append(1))
        at = desk.shared.latest.number
        _until(lambda: desk.shared.latest.number > at + 60)
        desk.reset(desk.request)
        _until(lambda: over)
        assert teleoperation.released
        assert len(kept) == 1


def test_keys_do_what_they_say(tmp_path: Path) -> None:
    teleoperation = Teleoperation(lambda _: None, DESK.spec)
    teleoperation.move_to(np.array([0.5, 0.0, 0.2]))
    for key, does, act in KEYS:
        before, heading, grip = teleoperation.target.copy(), teleoperation.heading, teleoperation.grip
        act(teleoperation)
        shift = teleoperation.target - before
        axis = {"forward": 0, "backward": 0, "left": 1, "right": 1, "up": 2, "down": 2}.get(does.split()[-1])
        if axis is not None:
            sign = 1 if does.split()[-1] in ("forward", "left", "up") else -1
            assert sign * shift[axis] > 0, key
        else:
            assert teleoperation.heading != heading or teleoperation.grip != grip, key


@pytest.mark.parametrize("far", [[9, 9, 9], [-9, -9, -9]])
def test_the_hand_is_led_no_farther_than_it_may_go(far: list[float]) -> None:
    teleoperation = Teleoperation(lambda _: None, DESK.spec)
    teleoperation.move_to(np.array(far))
    assert (teleoperation.target >= WORKSPACE[0]).all()
    assert (teleoperation.target <= WORKSPACE[1]).all()


def test_the_gripper_toggles() -> None:
    teleoperation = Teleoperation(lambda _: None, DESK.spec)
    assert teleoperation.grip == OPEN
    teleoperation.toggle_gripper()
    assert teleoperation.grip == CLOSED
