"""Each judge says yes to what it is named after, and no to what merely resembles it."""

import numpy as np
import pytest

from sim.desk.scenes.sampler import SceneConfig, draw_scene, initial_state
from sim.desk.tasks.door import DOOR_MOVED
from sim.desk.tasks.families import TASKS
from sim.desk.tasks.geometry import DRAWER_OPEN, DRAWER_SHUT, fallen
from sim.desk.tasks.lift import LIFTED
from sim.desk.tasks.pushing import PUSHED
from sim.desk.tasks.rotate import TURNED
from sim.kinds.desk import DESK
from sim.state import State, stack
from sim.task import Goal, goals_of
from tests.states import HALF, HERE, SIDE, Vec, in_drawer, in_tray, state_with

PUSHES = ("push_left", "push_right", "push_forward", "push_backward")
BESIDE = ("put_left_of", "put_right_of", "put_in_front_of", "put_behind")
ASIDE: Vec = (0.30, -0.40, 0.2)  # where the hand is in nobody's way


def true_of(before: State, after: State) -> set[Goal]:
    """Everything that was achieved between two states."""
    goals = (goal for task in TASKS for goal in goals_of(task, before.n_objects))
    return {goal for goal in goals if DESK.achieved(goal, before, after)}


def moved(by: Vec, start: Vec = HERE) -> Vec:
    return (start[0] + by[0], start[1] + by[1], start[2] + by[2])


@pytest.mark.parametrize("state", [state_with(), state_with(up=True, led=True, drawer=0.18, door=0.05)])
def test_nothing_is_achieved_while_nothing_changes(state: State) -> None:
    assert not true_of(state, state)


def test_the_drawer_is_opened_when_it_comes_far_enough_out() -> None:
    shut = state_with()
    assert true_of(shut, state_with(drawer=DRAWER_OPEN + 0.001)) == {Goal("open_drawer")}
    assert not true_of(shut, state_with(drawer=DRAWER_OPEN - 0.001))
    assert not true_of(state_with(drawer=0.12), state_with(drawer=0.18))


def test_the_drawer_is_closed_when_it_goes_far_enough_in() -> None:
    opened = state_with(drawer=0.15)
    assert true_of(opened, state_with(drawer=DRAWER_SHUT - 0.001)) == {Goal("close_drawer")}
    assert not true_of(opened, state_with(drawer=DRAWER_SHUT + 0.01))


@pytest.mark.parametrize(("task", "sign"), [("slide_door_left", 1), ("slide_door_right", -1)])
def test_the_door_is_judged_by_how_far_and_which_way_it_moved(task: str, sign: int) -> None:
    start = state_with(door=-0.06 * sign)
    far, near = DOOR_MOVED + 0.001, DOOR_MOVED - 0.001
    assert true_of(start, state_with(door=sign * (far - 0.06))) == {Goal(task)}
    assert not true_of(start, state_with(door=sign * (near - 0.06)))


@pytest.mark.parametrize("light", ["led", "lamp"])
def test_a_light_is_turned_on_or_off_only_by_a_change(light: str) -> None:
    off = state_with()
    on = state_with(led=True) if light == "led" else state_with(up=True)
    assert true_of(off, on) == {Goal(f"turn_on_{light}")}
    assert true_of(on, off) == {Goal(f"turn_off_{light}")}


def test_an_object_is_lifted_only_in_the_hand() -> None:
    before, high = state_with(), moved((0, 0, LIFTED + 0.005))
    assert true_of(before, state_with(pos={0: high}, hand=high, gripper=SIDE)) == {Goal("lift", 0)}
    assert not true_of(before, state_with(pos={0: high}, hand=ASIDE, gripper=SIDE))
    assert not true_of(before, state_with(pos={0: high}, hand=high, gripper=0.08))
    low = moved((0, 0, LIFTED - 0.005))
    assert not true_of(before, state_with(pos={0: low}, hand=low, gripper=SIDE))


@pytest.mark.parametrize(
    ("task", "way"),
    [("push_left", (0, 1)), ("push_right", (0, -1)), ("push_forward", (1, 0)), ("push_backward", (-1, 0))],
)
def test_a_push_goes_one_way_only(task: str, way: tuple[int, int]) -> None:
    before = state_with(objects=1)
    far, near = PUSHED + 0.001, PUSHED - 0.001
    after = state_with(objects=1, pos={0: moved((far * way[0], far * way[1], 0))}, hand=ASIDE)
    assert true_of(before, after) == {Goal(task, 0)}
    after = state_with(objects=1, pos={0: moved((near * way[0], near * way[1], 0))}, hand=ASIDE)
    assert not true_of(before, after)


def test_a_diagonal_move_is_no_push() -> None:
    after = state_with(objects=1, pos={0: moved((0.08, 0.08, 0))}, hand=ASIDE)
    assert not true_of(state_with(objects=1), after)


def test_what_is_carried_off_is_not_pushed() -> None:
    high = moved((0, 0.1, 0.03))
    after = state_with(objects=1, pos={0: high}, hand=high, gripper=SIDE)
    assert not {Goal(task, 0) for task in PUSHES} & true_of(state_with(objects=1), after)


@pytest.mark.parametrize(("task", "sign"), [("rotate_left", 1), ("rotate_right", -1)])
@pytest.mark.parametrize("start", [0.0, 3.0, -3.0])
def test_a_turn_is_judged_across_the_back_of_the_circle(task: str, sign: int, start: float) -> None:
    before = state_with(yaw={0: start})
    assert true_of(before, state_with(yaw={0: start + sign * (TURNED + 0.01)})) == {Goal(task, 0)}
    assert not true_of(before, state_with(yaw={0: start + sign * (TURNED - 0.01)}))


def test_what_is_turned_and_moved_away_was_not_just_turned() -> None:
    after = state_with(yaw={0: 1.0}, pos={0: moved((0.0, -0.055, 0))})
    assert not true_of(state_with(), after)


def test_an_object_is_stacked_when_it_stands_on_the_other_and_is_let_go() -> None:
    top = moved((0, 0, SIDE), HERE)
    after = state_with(pos={1: top}, hand=ASIDE)
    assert true_of(state_with(), after) == {Goal("stack", 1, 0)}
    assert Goal("stack", 1, 0) not in true_of(state_with(), state_with(pos={1: top}, hand=top, gripper=SIDE))
    assert not true_of(state_with(), state_with(pos={1: moved((0.03, 0, SIDE))}, hand=ASIDE))


def test_an_object_is_unstacked_when_it_stands_on_the_desk_again() -> None:
    before = state_with(pos={1: moved((0, 0, SIDE))})
    assert Goal("unstack", 1) in true_of(before, state_with(hand=ASIDE))
    held = moved((0.1, 0.1, 0.1))
    assert Goal("unstack", 1) not in true_of(before, state_with(pos={1: held}, hand=held, gripper=SIDE))


def test_an_object_is_in_the_drawer_only_when_let_go_inside() -> None:
    before, place = state_with(drawer=0.16), in_drawer(0.16)
    assert Goal("put_in_drawer", 0) in true_of(before, state_with(drawer=0.16, pos={0: place}, hand=ASIDE))
    held = state_with(drawer=0.16, pos={0: place}, hand=place, gripper=SIDE)
    assert Goal("put_in_drawer", 0) not in true_of(before, held)
    above = state_with(drawer=0.16, pos={0: moved((0, 0, 0.08), place)}, hand=ASIDE)
    assert Goal("put_in_drawer", 0) not in true_of(before, above)


def test_what_rides_in_the_drawer_stays_in_it() -> None:
    before = state_with(drawer=0.16, pos={0: in_drawer(0.16)}, hand=ASIDE)
    after = state_with(drawer=0.0, pos={0: in_drawer(0.0)}, hand=ASIDE)
    assert Goal("close_drawer") in true_of(before, after)
    assert not {Goal("put_in_drawer", 0), Goal("take_out_of_drawer", 0)} & true_of(before, after)


def test_an_object_is_taken_out_of_the_drawer_when_it_stands_on_the_desk() -> None:
    before = state_with(drawer=0.16, pos={0: in_drawer(0.16)})
    assert Goal("take_out_of_drawer", 0) in true_of(before, state_with(drawer=0.16, hand=ASIDE))
    held = moved((0, 0, 0.1))
    after = state_with(drawer=0.16, pos={0: held}, hand=held, gripper=SIDE)
    assert Goal("take_out_of_drawer", 0) not in true_of(before, after)


def test_an_object_is_in_the_tray_when_it_is_let_go_there() -> None:
    x, y, z = in_tray()
    after = state_with(pos={0: (x, y, z)}, hand=(0.4, 0.3, 0.2))
    assert Goal("put_in_tray", 0) in true_of(state_with(), after)
    held = state_with(pos={0: (x, y, z)}, hand=(x, y, z), gripper=SIDE)
    assert Goal("put_in_tray", 0) not in true_of(state_with(), held)


@pytest.mark.parametrize(
    ("task", "side"),
    [
        ("put_left_of", (0, 1)),
        ("put_right_of", (0, -1)),
        ("put_in_front_of", (-1, 0)),
        ("put_behind", (1, 0)),
    ],
)
def test_beside_is_judged_by_its_side(task: str, side: tuple[int, int]) -> None:
    before = state_with(objects=2, pos={1: (0.42, 0.24, HALF)})
    place = moved((0.1 * side[0], 0.1 * side[1], 0))
    found = true_of(before, state_with(objects=2, pos={1: place}, hand=ASIDE))
    assert {goal for goal in found if goal.task in BESIDE and goal.object == 1} == {Goal(task, 1, 0)}


def test_the_other_object_has_to_stand_still() -> None:
    before = state_with(objects=2, pos={1: (0.42, 0.24, HALF)})
    after = state_with(objects=2, pos={0: moved((0, 0.19, 0)), 1: (0.42, 0.04, HALF)}, hand=ASIDE)
    assert not {goal for goal in true_of(before, after) if goal.task in BESIDE}


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_an_episode_is_judged_as_its_instants_are(task) -> None:
    rng = np.random.default_rng(0)
    states = [
        state_with(
            pos={
                i: (*rng.uniform((0.36, -0.2), (0.5, 0.1)), float(rng.choice([HALF, 0.1]))) for i in range(3)
            },
            yaw={0: rng.uniform(-3, 3)},
            drawer=rng.uniform(0, 0.18),
            door=rng.uniform(-0.09, 0.09),
            up=bool(rng.integers(2)),
            led=bool(rng.integers(2)),
        )
        for _ in range(40)
    ]
    for goal in goals_of(task, 3):
        whole = DESK.achieved(goal, states[0], stack(states))
        assert whole.shape == (40,)
        assert whole.tolist() == [bool(DESK.achieved(goal, states[0], state)) for state in states]


def test_only_what_is_below_the_desk_and_not_in_the_hand_has_fallen() -> None:
    below = (0.4, 0.8, -0.5)
    assert fallen(state_with(pos={0: below}), 0)
    assert not fallen(state_with(pos={0: below}), 1)
    assert not fallen(state_with(pos={0: below}, hand=below, gripper=SIDE), 0)
    for place in (in_drawer(0.0), in_drawer(0.17), in_tray(), (0.9, 0.7, HALF), (0.9, 0.9, HALF)):
        assert not fallen(state_with(drawer=0.17, pos={0: place}), 0)


def test_nothing_of_a_drawn_desk_has_fallen() -> None:
    states = [initial_state(draw_scene(seed, SceneConfig(n_objects=5))) for seed in range(60)]
    assert not any(fallen(state, i) for state in states for i in range(5))
