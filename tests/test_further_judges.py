"""Judges of what play is not described by: yes to what they are named after, no to what resembles it."""

from collections.abc import Mapping

import numpy as np
import pytest

from sim.bullet.arm import HOME_POSE
from sim.desk.constants import BUTTON, DRAWER, FIXTURES, TRAY
from sim.desk.layouts import LAYOUTS
from sim.desk.regions import region_of
from sim.desk.tasks.families import MORE_TASKS, TASKS
from sim.desk.tasks.footprints import edges
from sim.kinds.desk import DESK
from sim.state import State, stack
from sim.task import Goal, goals_in
from tests.states import HALF, HERE, SIDE, Vec, in_drawer, in_tray, state_with

ASIDE: Vec = (0.30, -0.40, 0.2)  # where the hand is in nobody's way
X, Y, _ = HERE  # where object 0 stands
REGIONS = [region_of(LAYOUTS["right_handed"], name) for name in ("left", "middle", "far right")]
AWAY: Vec = (0.36, 0.20, HALF)  # where what is to be put somewhere comes from


def put(to: Vec, obj: int = 2, hand: Vec = ASIDE, others: Mapping[int, Vec] | None = None, **kwargs) -> State:
    """An object at a place, the hand gone."""
    return state_with(pos={obj: to, **(others or {})}, hand=hand, **kwargs)


def done(goal: Goal, before: State, after: State) -> bool:
    return bool(DESK.achieved(goal, before, after))


def row(fixture: str, objects: int = 3) -> int:
    return objects + FIXTURES.index(fixture)


def all_goals(state: State) -> list[Goal]:
    return [goal for task in MORE_TASKS for goal in goals_in(task, state, REGIONS)]


@pytest.mark.parametrize("state", [state_with(), state_with(up=True, led=True, drawer=0.18, door=0.05)])
def test_nothing_is_achieved_while_nothing_changes(state: State) -> None:
    assert not [goal for goal in all_goals(state) if done(goal, state, state)]


@pytest.mark.parametrize("task", MORE_TASKS, ids=lambda task: task.name)
def test_an_episode_is_judged_as_its_instants_are(task) -> None:
    rng = np.random.default_rng(0)
    states = [
        state_with(
            pos={
                i: (*rng.uniform((0.36, -0.2), (0.5, 0.1)), float(rng.choice([HALF, 0.1]))) for i in range(3)
            },
            hand=tuple(rng.uniform((0.36, -0.2, 0.02), (0.5, 0.1, 0.2))),
            gripper=rng.uniform(0, 0.08),
            drawer=rng.uniform(0, 0.18),
            door=rng.uniform(-0.09, 0.09),
        )
        for _ in range(25)
    ]
    for goal in goals_in(task, states[0], REGIONS)[:12]:
        whole = DESK.achieved(goal, states[0], stack(states))
        assert whole.shape == (25,)
        assert whole.tolist() == [bool(DESK.achieved(goal, states[0], state)) for state in states]


# -- places ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("apart", "near"), [(0.06, True), (0.115, True), (0.125, False)])
def test_near_is_within_12_cm_between_centres(apart: float, near: bool) -> None:
    before, after = put(AWAY), put((X - apart, Y, HALF))
    assert done(Goal("put_near", 2, 0), before, after) is near


def test_near_is_neither_on_nor_under_the_other_nor_held_beside_it() -> None:
    goal, before = Goal("put_near", 2, 0), put(AWAY)
    beside = (X - 0.1, Y, HALF)
    assert not done(goal, before, put((X, Y, SIDE + HALF)))
    assert not done(goal, before, put(beside, hand=beside, gripper=SIDE))
    assert done(goal, before, put(beside, hand=beside))


def test_near_a_fixture_is_beside_its_footprint_and_not_in_it() -> None:
    goal, before = Goal("put_near", 2, row(TRAY)), put(AWAY)
    edge = float(edges(before, row(TRAY))[1][1])  # its left edge
    x = float(before.pos(TRAY)[0])
    assert done(goal, before, put((x, edge + 0.05, HALF)))
    assert not done(goal, before, put((x, edge + 0.13, HALF)))
    assert not done(goal, before, put(in_tray()))


@pytest.mark.parametrize(("apart", "far"), [(0.19, False), (0.21, True)])
def test_far_is_20_cm_and_more(apart: float, far: bool) -> None:
    before = put((X - 0.1, Y, HALF), others={1: AWAY})
    after = put((X, Y - apart, HALF), others={1: AWAY})
    assert done(Goal("put_far", 2, 0), before, after) is far


def test_what_is_put_somewhere_leaves_the_others_where_they_were() -> None:
    goal, before = Goal("put_near", 2, 0), put(AWAY)
    near = (X - 0.1, Y, HALF)
    assert done(goal, before, put(near, others={1: (X, Y + 0.12 + 0.02, HALF)}))
    assert not done(goal, before, put(near, others={1: (X, Y + 0.12 + 0.04, HALF)}))


@pytest.mark.parametrize(
    ("along", "aside", "between"),
    [(0.5, 0, True), (0.5, 0.035, True), (0.5, 0.045, False), (0.35, 0, True), (0.1, 0, False)],
)
def test_between_is_near_the_middle_third_of_the_line(along: float, aside: float, between: bool) -> None:
    ends = {0: HERE, 1: (X, Y + 0.24, HALF)}
    before, after = (
        put((0.36, -0.2, HALF), others=ends),
        put((X + aside, Y + along * 0.24, HALF), others=ends),
    )
    goal = Goal("put_between", 2, 0, 1)
    assert done(goal, before, after) is between
    task = DESK.task("put_between")
    assert task.error_of(before, after, goal) == pytest.approx(np.hypot(aside, (along - 0.5) * 0.24))


def test_a_region_holds_what_stands_in_it() -> None:
    region = region_of(LAYOUTS["right_handed"], "far right")
    goal, before = Goal("put_at", 2, region=region), put(AWAY)
    x, y = region.centre
    assert done(goal, before, put((x + 0.01, y, HALF)))
    assert DESK.task("put_at").error_of(before, put((x + 0.01, y, HALF)), goal) == pytest.approx(0.01)
    assert not done(goal, before, put((region.x[0] - 0.01, y, HALF)))
    assert not done(goal, before, put((x, y, 0.1)))
    assert not done(goal, before, put((x, y, HALF), hand=(x, y, HALF), gripper=SIDE))


@pytest.mark.parametrize(
    ("task", "axis", "sign"),
    [("put_left_of", 1, 1), ("put_right_of", 1, -1), ("put_in_front_of", 0, -1), ("put_behind", 0, 1)],
)
def test_beside_a_fixture_is_beside_its_edge_on_that_side(task: str, axis: int, sign: int) -> None:
    before, tray = put(AWAY), row(TRAY)
    low, high = edges(before, tray)
    at = (low + high) / 2
    at[axis] = (high if sign > 0 else low)[axis] + sign * 0.06
    after = put((*at, HALF))
    beside = ("put_left_of", "put_right_of", "put_in_front_of", "put_behind")
    assert {name for name in beside if done(Goal(name, 2, tray), before, after)} == {task}
    at[axis] += sign * 0.10
    assert not done(Goal(task, 2, tray), before, put((*at, HALF)))


# -- the hand -------------------------------------------------------------------------------------


def place(state: State, fixture: str) -> Vec:
    """Where a hand acts on the fixture, m."""
    x, y, z = state.pos(fixture)
    return (float(x), float(y), float(z))


def above(point: Vec, by: float) -> Vec:
    return (point[0], point[1], point[2] + by)


@pytest.mark.parametrize(("gap", "touched"), [(0.014, True), (0.016, False)])
def test_an_object_is_touched_at_its_surface(gap: float, touched: bool) -> None:
    goal, before = Goal("touch", 0), state_with()
    assert done(goal, before, state_with(hand=above(HERE, HALF + gap), gripper=0)) is touched
    assert done(goal, before, state_with(hand=(X - HALF - gap, Y, HALF), gripper=0)) is touched


def test_what_is_touched_stays_where_it_is() -> None:
    goal, before = Goal("touch", 0), state_with()
    near, far = ((X + by, Y, HALF) for by in (0.025, 0.035))
    assert done(goal, before, state_with(pos={0: near}, hand=above(near, HALF + 0.01), gripper=0))
    assert not done(goal, before, state_with(pos={0: far}, hand=above(far, HALF + 0.01), gripper=0))


def test_a_touched_button_switches_nothing_and_a_touched_drawer_stays_shut() -> None:
    before = state_with()
    button, drawer = place(before, BUTTON), place(before, DRAWER)
    at_button = above(button, 0.01)
    assert done(Goal("touch", row(BUTTON)), before, state_with(hand=at_button, gripper=0))
    assert not done(Goal("touch", row(BUTTON)), before, state_with(hand=at_button, gripper=0, led=True))
    assert not done(Goal("touch", row(BUTTON)), before, state_with(hand=at_button, gripper=0, button=0.012))
    assert done(Goal("touch", row(DRAWER)), before, state_with(hand=drawer))
    pulled = state_with(drawer=0.012)
    there = state_with(drawer=0.012, hand=place(pulled, DRAWER))
    assert not done(Goal("touch", row(DRAWER)), before, there)


@pytest.mark.parametrize(
    ("aside", "high", "hovers"),
    [(0, 0.09, True), (0.04, 0.04, True), (0.06, 0.09, False), (0, 0.02, False), (0, 0.16, False)],
)
def test_hovering_is_above_and_near(aside: float, high: float, hovers: bool) -> None:
    goal, before = Goal("hover", 1), state_with()
    after = state_with(hand=(X + aside, Y + 0.12, SIDE + high))
    assert done(goal, before, after) is hovers


def test_hovering_with_something_in_the_hand_is_hovering() -> None:
    held, high = (0.36, -0.2, 0.1), (X, Y + 0.12, SIDE + 0.09)
    before = state_with(pos={2: held}, hand=held, gripper=SIDE)
    assert done(Goal("hover", 1), before, state_with(pos={2: high}, hand=high, gripper=SIDE))
    empty = state_with(pos={2: held}, hand=ASIDE)
    assert not done(Goal("hover", 1), empty, state_with(pos={2: high}, hand=high, gripper=SIDE))


def test_the_hand_is_open_only_if_wide_open() -> None:
    before, goal = state_with(gripper=0.0), Goal("open_hand")
    assert done(goal, before, state_with(gripper=0.075))
    assert not done(goal, before, state_with(gripper=0.065))
    assert not done(goal, state_with(gripper=0.075), state_with(gripper=0.08))


def test_what_was_held_may_fall_when_the_hand_opens() -> None:
    held = above(HERE, 0.08)
    before = state_with(pos={0: held}, hand=held, gripper=SIDE)
    assert done(Goal("open_hand"), before, state_with(hand=held))
    fell_too = state_with(pos={1: (X + 0.1, Y + 0.12, HALF)}, hand=held)
    assert not done(Goal("open_hand"), before, fell_too)


def test_the_hand_is_closed_as_far_as_what_is_between_the_fingers_allows() -> None:
    goal = Goal("close_hand")
    assert done(goal, state_with(), state_with(gripper=0.005))
    assert not done(goal, state_with(), state_with(gripper=SIDE))
    around = state_with(hand=HERE)
    assert done(goal, around, state_with(hand=HERE, gripper=SIDE))
    assert not done(goal, around, state_with(hand=HERE, gripper=SIDE + 0.02))


def test_the_hand_is_raised_when_it_is_clearly_higher() -> None:
    x, y, z = HOME_POSE[0]
    goal, before = Goal("raise_hand"), state_with()
    assert done(goal, before, state_with(hand=(x, y, z + 0.09)))
    assert not done(goal, before, state_with(hand=(x, y, z + 0.07)))
    assert not done(goal, before, state_with(hand=(x, y, z + 0.09), drawer=0.02))
    assert done(goal, state_with(hand=(x, y, 0.33)), state_with(hand=(x, y, 0.38)))


def test_home_is_where_the_hand_begins() -> None:
    x, y, z = HOME_POSE[0]
    goal, before = Goal("go_home"), state_with(hand=ASIDE)
    assert done(goal, before, state_with(hand=(x + 0.02, y, z)))
    assert not done(goal, before, state_with(hand=(x + 0.04, y, z)))
    assert not done(goal, before, state_with(hand=(x, y, z), led=True))


# -- amounts --------------------------------------------------------------------------------------

SHIFTED = [("push_left", 1, 1), ("push_right", 1, -1), ("push_forward", 0, 1), ("push_backward", 0, -1)]


@pytest.mark.parametrize(("task", "axis", "sign"), SHIFTED)
@pytest.mark.parametrize(("by", "went", "right"), [
    (0.10, 0.075, True), (0.10, 0.125, True), (0.10, 0.065, False), (0.10, 0.135, False),
    (0.03, 0.048, True), (0.03, 0.055, False), (0.03, 0.0, False),
])  # fmt: skip
def test_a_push_by_so_much_is_off_by_at_most_30_percent_or_2_cm(
    task: str, axis: int, sign: int, by: float, went: float, right: bool
) -> None:
    at = np.array(HERE)
    at[axis] += sign * went
    before, after = state_with(objects=1), state_with(objects=1, pos={0: tuple(at)}, hand=ASIDE)
    assert done(Goal(task, 0, amount=by), before, after) is right
    assert DESK.task(task).error_of(before, after, Goal(task, 0, amount=by)) == pytest.approx(abs(went - by))


def test_a_push_by_so_much_stays_on_its_surface_and_near_its_line() -> None:
    before, goal = state_with(objects=1), Goal("push_left", 0, amount=0.1)
    for off, right in (((0.05, 0.1, 0), True), ((0.07, 0.1, 0), False), ((0, 0.1, 0.03), False)):
        at = tuple(np.array(HERE) + off)
        assert done(goal, before, state_with(objects=1, pos={0: at}, hand=ASIDE)) is right


@pytest.mark.parametrize(("task", "sign"), [("rotate_left", 1), ("rotate_right", -1)])
@pytest.mark.parametrize("start", [0.0, 3.0, -3.0])
def test_a_turn_by_so_much_is_off_by_at_most_15_degrees(task: str, sign: int, start: float) -> None:
    before = state_with(objects=1, yaw={0: start})
    for turned, right in ((80, True), (100, True), (70, False), (110, False), (-90, False)):
        after = state_with(objects=1, yaw={0: start + sign * np.radians(turned)}, hand=ASIDE)
        assert done(Goal(task, 0, amount=np.pi / 2), before, after) is right


def test_the_drawer_is_opened_and_closed_to_a_share_of_its_travel() -> None:
    half, shut, out = Goal("open_drawer", amount=0.5), state_with(), state_with(drawer=0.18)
    assert done(half, shut, state_with(drawer=0.07))
    assert done(half, shut, state_with(drawer=0.11))
    assert not done(half, shut, state_with(drawer=0.06))
    assert not done(half, shut, state_with(drawer=0.12))
    assert not done(half, out, state_with(drawer=0.09))
    assert done(Goal("close_drawer", amount=0.5), out, state_with(drawer=0.09))
    assert not done(Goal("close_drawer", amount=0.5), shut, state_with(drawer=0.09))


def test_the_door_is_slid_to_a_share_of_its_travel_from_its_right_end() -> None:
    before = state_with(door=0.0)
    assert done(Goal("slide_door", amount=1.0), before, state_with(door=0.08))
    assert not done(Goal("slide_door", amount=1.0), before, state_with(door=-0.08))
    assert done(Goal("slide_door", amount=0.0), before, state_with(door=-0.08))
    assert not done(Goal("slide_door", amount=0.25), before, state_with(door=0.0))


def test_a_lift_to_a_height_counts_from_what_the_object_stood_on() -> None:
    goal = Goal("lift", 2, amount=0.10)
    for ground, start in ((0.0, (0.36, 0.2, HALF)), (SIDE, (X, Y, SIDE + HALF))):
        before = put(start)
        for high, right in ((0.085, True), (0.115, True), (0.07, False), (0.13, False)):
            at = (*start[:2], ground + high + HALF)
            assert done(goal, before, put(at, hand=at, gripper=SIDE)) is right
        assert not done(goal, before, put((*start[:2], ground + 0.1 + HALF)))


def test_only_what_needs_an_amount_cannot_be_asked_for_without_one() -> None:
    assert not DESK.possible(Goal("slide_door"), state_with())
    assert DESK.possible(Goal("slide_door", amount=1.0), state_with())
    assert {task.name for task in (*TASKS, *MORE_TASKS) if task.amount and task.amount.needed} == {
        "slide_door"
    }


# -- what can be asked for ------------------------------------------------------------------------


def test_what_is_so_already_cannot_be_asked_for() -> None:
    state = state_with(hand=above(HERE, HALF + 0.01), gripper=0.0)
    near = state.changed(1, slice(0, 3), (X, Y + 0.1, HALF))
    assert not any(DESK.possible(goal, near) for goal in (Goal("put_near", 1, 0), Goal("close_hand")))
    assert not DESK.possible(Goal("touch", 0), state)
    assert not DESK.possible(Goal("open_hand"), state_with())
    assert not DESK.possible(Goal("go_home"), state_with())
    assert not DESK.possible(Goal("open_drawer", amount=0.5), state_with(drawer=0.09))
    assert not DESK.possible(Goal("slide_door", amount=0.5), state_with())


def test_nothing_is_put_where_there_is_no_room() -> None:
    close = {0: HERE, 1: (X, Y + 0.1, HALF)}
    assert not DESK.possible(Goal("put_between", 2, 0, 1), put(AWAY, others=close))
    apart = {0: HERE, 1: (X, Y + 0.22, HALF)}
    assert DESK.possible(Goal("put_between", 2, 0, 1), put((0.36, -0.22, HALF), others=apart))
    in_it = state_with(drawer=0.16, pos={2: in_drawer(0.16)})
    assert not DESK.possible(Goal("put_far", 2, 0), in_it)


def test_a_push_by_more_than_there_is_room_for_cannot_be_asked_for() -> None:
    state = state_with(objects=1)
    assert DESK.possible(Goal("push_left", 0, amount=0.1), state)
    assert not DESK.possible(Goal("push_forward", 0, amount=0.25), state)
