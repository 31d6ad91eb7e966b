"""What is done already or cannot be done is said; what is possible never is."""

from dataclasses import replace

import numpy as np
import pytest

from robopolicy.evaluation.plan import make_plan
from robopolicy.evaluation.trials.config import EvaluateConfig
from sim.desk.constants import FIXTURES
from sim.desk.rows import observe
from sim.desk.scenes.sampler import draw_scene, initial_state
from sim.desk.sensors import Sensor
from sim.desk.tasks.families import TASKS
from sim.kinds.desk import DESK
from sim.observation import Observation, state_of
from sim.state import State
from sim.task import DONE, IMPOSSIBLE, UNREACHABLE, Goal, goal_about, goals_of
from tests.states import HALF, HERE, SIDE, in_drawer, in_tray, positions_of, state_with

NAMES = ("red cube", "blue puck", "black bar")
TOP = (HERE[0], HERE[1], SIDE + HALF)  # on object 0
X, Y, _ = HERE
GOES_ON = {task.name for task in TASKS if task.manner in ("pushed", "turned")} | {"lift"}
MOVABLE = [task.name for task in TASKS if task.arguments]


def seen_state(seen: Observation, names: tuple[str, ...]) -> State:
    return state_of(seen, DESK.spec.names(names), len(FIXTURES))


def goal_of(family: str) -> Goal:
    """With the red cube, and the blue puck if it takes two."""
    task = DESK.task(family)
    return goal_about(task, range(task.arguments))


def beside(x: float, y: float) -> State:
    """The blue puck stands there from the red cube."""
    return state_with(objects=2, pos={1: (X + x, Y + y, HALF)})


DONE_ALREADY = {
    "open_drawer": (state_with(drawer=0.13), "The drawer is open already."),
    "close_drawer": (state_with(), "The drawer is shut already."),
    "slide_door_left": (state_with(door=0.09), "The sliding door is as far to the left as it goes already."),
    "slide_door_right": (
        state_with(door=-0.09),
        "The sliding door is as far to the right as it goes already.",
    ),
    "turn_on_led": (state_with(led=True), "The LED is on already."),
    "turn_off_led": (state_with(), "The LED is off already."),
    "turn_on_lamp": (state_with(up=True), "The lamp is on already."),
    "turn_off_lamp": (state_with(), "The lamp is off already."),
    "unstack": (state_with(), "The red cube is not on top of anything."),
    "put_in_drawer": (state_with(pos={0: in_drawer(0.0)}), "The red cube is in the drawer already."),
    "take_out_of_drawer": (state_with(drawer=0.16), "The red cube is not in the drawer."),
    "put_in_tray": (state_with(pos={0: in_tray()}), "The red cube is in the tray already."),
    "stack": (
        state_with(pos={1: HERE, 0: TOP, 2: (0.4, 0.2, HALF)}),
        "The red cube is on top of the blue puck already.",
    ),
    "put_left_of": (beside(0, -0.1), "The red cube is to the left of the blue puck already."),
    "put_right_of": (beside(0, 0.1), "The red cube is to the right of the blue puck already."),
    "put_in_front_of": (beside(0.1, 0), "The red cube is in front of the blue puck already."),
    "put_behind": (beside(-0.1, 0), "The red cube is behind the blue puck already."),
}


def test_every_family_either_can_be_done_already_or_only_goes_on() -> None:
    assert {*DONE_ALREADY, *GOES_ON} == {task.name for task in TASKS}
    assert not GOES_ON & set(DONE_ALREADY)


@pytest.mark.parametrize("family", DONE_ALREADY)
def test_what_is_done_already_is_said(family: str) -> None:
    state, says = DONE_ALREADY[family]
    found = DESK.hindrance(goal_of(family), state)
    assert found is not None
    assert (found.kind, found.told(NAMES)) == (DONE, says)


@pytest.mark.parametrize("family", [name for name in MOVABLE if name != "put_in_drawer"])
def test_a_thing_in_a_shut_drawer_is_out_of_reach(family: str) -> None:
    found = DESK.hindrance(goal_of(family), state_with(pos={0: in_drawer(0.0)}))
    assert found is not None
    assert found.kind == UNREACHABLE
    assert found.told(NAMES) == "The red cube is in the drawer, and the drawer is shut."


@pytest.mark.parametrize("family", MOVABLE)
@pytest.mark.parametrize(
    ("place", "says"),
    [((0.45, 0.0, -0.6), "The red cube has fallen off the desk."), ((0.9, 0, HALF), "is out of reach.")],
)
def test_a_thing_beyond_the_desk_is_out_of_reach(family: str, place, says: str) -> None:
    found = DESK.hindrance(goal_of(family), state_with(drawer=0.16, pos={0: place}))
    if found is not None and found.kind == DONE:  # of what is out of reach it still is true
        assert family in ("unstack", "take_out_of_drawer")
        return
    assert found is not None
    assert found.kind == UNREACHABLE
    assert found.told(NAMES).endswith(says)


@pytest.mark.parametrize("family", MOVABLE)
def test_a_thing_with_another_on_it_cannot_be_taken(family: str) -> None:
    state = state_with(drawer=0.16, pos={2: TOP, 1: (0.4, 0.2, HALF)})
    found = DESK.hindrance(goal_of(family), state)
    assert found is not None
    if found.kind == DONE:
        assert family == "take_out_of_drawer"
        return
    assert (found.kind, found.told(NAMES)) == (IMPOSSIBLE, "The black bar is on top of the red cube.")


def test_a_thing_that_the_hand_holds_on_another_is_not_in_the_way() -> None:
    """Else a server that only sees the present would hold still with it for ever, just before letting go."""
    held = state_with(hand=TOP, gripper=SIDE, pos={0: TOP, 1: HERE, 2: (0.4, 0.2, HALF)})
    assert DESK.hindrance(Goal("stack", 0, 1), held) is None
    opened = held._replace(hand=np.array([*held.ee_pos, *held.ee_quat, 0.08]))
    assert DESK.hindrance(Goal("stack", 0, 1), opened) is not None


def test_nothing_is_put_into_a_drawer_that_is_shut_and_nothing_tall_is_shut_in() -> None:
    shut = DESK.hindrance(Goal("put_in_drawer", 0), state_with())
    assert shut is not None
    assert (shut.kind, shut.told(NAMES)) == (IMPOSSIBLE, "The drawer is shut.")
    x, y, z = in_drawer(0.16)
    tower = state_with(drawer=0.16, pos={0: (x, y, z + SIDE), 1: (x, y, z)})
    tall = DESK.hindrance(Goal("close_drawer"), tower)
    assert tall is not None
    assert tall.told(NAMES) == "The red cube sticks out of the drawer, so it does not shut."


def test_what_is_neither_clearly_done_nor_clearly_impossible_is_tried() -> None:
    assert DESK.hindrance(Goal("open_drawer"), state_with(drawer=0.08)) is None
    assert DESK.hindrance(Goal("close_drawer"), state_with(drawer=0.08)) is None
    assert DESK.hindrance(Goal("slide_door_left"), state_with(door=0.07)) is None
    assert DESK.hindrance(Goal("put_left_of", 0, 1), beside(0, -0.16)) is None
    held = state_with(hand=in_tray(), gripper=0.045, pos={0: in_tray()})
    assert DESK.hindrance(Goal("put_in_tray", 0), held) is None


@pytest.mark.long
@pytest.mark.parametrize(
    ("world", "n"),
    [
        ("nominal", 240),
        ("held_out", 24),
        pytest.param("nominal", 1000, marks=pytest.mark.faults),
        pytest.param("held_out", 480, marks=pytest.mark.faults),
    ],
)
def test_nothing_that_released_trials_ask_for_is_hindered_by_what_the_sensors_see(world: str, n: int) -> None:
    plan = make_plan(EvaluateConfig(levels=("seen", "paraphrase"), n=n, controls=(), world=world))
    trials = [pair for asked in plan.levels for pair in zip(asked.trials, asked.scenes, strict=True)]
    assert len(trials) == 2 * n
    for trial, scene in trials:
        state = initial_state(scene)
        assert DESK.hindrance(trial.goal, state) is None
        assert DESK.hindrance(trial.goal, seen_state(Sensor(scene).observe(state), scene.names)) is None, (
            trial
        )


@pytest.mark.long
def test_what_is_called_done_was_achieved_wherever_it_was_possible_before() -> None:
    """Else a server that only sees the present would hold still too early."""
    rng, met = np.random.default_rng(0), set()
    for seed in range(100):
        scene, other = draw_scene(seed), draw_scene(seed + 1000)
        before = initial_state(scene)
        moved = (*rng.choice(positions_of(before)[1:, :2]), 0.0) + rng.normal(0, [0.06, 0.06, 0.0])
        on = [0.5 * scene.objects[0].size[2], scene.objects[1].size[2] + 0.5 * scene.objects[0].size[2]]
        first = replace(scene.objects[0], pos=(moved[0], moved[1], float(rng.choice(on))))
        things = (first, *scene.objects[1:])
        furnished = initial_state(replace(scene, joints=other.joints, led=other.led))
        for after in (furnished, initial_state(replace(scene, objects=things))):
            for task in TASKS:
                for goal in goals_of(task, 3):
                    found = DESK.hindrance(goal, after)
                    if found and found.kind == DONE and goal.object <= 0 and DESK.possible(goal, before):
                        assert DESK.achieved(goal, before, after), (seed, goal)
                        met.add(task.name)
    assert len(met) >= 10, met


def test_what_was_seen_leads_back_to_the_state() -> None:
    scene = draw_scene(5)
    state = initial_state(scene)
    back = seen_state(observe(state), scene.names)
    assert np.allclose(back.hand, state.hand, atol=1e-6)
    assert np.allclose(back.things, state.things, atol=1e-6)
    assert back[2:] == state[2:]


def test_of_furniture_that_is_not_there_nothing_is_said() -> None:
    seen = observe(state_with())
    bare = seen_state(seen._replace(mask=np.r_[seen.mask[:5], np.zeros(5, np.float32)]), NAMES)
    furniture = [task.name for task in TASKS if not task.arguments] + ["put_in_drawer", "put_in_tray"]
    assert all(DESK.hindrance(goal_of(family), bare) is None for family in furniture)
