"""Commands of several goals, of goals that have to settle, and of none; and refusals."""

import numpy as np
import pytest

from robopolicy.evaluation.course import Course
from robopolicy.evaluation.reference import ExpertActor
from robopolicy.evaluation.trials.changes import anything_changed
from robopolicy.evaluation.trials.judges import (
    CHANGED,
    FELL,
    NOT_SO,
    REFUSED,
    TIME,
    UNDONE,
    Said,
    judge_of,
    why_not_done,
)
from robopolicy.evaluation.trials.progress import Progress
from robopolicy.evaluation.trials.results import episode_of
from robopolicy.evaluation.trials.trial import Command
from sim.desk.scenes.sampler import SceneConfig, draw_scene, initial_state
from sim.kinds.desk import DESK
from sim.state import JOINT, LIGHT, POS, State
from sim.task import Goal
from tests.nudges import MAX_STEPS, NUDGES, SCENE, Doer, came_of, nudged

PARK, SHOVE = Goal("park", 0), Goal("shove_left", 1)
SECOND = NUDGES.spec.steps(1.0)
MET = nudged(0, 0.1)


def state_of_scene() -> State:
    return NUDGES.open().build(SCENE)


def moved(state: State, row: int, *by: float) -> State:
    return state.changed(row, POS, state.pos(row) + np.array(by))


# -- several goals ----------------------------------------------------------------------------------


def test_the_expert_reaches_the_goals_of_a_command_in_order() -> None:
    result = came_of(ExpertActor(NUDGES), Command("park it, then shove that one", (PARK, SHOVE)))
    assert (result.success, result.cause, len(result.ends)) == (True, "", 1)
    assert "errors" not in episode_of(result)


def test_the_same_goals_in_another_order_are_not_what_was_asked() -> None:
    asked = Command("park it, then park that one", (PARK, Goal("park", 1)))
    assert came_of(Doer(PARK, Goal("park", 1)), asked).success
    result = came_of(Doer(Goal("park", 1), PARK), asked)
    assert (result.success, result.cause, result.steps) == (False, TIME, 2 * MAX_STEPS)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_there_is_as_much_time_for_each_goal(n: int) -> None:
    assert came_of(Doer(), Command("park it", (PARK,) * n)).steps == n * MAX_STEPS
    assert came_of(Doer(silent=True), Command("touch nothing", ())).steps == MAX_STEPS


def test_each_goal_is_measured_from_where_the_one_before_it_was_reached() -> None:
    twice = Command("nudge it, and once more", (MET, MET))
    once = came_of(Doer(nudged(0, 0.1)), twice)
    both = came_of(ExpertActor(NUDGES), twice)
    assert (once.success, both.success) == (False, True)
    assert len(both.errors) == 2
    assert all(error is not None and error < 0.02 for error in both.errors)


def test_what_fell_is_looked_for_among_the_things_of_the_goal_and_never_among_fixtures() -> None:
    state = initial_state(draw_scene(0, SceneConfig()))
    fallen = state.changed(2, POS, (1.2, 0.0, -0.4))
    assert why_not_done(Goal("put_between", 0, 1, 2), fallen, DESK) == FELL
    assert why_not_done(Goal("put_near", 0, state.row("tray")), fallen, DESK) == TIME


# -- goals that have to settle ----------------------------------------------------------------------


def test_what_was_done_by_an_amount_is_judged_when_it_is_said_and_a_second_later() -> None:
    result = came_of(ExpertActor(NUDGES), Command("nudge it by 10 cm", (MET,)))
    assert result.success
    assert result.steps < MAX_STEPS
    (error,) = result.errors
    assert error is not None
    assert error < 0.02
    assert episode_of(result)["errors"] == [error]


def test_who_never_says_so_is_judged_when_time_is_up_and_a_second_later() -> None:
    result = came_of(Doer(MET, silent=True), Command("nudge it by 10 cm", (MET,)))
    assert (result.success, result.steps) == (True, MAX_STEPS + SECOND)


def test_too_far_is_a_failure_although_it_was_right_on_the_way() -> None:
    result = came_of(Doer(nudged(0, 0.2)), Command("nudge it by 10 cm", (MET,)))
    assert (result.success, result.cause) == (False, NOT_SO)
    assert result.errors == (pytest.approx(0.1, abs=0.01),)
    silent = came_of(Doer(nudged(0, 0.2), silent=True), Command("nudge it by 10 cm", (MET,)))
    assert (silent.success, silent.cause, silent.steps) == (False, TIME, MAX_STEPS)


def test_what_does_not_last_for_a_second_is_undone() -> None:
    result = came_of(Doer(MET, late=(nudged(0, 0.15),)), Command("nudge it by 10 cm", (MET,)))
    assert (result.success, result.cause) == (False, UNDONE)
    assert result.errors[0] is not None
    assert result.errors[0] > 0.02


@pytest.mark.parametrize("said", [False, True])
def test_what_has_to_settle_on_the_way_is_reached_after_a_second_or_when_it_is_said(said: bool) -> None:
    before = state_of_scene()
    there = moved(before, 0, 0.0, 0.1, 0.0)
    progress = Progress((MET, PARK), before, NUDGES)
    reached = []
    for now in (there, there, before, *[there] * (SECOND + 1)):
        progress.step(now, said)
        reached.append(progress.index)
    assert reached[0] == said
    assert reached[-2:] == [int(said), 1]
    assert progress.before is there


# -- nothing may change -----------------------------------------------------------------------------


def test_where_nothing_may_change_doing_nothing_is_right_and_saying_so_ends_it() -> None:
    nothing = Command("is it cold in here?", ())
    for actor, steps in ((Doer(silent=True), MAX_STEPS), (ExpertActor(NUDGES), 1)):
        result = came_of(actor, nothing)
        assert (result.success, result.steps, result.errors) == (True, steps, ())


def test_where_nothing_may_change_a_thing_that_is_moved_is_a_failure_at_once() -> None:
    result = came_of(Doer(SHOVE), Command("is it cold in here?", ()))
    assert (result.success, result.cause) == (False, CHANGED)
    assert result.steps < MAX_STEPS


@pytest.mark.parametrize(("rolls", "success"), [(SECOND - 2, True), (SECOND + 4, False)])
def test_what_the_turn_before_set_in_motion_may_come_to_rest_for_a_second(rolls: int, success: bool) -> None:
    state = state_of_scene()
    turns = (Command("shove that one", (Goal("shove_left", 0),)), Command("thank you", ()))
    course = Course(turns, state, NUDGES, judge_of, MAX_STEPS)
    now, verdict = moved(state, 0, 0.0, 0.1, 0.0), None
    for step in range(1, 2 * MAX_STEPS):
        verdict, _ = course.step(now, step, Said.NOTHING)
        if verdict is not None:
            break
        now = moved(now, 0, 0.0, 0.02, 0.0) if step <= rolls else now
    assert verdict is not None
    assert verdict.success == success


def test_a_change_is_a_moved_thing_or_joint_or_a_light_and_the_hand_may_move() -> None:
    before = initial_state(draw_scene(0, SceneConfig()))
    closer = before._replace(hand=before.hand + 0.1)
    same = (
        before, closer, moved(before, 0, 0.007, 0.0, 0.0), before.changed("button", JOINT, 0.0007),
        before.changed("drawer", JOINT, before.joint("drawer") + 0.008),
    )  # fmt: skip
    other = (
        moved(before, 0, 0.0, 0.0, 0.011), moved(before, 2, 0.008, 0.008, 0.0),
        before.changed("button", JOINT, 0.0008), before.changed("lever switch", JOINT, 0.0),
        before.changed("drawer", JOINT, before.joint("drawer") + 0.01),
        before.changed("sliding door", JOINT, before.joint("sliding door") - 0.01),
        before.changed("button", LIGHT, 1 - before.light("button")),
    )  # fmt: skip
    assert [anything_changed(before, now, DESK) for now in same] == [False] * len(same)
    assert [anything_changed(before, now, DESK) for now in other] == [True] * len(other)


def test_a_button_that_springs_back_is_no_change() -> None:
    released = initial_state(draw_scene(0, SceneConfig()))
    pressed = released.changed("button", JOINT, 0.012)
    assert not anything_changed(pressed, released, DESK)
    assert anything_changed(released, pressed, DESK)


# -- refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "success", "cause"),
    [
        (Command("no, park it", (PARK,)), False, REFUSED),
        (Command("no, nudge it", (PARK, MET)), False, REFUSED),
        (Command("no, what is that?", ()), True, ""),
        (Command("no, do not park it", (PARK,), must_not=True), True, ""),
    ],
)
def test_a_refusal_ends_a_command_at_once(command: Command, success: bool, cause: str) -> None:
    result = came_of(Doer(), command)
    assert (result.success, result.cause, result.steps, result.ends) == (success, cause, 1, (1,))
    assert "errors" not in episode_of(result)


def test_of_several_commands_the_ones_before_a_refusal_count() -> None:
    result = came_of(
        Doer(PARK), Command("park it", (PARK,)), Command("no, park that one", (Goal("park", 1),))
    )
    first, second = result.ends
    assert (result.completed, result.cause, second - first) == (1, REFUSED, 1)


def test_a_judge_that_never_decides_is_an_error_and_no_endless_rollout() -> None:
    state = state_of_scene()
    course = Course((Command("park it", (PARK,)),), state, NUDGES, lambda *_: lambda *_: None, 3)
    for step in range(1, 3 + SECOND + 1):
        assert course.step(state, step, Said.NOTHING) == (None, False)
    with pytest.raises(RuntimeError, match="came to no verdict"):
        course.step(state, 3 + SECOND + 1, Said.NOTHING)
