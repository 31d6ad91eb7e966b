"""A state is a table: its rows are found by name or number, at one timestep or at many."""

import numpy as np
import pytest

from sim.state import HAND_COLUMNS, JOINT, LIGHT, POS, QUAT, SIZE, THING_COLUMNS, State, stack

NAMES = ("spoon", "cup", "kettle")  # of no desk: two that can be moved, one that stands fixed
LEADS = [(), (4,), (2, 4)]
COLUMNS = {
    "pos": ["x", "y", "z"],
    "quat": ["qx", "qy", "qz", "qw"],
    "size": ["size_x", "size_y", "size_z"],
    "joint": "joint",
    "light": "light",
}  # accessor -> the columns that it reads


def kitchen(lead: tuple[int, ...] = (), seed: int = 0) -> State:
    """A state whose numbers are all different."""
    rng = np.random.default_rng(seed)
    return State(rng.normal(size=(*lead, 8)), rng.normal(size=(*lead, 3, 12)), NAMES, n_objects=2)


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize("read", COLUMNS)
def test_a_row_is_read_by_its_name_as_by_its_number(read: str, lead: tuple[int, ...]) -> None:
    state, columns = kitchen(lead), COLUMNS[read]
    for number, name in enumerate(NAMES):
        want = state.things[..., number, np.vectorize(THING_COLUMNS.index)(columns)]
        for which in (number, name):
            found = getattr(state, read)(which)
            assert found.shape == want.shape
            assert np.array_equal(found, want)


@pytest.mark.parametrize("lead", LEADS)
def test_the_hand_is_read_from_its_columns(lead: tuple[int, ...]) -> None:
    state = kitchen(lead)
    assert np.array_equal(state.ee_pos, state.hand[..., :3])
    assert np.array_equal(state.ee_quat, state.hand[..., 3:7])
    assert np.array_equal(state.gripper, state.hand[..., HAND_COLUMNS.index("opening")])


@pytest.mark.parametrize("read", [State.pos, State.quat, State.size, State.yaw, State.joint, State.light])
def test_a_name_that_is_not_there_is_refused(read) -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        read(kitchen(), "drawer")
    with pytest.raises(ValueError, match="not in tuple"):
        kitchen().changed("drawer", JOINT, 0.1)


def test_a_number_beyond_the_table_is_refused() -> None:
    with pytest.raises(IndexError):
        kitchen().pos(3)


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize("angle", [0.0, 1.2, -3.0])
def test_the_heading_of_a_thing_is_its_turn_about_the_vertical(lead: tuple[int, ...], angle: float) -> None:
    state = kitchen(lead).changed("cup", QUAT, (0, 0, np.sin(angle / 2), np.cos(angle / 2)))
    assert state.yaw("cup").shape == lead
    assert np.allclose(state.yaw("cup"), angle)


@pytest.mark.parametrize("lead", LEADS)
def test_the_objects_are_the_first_rows(lead: tuple[int, ...]) -> None:
    state = kitchen(lead)
    assert state.objects.shape == (*lead, 2, 12)
    assert np.array_equal(state.objects[..., 1, POS], state.pos("cup"))
    assert state._replace(n_objects=0).objects.shape == (*lead, 0, 12)


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize(
    ("columns", "value"),
    [(POS, (0.1, 0.2, 0.3)), (QUAT, (0, 0, 0, 1)), (SIZE, (0.1, 0.1, 0.1)), (JOINT, 0.4), (LIGHT, 1)],
)
def test_a_changed_copy_differs_where_it_was_changed_and_nowhere_else(lead, columns, value) -> None:
    state, untouched = kitchen(lead), kitchen(lead)
    other = state.changed("kettle", columns, value)
    assert np.array_equal(state.things, untouched.things)  # the original is left alone
    changed = np.zeros(other.things.shape, bool)
    changed[..., 2, columns] = True
    assert np.array_equal(other.things != state.things, changed)
    assert (other.things[..., 2, columns] == value).all()
    assert np.array_equal(other.hand, state.hand)
    assert other[2:] == state[2:]


def test_a_change_may_differ_between_timesteps() -> None:
    steps = kitchen((4,)).changed(0, JOINT, np.arange(4))
    assert steps.joint("spoon").tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("index", "lead"), [(2, ()), (slice(1, 3), (2,)), ([0, 0, 3], (3,)), (-1, ()), (None, (1, 4))]
)
def test_the_state_at_an_index_keeps_its_names(index, lead: tuple[int, ...]) -> None:
    state = kitchen((4,))
    found = state.at(index)
    assert np.array_equal(found.hand, state.hand[index])
    assert np.array_equal(found.things, state.things[index])
    assert found.joint("kettle").shape == lead
    assert (found.names, found.n_objects) == (NAMES, 2)


@pytest.mark.parametrize("lead", LEADS)
def test_stacked_states_come_apart_as_they_were(lead: tuple[int, ...]) -> None:
    states = [kitchen(lead, seed) for seed in range(3)]
    whole = stack(states)
    assert (whole.hand.shape, whole.things.shape) == ((3, *lead, 8), (3, *lead, 3, 12))
    assert (whole.names, whole.n_objects) == (NAMES, 2)
    for t, state in enumerate(states):
        assert np.array_equal(whole.at(t).hand, state.hand)
        assert np.array_equal(whole.at(t).things, state.things)
