"""A person leads the hand, and what they do is play like any other."""

import time
from pathlib import Path

import numpy as np
import pytest

from data.store.reader import open_dataset
from robopolicy.viewer.handles import KEYS
from robopolicy.viewer.keeper import Keeper
from robopolicy.viewer.records import DONE
from robopolicy.viewer.teleoperation import CLOSED, OPEN, Hand
from sim.bullet.kinematics import WORKSPACE
from sim.desk.simulator import World
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
        hand = Hand(kept.append)
        desk.lead(hand, lambda: over.append(1))
        _until(lambda: hand.target.any())
        goal = desk.state.ee_pos + [-0.08, 0.10, 0.03]
        hand.go(goal)
        number = desk.board.say(OPEN_DRAWER)
        _until(lambda: np.linalg.norm(desk.state.ee_pos - goal) < 0.01)
        assert desk.board.standing.history[-1].status == "waiting"
        hand.released = True
        assert finished(desk, number).status == DONE
    assert over == [1]
    assert kept == []


def test_what_was_done_is_kept_as_play_that_gives_itself_again(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "play")
    with desk_at_work() as desk:
        for way in (0.05, -0.05):
            hand = Hand(keeper)
            desk.lead(hand, lambda: None)
            _until(lambda h=hand: h.target.any())
            hand.recording = True
            hand.nudge(y=way)
            at = desk.board.frame.number
            _until(lambda n=at: desk.board.frame.number > n + 60)
            hand.released = True
            _until(lambda n=keeper, w=way: n.episodes == (1 if w > 0 else 2))
    dataset = open_dataset(tmp_path / "play")
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
        hand = Hand(kept.append)
        hand.recording = True
        desk.lead(hand, lambda: over.append(1))
        at = desk.board.frame.number
        _until(lambda: desk.board.frame.number > at + 60)
        desk.reset(desk.wish)
        _until(lambda: over)
        assert hand.released
        assert len(kept) == 1


def test_keys_do_what_they_say(tmp_path: Path) -> None:
    hand = Hand(lambda _: None)
    hand.go(np.array([0.5, 0.0, 0.2]))
    for key, does, act in KEYS:
        before, heading, grip = hand.target.copy(), hand.heading, hand.grip
        act(hand)
        shift = hand.target - before
        axis = {"forward": 0, "backward": 0, "left": 1, "right": 1, "up": 2, "down": 2}.get(does.split()[-1])
        if axis is not None:
            sign = 1 if does.split()[-1] in ("forward", "left", "up") else -1
            assert sign * shift[axis] > 0, key
        else:
            assert hand.heading != heading or hand.grip != grip, key


@pytest.mark.parametrize("far", [[9, 9, 9], [-9, -9, -9]])
def test_the_hand_is_led_no_farther_than_it_may_go(far: list[float]) -> None:
    hand = Hand(lambda _: None)
    hand.go(np.array(far))
    assert (hand.target >= WORKSPACE[0]).all()
    assert (hand.target <= WORKSPACE[1]).all()


def test_the_gripper_toggles() -> None:
    hand = Hand(lambda _: None)
    assert hand.grip == OPEN
    hand.toggle()
    assert hand.grip == CLOSED
