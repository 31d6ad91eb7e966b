"""What viewers are told: rigid figures, where they are, and recorded states posed again."""

import numpy as np
import pytest

from sim.common.errors import BadParts, EmptyWorld
from sim.desk.constants import LIGHTS
from sim.desk.scenes.sampler import draw_scene, draw_scene_for
from sim.desk.simulator import World
from sim.desk.tasks import expert
from sim.desk.visuals import figures
from sim.state import QUAT, State


@pytest.fixture
def world():
    made = World()
    yield made
    made.close()


@pytest.mark.parametrize("seed", range(4))
def test_every_figure_has_a_pose_and_a_name_of_its_own(world: World, seed: int) -> None:
    scene = draw_scene(seed)
    world.build(scene)
    found = figures(scene)
    assert world.poses().shape == (len(found), 7)
    assert len({figure.name for figure in found}) == len(found)
    assert {figure.light for figure in found} == {"", *LIGHTS.values()}


def test_figures_are_where_the_state_says_that_things_are(world: World) -> None:
    scene = draw_scene(3)
    state = world.build(scene)
    at = {figure.name: pose for figure, pose in zip(figures(scene), world.poses(), strict=True)}
    for i in range(len(scene.objects)):
        np.testing.assert_allclose(at[f"objects/{i}"], [*state.pos(i), *state.quat(i)])
    np.testing.assert_allclose(at["tray/still"][:2], state.pos("tray")[:2])
    np.testing.assert_allclose(at["arm/panda_link7"][:3], state.ee_pos)  # its frame is the tool's
    slid = at["drawer/moving"][:3] - at["drawer/still"][:3]
    assert np.linalg.norm(slid) == pytest.approx(state.joint("drawer"), abs=1e-6)


def test_a_step_seen_on_the_way_ends_as_one_that_is_not() -> None:
    scene, goal = draw_scene_for("open_drawer", 1)
    plain, seen = World(), World()
    state, other = plain.build(scene), seen.build(scene)
    for _ in range(25):
        action = expert.act(state, goal)
        state = plain.step(action)
        poses = list(seen.steps(action, 3))
        other = seen.state()
        assert len(poses) == 3
        assert all(np.array_equal(*pair) for pair in zip(state, other, strict=True))
        np.testing.assert_array_equal(poses[-1], plain.poses())
    assert state.joint("drawer") > 0.1
    plain.close()
    seen.close()


def test_parts_that_do_not_divide_a_step_are_refused(world: World) -> None:
    world.build(draw_scene(0))
    with pytest.raises(BadParts, match="5 parts do not divide"):
        list(world.steps([0.0] * 7, 5))


def test_a_recorded_state_is_posed_again(world: World) -> None:
    scene, goal = draw_scene_for("open_drawer", 2)
    states = [world.build(scene)]
    for _ in range(20):
        states.append(world.step(expert.act(states[-1], goal)))
    puppet = World()
    puppet.build(scene)
    for state in (states[0], states[-1], states[8]):
        puppet.show(state)
        assert _distance(puppet.state(), state) < 0.002
    puppet.close()


def _distance(one: State, other: State) -> float:
    """The largest difference of anything that is to be seen, m or rad."""
    turn = 2 * np.arccos(min(1.0, abs(float(one.ee_quat @ other.ee_quat))))
    hand = np.abs(one.hand - other.hand)[[0, 1, 2, 7]]
    things = np.abs(one.things - other.things)
    things[: one.n_objects, QUAT] = 0
    return max(turn, float(hand.max()), float(things.max()))


def test_an_empty_world_has_nothing_to_see(world: World) -> None:
    with pytest.raises(EmptyWorld):
        world.poses()
