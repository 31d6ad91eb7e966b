"""What can be asked for, and where things go."""

import numpy as np
import pytest

from sim.desk.tasks.relations import GAP, is_beside, spot_beside
from sim.desk.tasks.room import BACKWARD, FORWARD, LEFT, RIGHT, Direction, graspable, half_extent
from sim.kinds.desk import DESK
from sim.state import QUAT, SIZE
from sim.task import Goal
from tests.states import HALF, HERE, SIDE, in_drawer, in_tray, state_with

TOP = (HERE[0], HERE[1], SIDE + HALF)


@pytest.mark.parametrize(
    ("task", "ready", "done"),
    [
        ("open_drawer", state_with(), state_with(drawer=0.18)),
        ("close_drawer", state_with(drawer=0.18), state_with()),
        ("slide_door_left", state_with(door=-0.09), state_with(door=0.09)),
        ("slide_door_right", state_with(door=0.09), state_with(door=-0.09)),
        ("turn_on_led", state_with(), state_with(led=True)),
        ("turn_off_led", state_with(led=True), state_with()),
        ("turn_on_lamp", state_with(), state_with(up=True)),
        ("turn_off_lamp", state_with(up=True), state_with()),
    ],
)
def test_furniture_can_only_be_brought_where_it_is_not(task: str, ready, done) -> None:
    assert DESK.possible(Goal(task), ready)
    assert not DESK.possible(Goal(task), done)


def test_a_drawer_with_something_tall_in_it_cannot_be_closed() -> None:
    x, y, z = in_drawer(0.18)
    assert DESK.possible(Goal("close_drawer"), state_with(drawer=0.18, pos={0: (x, y, z)}))
    assert not DESK.possible(Goal("close_drawer"), state_with(drawer=0.18, pos={0: (x, y, z + 0.012)}))


def test_what_carries_something_cannot_be_grasped() -> None:
    state = state_with(pos={1: TOP})
    assert graspable(1, state)
    assert not graspable(0, state)
    assert DESK.possible(Goal("unstack", 1), state)
    assert not DESK.possible(Goal("unstack", 0), state)
    assert not DESK.possible(Goal("stack", 1, 0), state)


def test_a_shut_drawer_takes_and_gives_nothing() -> None:
    assert not DESK.possible(Goal("put_in_drawer", 0), state_with())
    assert DESK.possible(Goal("put_in_drawer", 0), state_with(drawer=0.16))
    shut, opened = (state_with(drawer=d, pos={0: in_drawer(d)}) for d in (0.0, 0.16))
    assert not DESK.possible(Goal("take_out_of_drawer", 0), shut)
    assert DESK.possible(Goal("take_out_of_drawer", 0), opened)
    assert not DESK.possible(Goal("put_in_drawer", 1), opened)  # it holds one thing


def test_what_is_in_the_tray_cannot_be_put_there() -> None:
    assert DESK.possible(Goal("put_in_tray", 0), state_with())
    assert not DESK.possible(Goal("put_in_tray", 0), state_with(pos={0: in_tray()}))


def test_nothing_is_pushed_into_its_neighbour() -> None:
    free = state_with(objects=2, pos={1: (0.36, 0.2, HALF)})
    assert DESK.possible(Goal("push_left", 0), free)
    near = state_with(objects=2, pos={1: (HERE[0], HERE[1] + 0.1, HALF)})
    assert not DESK.possible(Goal("push_left", 0), near)
    assert DESK.possible(Goal("push_forward", 0), near)


def test_what_is_beside_already_is_not_to_be_put_there() -> None:
    state = state_with(objects=2)
    assert is_beside(state, 1, 0, LEFT)
    assert not DESK.possible(Goal("put_left_of", 1, 0), state)
    assert DESK.possible(Goal("put_right_of", 1, 0), state)


@pytest.mark.parametrize("side", [LEFT, RIGHT, BACKWARD, FORWARD])
def test_the_spot_beside_leaves_room_for_a_finger(side: Direction) -> None:
    state = state_with(objects=2, pos={1: (0.40, 0.24, HALF)})
    place = spot_beside(side)(state, 1, 0)
    assert place is not None
    apart = (place.xy - state.pos(0)[:2]) @ np.array(side)
    assert apart - SIDE >= GAP
    after = state_with(objects=2, pos={1: (*place.xy, HALF)})
    assert is_beside(after, 1, 0, side)


def test_what_is_out_of_reach_or_has_fallen_over_is_left_alone() -> None:
    assert not graspable(0, state_with(pos={0: (0.8, 0.0, HALF)}))
    on_its_side = state_with().changed(0, QUAT, (np.sin(np.pi / 4), 0, 0, np.cos(np.pi / 4)))
    assert not graspable(0, on_its_side)


def test_half_an_extent_turns_with_the_object() -> None:
    state = state_with(yaw={0: np.pi / 2}).changed(0, SIZE, (0.09, 0.03, 0.03))
    assert half_extent(state, 0, (0.0, 1.0)) == pytest.approx(0.045)
    assert half_extent(state, 0, (1.0, 0.0)) == pytest.approx(0.015)
