"""What a goal leaves behind, foreseen without physics: the goal is reached there, and the hand has left."""

import numpy as np
import pytest

from sim.desk.constants import DRAWER, FIXTURES, TRAY
from sim.desk.contact import in_hand, released
from sim.desk.layouts import layout_of
from sim.desk.regions import regions_of
from sim.desk.scenes.sampler import draw_scene, draw_scene_for, initial_state
from sim.desk.tasks.families import MORE_TASKS, TASKS
from sim.goal_draw import CannotDraw
from sim.kinds.desk import DESK
from sim.state import State
from sim.task import Goal, Task, goals_in
from tests.states import HALF, HERE, SIDE, in_drawer, state_with

pytestmark = pytest.mark.long

SCENES = 12
LEFT = [task for task in (*TASKS, *MORE_TASKS) if task.handles and not task.lifts]


def asked(task: Task, seed: int) -> tuple[State, list[Goal]]:
    """A state, and what of the family can be asked for in it, with amounts of several sizes."""
    try:
        scene = draw_scene_for(task.name, seed, tasks=TASKS, more_tasks=MORE_TASKS)[0]
    except CannotDraw:  # what begins with a closed hand, or one that is somewhere else
        scene = draw_scene(seed)
    state = initial_state(scene)
    if task.name in ("open_hand", "go_home"):
        state = state._replace(hand=np.array([0.36, -0.15, 0.15, *state.hand[3:7], 0.0]))
    goals = list(goals_in(task, state, regions_of(layout_of(scene.layout, scene.shifts))))
    if task.amount is not None:
        sizes = np.linspace(task.amount.least, task.amount.most, 6)
        goals += [goal._replace(amount=float(size)) for goal in goals for size in sizes]
    return state, [goal for goal in goals if DESK.possible(goal, state)]


@pytest.mark.parametrize("task", [*TASKS, *MORE_TASKS], ids=lambda task: task.name)
def test_the_goal_is_reached_in_what_is_foreseen(task: Task) -> None:
    rng, count = np.random.default_rng(0), 0
    for seed in range(SCENES):
        state, goals = asked(task, seed)
        for goal in goals[::3]:
            after = DESK.foreseen(goal, state, rng)
            assert DESK.achieved(goal, state, after), goal
            assert after.names == state.names
            count += 1
    assert count >= SCENES / 2


def test_what_is_lifted_stays_in_the_hand_and_goes_where_the_hand_goes() -> None:
    rng, start = np.random.default_rng(0), state_with()
    held = DESK.foreseen(Goal("lift", 0, amount=0.1), start, rng)
    assert in_hand(held, 0)
    assert held.pos(0)[2] == pytest.approx(0.1 + HALF)
    tray = Goal("hover", 3 + FIXTURES.index(TRAY))
    over = DESK.foreseen(tray, held, rng)
    assert in_hand(over, 0)
    assert np.allclose(over.pos(0)[:2], over.pos(TRAY)[:2])
    down = DESK.foreseen(Goal("open_hand"), held, rng)
    assert released(down, 0)
    assert down.pos(0) == pytest.approx(HERE)


def test_what_is_held_when_something_else_is_handled_falls_to_what_is_below() -> None:
    rng, high = np.random.default_rng(0), (HERE[0], HERE[1] + 0.12, 0.2)
    held = state_with(pos={0: high}, hand=high, gripper=SIDE)
    after = DESK.foreseen(Goal("push_backward", 2, amount=0.05), held, rng)
    assert after.pos(0)[2] == pytest.approx(SIDE + HALF)  # on object 1
    assert released(after, 0)


def test_a_drawer_takes_along_what_is_in_it() -> None:
    state = state_with(drawer=0.16, pos={0: in_drawer(0.16)})
    after = DESK.foreseen(Goal("close_drawer", amount=0.25), state, np.random.default_rng(0))
    assert after.joint(DRAWER) == pytest.approx(0.045)
    assert after.pos(0) - after.pos(DRAWER) == pytest.approx(state.pos(0) - state.pos(DRAWER))


@pytest.mark.parametrize("task", LEFT, ids=lambda task: task.name)
def test_the_hand_has_left_what_it_handled(task: Task) -> None:
    state, goals = asked(task, 1)
    for goal in goals[:5]:
        after = DESK.foreseen(goal, state, np.random.default_rng(0))
        assert all(released(after, obj) for obj in range(after.n_objects))
        assert after.ee_pos[2] > 0.1
