"""A kind of world that says nothing of how it looks is shown as what its states say."""

import numpy as np
import pytest

from examples.pucks import PUCKS
from sim.common.colours import COLOURS
from sim.desk.scenes.sampler import SceneConfig
from sim.figures import GREY, Figure, Part, between, colour_in, lit
from sim.reaching import hold_still, towards
from sim.state import QUAT

FORWARD_AND_LEFT = np.array([1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 1.0])


@pytest.fixture
def shown():
    """(scene, world, its first state)."""
    scene = PUCKS.draw(3, SceneConfig())
    world = PUCKS.open()
    return scene, world, world.build(scene)


def test_every_object_is_a_box_of_its_size_and_colour_where_the_state_says_that_it_is(shown) -> None:
    scene, world, state = shown
    at = dict(zip(PUCKS.figures(scene, state), PUCKS.poses(world), strict=True))
    by_name = {figure.name: figure for figure in at}
    assert list(by_name) == ["ground", "objects/0", "objects/1", "objects/2", "fixtures/0", "hand"]
    for i, name in enumerate(scene.names):
        (box,) = by_name[f"objects/{i}"].parts
        assert (box.kind, box.size) == ("box", tuple(state.size(i)))
        assert box.colour == COLOURS[name.split()[0]]
        np.testing.assert_array_equal(at[by_name[f"objects/{i}"]], [*state.pos(i), *state.quat(i)])
    np.testing.assert_array_equal(at[by_name["fixtures/0"]][:3], state.pos("mat"))
    np.testing.assert_array_equal(at[by_name["hand"]], state.hand[:7])


def test_the_ground_is_as_wide_as_the_workspace_and_things_lie_on_it(shown) -> None:
    scene, _, state = shown
    (ground,) = PUCKS.figures(scene, state)[0].parts
    low, high = np.array(PUCKS.spec.workspace)
    np.testing.assert_allclose(ground.size[:2], (high - low)[:2])
    assert ground.xyz[2] + ground.size[2] / 2 == pytest.approx(0)


def test_a_name_without_a_colour_gives_a_grey_thing() -> None:
    assert colour_in("pale pink disc") == COLOURS["pink"]
    assert colour_in("reddish disc") == GREY


def test_a_step_is_shown_on_its_way_and_ends_where_the_world_does(shown) -> None:
    _, world, _ = shown
    before = PUCKS.poses(world)
    way = list(PUCKS.steps(world, FORWARD_AND_LEFT, 4))
    assert len(way) == 4
    np.testing.assert_array_equal(way[-1], PUCKS.poses(world))
    hand = [poses[-1, :3] for poses in (before, *way)]
    np.testing.assert_allclose(np.diff(hand, axis=0), np.tile([0.025, 0.0125, 0.0], (4, 1)), atol=1e-9)


def test_what_turns_turns_the_shorter_way() -> None:
    upright = np.array([[0.0, 0, 0, 0, 0, 0, 1]])
    tilted = np.array([[0.0, 0, 0, *-np.array([0, 0, np.sin(0.2), np.cos(0.2)])]])  # 0.4 rad, as -q
    half, _ = between(upright, tilted, 2)
    assert abs(half[0, QUAT] @ [0, 0, np.sin(0.1), np.cos(0.1)]) == pytest.approx(1)


def test_a_recorded_state_is_shown_and_the_world_is_left_alone(shown) -> None:
    _, world, first = shown
    later = world.step(FORWARD_AND_LEFT)
    np.testing.assert_array_equal(PUCKS.show(world, first)[-1], first.hand[:7])
    np.testing.assert_array_equal(world.state().hand, later.hand)


def test_a_bulb_is_lit_by_the_thing_that_it_names(shown) -> None:
    *_, state = shown
    bulb = (Part("sphere", (0.01,), (0, 0, 0), (1, 1, 1)),)
    figures = (Figure("a", bulb, light="mat"), Figure("b", bulb), Figure("c", bulb, light=state.names[0]))
    state.things[0, -1] = 1.0
    assert lit(figures, state) == (False, True)


def test_a_visitor_first_sees_the_whole_workspace() -> None:
    view = PUCKS.view()
    ahead = np.subtract(view.target, view.eye)
    corners = np.array([[x, y, 0.0] for x in (-0.5, 0.5) for y in (-0.5, 0.5)]) - view.eye
    cosines = corners @ ahead / np.linalg.norm(corners, axis=1) / np.linalg.norm(ahead)
    assert cosines.min() > np.cos(0.6)  # rad; the view is 0.72 high and wider than that
    assert view.eye[2] > 0


def test_the_hand_of_any_world_is_brought_to_a_place_and_held_there(shown) -> None:
    _, world, state = shown
    target, action = np.array([0.31, -0.22, 0.12]), PUCKS.spec.action
    for _ in range(6):
        state = world.step(towards(state, target, 0.0, 1.0, action))
    np.testing.assert_allclose(state.ee_pos, target, atol=1e-6)
    still = world.step(hold_still(state, action))
    np.testing.assert_allclose(still.hand, state.hand, atol=1e-9)
