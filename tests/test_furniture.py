"""The furniture of the desk: what moves, what stays, and what switches what."""

import numpy as np
import pytest

from sim.desk.layouts import BUTTON_TRAVEL, DRAWER_TRAVEL, LAYOUTS, LEVER_TRAVEL, Points, fixture_points
from sim.desk.simulator import World
from sim.desk.tasks import expert
from sim.desk.tasks.motions import CLOSE, go_to
from sim.kinds.desk import DESK
from sim.state import State
from sim.task import Goal
from tests.physics import STILL, cube, scene_with
from tests.states import handles_of, joints_of


@pytest.fixture
def world():
    made = World()
    yield made
    made.close()


def pursue(world: World, state: State, goal: Goal, steps: int = 60) -> State:
    """Let the expert reach a goal, and take the hand away."""
    before = state
    for _ in range(steps):
        state = world.step(expert.act(state, goal))
        if DESK.achieved(goal, before, state):
            break
    assert DESK.achieved(goal, before, state), goal
    for _ in range(4):
        state = world.step(np.array([0, 0, 1, 0, 0, 0, 1.0]))
    return state


def test_each_press_of_the_button_toggles_the_led(world: World) -> None:
    state = world.build(scene_with(led=False))
    for press in range(4):
        goal = Goal("turn_off_led" if press % 2 else "turn_on_led")
        state = pursue(world, state, goal)
        assert state.light("button") == (press + 1) % 2
        assert state.joint("button") < 0.002  # the spring brought it up


def test_holding_the_button_down_toggles_once(world: World) -> None:
    state = world.build(scene_with(led=False))
    down = np.array([*state.pos("button")[:2], 0.03])
    lights = []
    for _ in range(40):
        state = world.step(go_to(state, down, 0.0, CLOSE))
        lights.append(float(state.light("button")))
    assert state.joint("button") > 0.009
    assert np.abs(np.diff(lights)).sum() == 1


def test_the_lamp_is_on_when_the_lever_is_up_and_stays_so(world: World) -> None:
    state = world.build(scene_with())
    assert state.light("lever switch") == 0
    for goal, on in (("turn_on_lamp", 1), ("turn_off_lamp", 0), ("turn_on_lamp", 1)):
        state = pursue(world, state, Goal(goal))
        for _ in range(10):
            state = world.step(STILL)
        assert state.light("lever switch") == on
        assert abs(state.joint("lever switch")) > 0.8 * LEVER_TRAVEL


@pytest.mark.parametrize("angle", [0.1, -0.1])
def test_a_lever_left_in_between_falls_to_the_nearer_end(world: World, angle: float) -> None:
    world.build(scene_with(joints=(0.0, 0.0, 0.0, angle)))
    for _ in range(15):
        state = world.step(STILL)
    assert state.joint("lever switch") == pytest.approx(np.sign(angle) * LEVER_TRAVEL, abs=0.05)


def test_the_drawer_runs_its_whole_way_and_no_further(world: World) -> None:
    state = world.build(scene_with())
    for _ in range(25):  # pulling on, long after it is open
        state = world.step(expert.act(state, Goal("open_drawer")))
    assert state.joint("drawer") == pytest.approx(DRAWER_TRAVEL, abs=0.01)
    for _ in range(25):
        state = world.step(expert.act(state, Goal("close_drawer")))
    assert state.joint("drawer") == pytest.approx(0.0, abs=0.01)


def test_furniture_stays_where_it_is_left(world: World) -> None:
    state = world.build(scene_with(joints=(0.10, 0.04, 0.0, LEVER_TRAVEL)))
    for _ in range(30):
        state = world.step(STILL)
    assert np.allclose(joints_of(state), [0.10, 0.04, 0.0, LEVER_TRAVEL], atol=0.01)


def test_what_lies_in_the_drawer_rides_along(world: World) -> None:
    x, y, _ = fixture_points(LAYOUTS["right_handed"].poses, np.array([0.15, 0, 0, 0]))[0]
    state = world.build(scene_with((0.15, 0, 0, -LEVER_TRAVEL), objects=(cube(x + 0.115, y, 0.034),)))
    state = pursue(world, state, Goal("close_drawer"))
    point = state.pos(0) - state.pos("drawer")
    assert 0.035 < point[0] < 0.20
    assert state.pos(0)[2] < 0.05


def test_fast_and_plain_handle_points_agree() -> None:
    rng = np.random.default_rng(0)
    for layout in LAYOUTS.values():
        points = Points(layout)
        for _ in range(20):
            joints = rng.uniform((0, -0.09, 0, -0.45), (DRAWER_TRAVEL, 0.09, BUTTON_TRAVEL, 0.45))
            assert np.allclose(points.at(*joints), fixture_points(layout.poses, joints), atol=1e-12)


def test_handle_points_are_where_physics_has_them(world: World) -> None:
    for layout in LAYOUTS:
        state = world.build(scene_with((0.12, 0.05, 0.0, LEVER_TRAVEL), layout=layout))
        want = fixture_points(LAYOUTS[layout].poses, joints_of(state))
        assert np.allclose(handles_of(state), want, atol=1e-12)


def test_layouts_keep_their_distance() -> None:
    first, second = (layout.poses for layout in list(LAYOUTS.values())[:2])
    assert not np.allclose(first, second)
