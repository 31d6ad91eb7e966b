"""Whether the hand holds something: the stricter question is never answered yes where a laxer one is not."""

import numpy as np

from sim.contact import closing_on, in_grip
from sim.desk.contact import OPEN_HAND, held_object, holds, in_hand, released
from tests.states import HERE, SIDE, state_with

LIFTED = (HERE[0], HERE[1], 0.15)


def test_a_cube_between_snug_fingers_is_held_by_every_measure() -> None:
    state = state_with(pos={0: LIFTED}, hand=LIFTED, gripper=SIDE)
    gap = state.pos(0) - state.ee_pos
    assert holds(state, 0)
    assert in_hand(state, 0)
    assert in_grip(gap, state.gripper, np.array(SIDE), OPEN_HAND)
    assert closing_on(gap, state.gripper, OPEN_HAND)
    assert held_object(state) == 0
    assert not released(state, 0)


def test_an_open_hand_holds_nothing() -> None:
    state = state_with(pos={0: LIFTED}, hand=LIFTED, gripper=0.08)
    gap = state.pos(0) - state.ee_pos
    assert released(state, 0)
    assert held_object(state) == -1
    assert not holds(state, 0)
    assert not in_hand(state, 0)
    assert not closing_on(gap, state.gripper, OPEN_HAND)


def test_what_stands_on_the_desk_between_the_fingers_is_in_the_hand_but_not_lifted() -> None:
    state = state_with(hand=HERE, gripper=SIDE)
    assert in_hand(state, 0)
    assert held_object(state) == -1


def test_a_skill_wants_the_fingers_snugger_than_a_judge_does() -> None:
    state = state_with(pos={0: LIFTED}, hand=LIFTED, gripper=SIDE + 0.01)
    assert in_hand(state, 0)
    assert not holds(state, 0)


def test_nothing_is_in_the_hand_and_released_at_once() -> None:
    rng = np.random.default_rng(0)
    for _ in range(500):
        hand = np.array(LIFTED) + rng.uniform(-0.1, 0.1, 3)
        state = state_with(pos={0: LIFTED}, hand=tuple(hand), gripper=rng.uniform(0, 0.08))
        assert not (in_hand(state, 0) and released(state, 0))
        assert in_hand(state, 0) or not holds(state, 0)
