"""What is seen of a state leads back to it, whatever world it is of."""

from dataclasses import replace

import numpy as np
import pytest

from sim.desk.constants import FIXTURES, MAX_OBJECTS
from sim.desk.rows import observe
from sim.desk.scenes.sampler import SceneConfig, draw_scene, initial_state
from sim.kinds.desk import DESK
from sim.observation import Observation, padded, state_of
from sim.state import State
from sim.world_spec import Fixture
from tests.states import state_with

FIXED = ("kettle", "sink")  # of no desk


def kitchen(n_objects: int, n_fixed: int = 2, lead: tuple[int, ...] = ()) -> State:
    """A state of another world, float32, whose numbers are all different."""
    rng = np.random.default_rng(n_objects)
    hand, things = rng.normal(size=(*lead, 8)), rng.normal(size=(*lead, n_objects + n_fixed, 12))
    names = (*(f"spoon {i}" for i in range(n_objects)), *FIXED[:n_fixed])
    return State(hand.astype(np.float32), things.astype(np.float32), names, n_objects)


def names_of(state: State, most: int) -> tuple[str, ...]:
    """The names of the rows that `padded` gives."""
    spec = replace(DESK.spec, most_objects=most, fixtures=tuple(map(Fixture, state.names[state.n_objects :])))
    return spec.names(state.names[: state.n_objects])


def same(one: State, other: State) -> bool:
    return (
        np.array_equal(one.hand, other.hand)
        and np.array_equal(one.things, other.things)
        and one[2:] == other[2:]
    )


@pytest.mark.parametrize("n_fixed", [0, 1, 2])
@pytest.mark.parametrize(("n_objects", "most"), [(0, 0), (0, 3), (1, 1), (2, 7), (7, 7)])
def test_a_state_is_seen_and_found_again(n_objects: int, most: int, n_fixed: int) -> None:
    state = kitchen(n_objects, n_fixed)
    seen, names = padded(state, most), names_of(state, most)
    assert len(seen.entities) == len(seen.mask) == len(names) == most + n_fixed
    assert same(state_of(seen, names, n_fixed), state)


@pytest.mark.parametrize("n_objects", range(1, MAX_OBJECTS + 1))
def test_a_desk_is_seen_and_found_again(n_objects: int) -> None:
    state = initial_state(draw_scene(n_objects, SceneConfig(n_objects=n_objects)))
    seen, names = observe(state), DESK.spec.names(state.names[:n_objects])
    assert len(seen.mask) == len(names) == DESK.spec.most_things
    assert names == names_of(state, MAX_OBJECTS)
    rounded = state._replace(hand=state.hand.astype(np.float32), things=state.things.astype(np.float32))
    assert same(state_of(seen, names, len(FIXTURES)), rounded)


def test_rows_of_absent_objects_are_zero_masked_and_nameless() -> None:
    state = kitchen(2)
    seen, names = padded(state, 4), names_of(state, 4)
    assert seen.mask.tolist() == [1, 1, 0, 0, 1, 1]
    assert names == ("spoon 0", "spoon 1", "", "", "kettle", "sink")
    assert not seen.entities[2:4].any()
    assert seen.entities[[0, 1, 4, 5]].all()


def test_a_policy_sees_single_precision() -> None:
    assert all(field.dtype == np.float32 for field in observe(state_with()))


@pytest.mark.parametrize("lead", [(3,), (2, 3)])
def test_an_episode_is_seen_as_its_timesteps_are(lead: tuple[int, ...]) -> None:
    states = kitchen(2, lead=lead)
    seen = padded(states, 4)
    for index in np.ndindex(lead):
        alone = padded(states.at(index), 4)
        assert all(np.array_equal(field[index], one) for field, one in zip(seen, alone, strict=True))


def test_furniture_that_is_absent_has_no_numbers_and_the_rest_has() -> None:
    state = kitchen(2)
    seen, names = padded(state, 4), names_of(state, 4)
    bare = state_of(Observation(seen.proprio, seen.entities, np.array([1, 1, 0, 0, 0, 1.0])), names, 2)
    assert np.isnan(bare.things[bare.row("kettle")]).all()
    assert np.array_equal(bare.pos("sink"), state.pos("sink"))
    assert np.array_equal(bare.objects, state.objects)
    assert bare.names == state.names
    assert not bare.joint("kettle") > 0
    assert not bare.joint("kettle") <= 0
