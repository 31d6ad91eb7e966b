"""Scenes of an examination are as their items say: checked on many draws, with measures of their own."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from data.language.held_out import train_objects
from data.trials.examination import draw
from data.trials.examination.draw import Asked, draw_examination, draw_item
from data.trials.examination.items import Item, groups_of
from data.trials.examination.where import LARGER, SPARE, Where
from data.trials.examination.words import BadItem
from robopolicy.common.strict_yaml import parse_yaml
from robopolicy.evaluation.beginning import begin
from sim.common.seeds import BEYOND
from sim.desk.contact import in_hand
from sim.desk.layouts import DOOR_TRAVEL, DRAWER_TRAVEL
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import SceneConfig, initial_state
from sim.desk.tasks.geometry import in_drawer, in_tray, rests_on
from sim.kinds.desk import DESK
from sim.state import State
from sim.task import Goal, Task

pytestmark = pytest.mark.long

CONFIG = SceneConfig(objects=train_objects())
LIFT = 'say: "lift the one i mean", goal: [[lift, object]]'


@cache
def drawn(parts: str, n: int = 12, n_objects: int = 3) -> tuple[Asked, ...]:
    """Trials of one item."""
    groups = groups_of(parse_yaml("g: [{" + parts + "}]"), DESK)
    config = SceneConfig(n_objects, objects=CONFIG.objects)
    return tuple(draw_examination(groups, n, 0, config, DESK))


def begun(one: Asked) -> tuple[State, Goal]:
    """The state of the scene, and the first goal."""
    return initial_state(one.scene), one.goals[0][0]


def xy(state: State, row: int) -> np.ndarray:
    """Of a thing, m."""
    return state.things[row, :2]


def rivals_of(state: State, *rows: int) -> list[int]:
    """The other movable things."""
    return [i for i in range(state.n_objects) if i not in rows]


Measured = Callable[[State, int], float]
BY: dict[str, Measured] = {
    "leftmost": lambda state, i: xy(state, i)[1],
    "rightmost": lambda state, i: -xy(state, i)[1],
    "farthest": lambda state, i: float(np.linalg.norm(xy(state, i))),
    "nearest": lambda state, i: -float(np.linalg.norm(xy(state, i))),
    "nearest drawer": lambda state, i: -float(np.linalg.norm(xy(state, i) - xy(state, state.row("drawer")))),
    "nearest lamp": lambda state, i: (
        -float(np.linalg.norm(xy(state, i) - xy(state, state.row("lever switch"))))
    ),
    "nearest hand": lambda state, i: -float(np.linalg.norm(xy(state, i) - state.hand[:2])),
}


@pytest.mark.parametrize("relation", BY)
def test_what_is_meant_is_so_by_three_centimetres(relation: str) -> None:
    for one in drawn(LIFT + ", where: {object: " + relation + "}"):
        state, goal = begun(one)
        rest = [BY[relation](state, i) for i in rivals_of(state, goal.object)]
        assert BY[relation](state, goal.object) >= max(rest) + SPARE


@pytest.mark.parametrize(("relation", "column"), [("longest", slice(7, 9)), ("tallest", slice(9, 10))])
def test_the_largest_is_clearly_larger(relation: str, column: slice) -> None:
    for one in drawn(LIFT + ", where: {object: " + relation + "}"):
        state, goal = begun(one)
        sizes = state.objects[:, column].max(1)
        assert sizes[goal.object] >= LARGER * np.delete(sizes, goal.object).max()


@pytest.mark.parametrize(
    ("relation", "reference", "axis", "sign"),
    [
        ("left_of", "other", 1, 1),
        ("right_of", "other", 1, -1),
        ("in_front_of", "other", 0, -1),
        ("behind", "other", 0, 1),
        ("right_of", "drawer", 1, -1),
        ("in_front_of", "drawer", 0, -1),
    ],
)
def test_what_is_on_a_side_is_there_alone(relation: str, reference: str, axis: int, sign: int) -> None:
    parts = 'say: "lift the one by {other}", goal: [[lift, object]], where: {object: ' + relation
    for one in drawn(f"{parts} {reference}}}", 3):
        state, goal = begun(one)
        other = one.scene.names.index(one.sentences[0].removeprefix("lift the one by "))
        at = state.row(reference) if reference != "other" else other
        gaps = sign * (state.objects[:, axis] - state.things[at, axis])
        across = np.abs(state.objects[:, 1 - axis] - state.things[at, 1 - axis])
        assert gaps[goal.object] >= across[goal.object] + SPARE
        rest = rivals_of(state, goal.object, at)
        assert (gaps[rest] <= -SPARE).all() or reference == "drawer"
        assert (gaps[rest] <= across[rest] - SPARE).all()


@pytest.mark.parametrize("n_objects", [2, 3, 5])
def test_what_is_between_is_between_the_other_two(n_objects: int) -> None:
    for one in drawn(LIFT + ", where: {object: between}", n_objects=n_objects):
        state, goal = begun(one)
        a, b = rivals_of(state, goal.object)
        sides = [float(np.linalg.norm(xy(state, i) - xy(state, goal.object))) for i in (a, b)]
        assert sum(sides) <= float(np.linalg.norm(xy(state, a) - xy(state, b))) + 0.03
        assert min(sides) >= SPARE


def test_a_thing_at_the_edge_of_a_relation_is_not_taken() -> None:
    state, goal = begun(drawn(LIFT + ", where: {object: leftmost}")[0])
    rival = max(rivals_of(state, goal.object), key=lambda i: xy(state, i)[1])
    near = state.changed(goal.object, 1, xy(state, rival)[1] + SPARE - 0.001)
    where = Where("object", "leftmost")
    assert where.holds(state, {"object": goal.object})
    assert not where.holds(near, {"object": goal.object})


def test_what_the_hand_holds_is_not_what_is_meant_by_nearest_to_it() -> None:
    parts = 'say: "not the {other}", goal: [[lift, object]], where: {object: nearest hand}'
    for one in drawn(parts + ", begin: {other: held}", 4):
        state, goal = begun(one)
        (held,) = one.begin
        at = DESK.foreseen(held, state, np.random.default_rng(0))
        assert one.sentences == (f"not the {one.scene.names[held.object]}",)
        assert goal.object != held.object
        (third,) = rivals_of(at, goal.object, held.object)
        assert BY["nearest hand"](at, goal.object) >= BY["nearest hand"](at, third) + SPARE


SAID = 'say: "the {object} and the {other}", goal: []'
PLACED: dict[str, Callable[[State, int, int], bool]] = {
    "object: in_drawer": lambda state, obj, other: bool(in_drawer(state, obj)),
    "other: in_drawer, drawer: shut": lambda state, obj, other: bool(in_drawer(state, other)),
    "object: in_tray": lambda state, obj, other: bool(in_tray(state, obj)),
    "object: on_other": lambda state, obj, other: bool(rests_on(state, obj, other)),
    "object: in_drawer, other: in_tray": lambda state, obj, other: bool(
        in_drawer(state, obj) & in_tray(state, other)
    ),
}


@pytest.mark.parametrize("begin", PLACED)
def test_things_begin_where_they_are_to(begin: str) -> None:
    for one in drawn(SAID + ", begin: {" + begin + "}"):
        obj, other = (one.scene.names.index(name) for name in one.sentences[0][4:].split(" and the "))
        assert PLACED[begin](initial_state(one.scene), obj, other)


JOINTS: dict[str, Callable[[Scene], bool]] = {
    "drawer: open": lambda scene: scene.joints[0] >= 0.8 * DRAWER_TRAVEL,
    "drawer: shut": lambda scene: scene.joints[0] == 0,
    "drawer: 0.5": lambda scene: bool(np.isclose(scene.joints[0], DRAWER_TRAVEL / 2)),
    "door: left": lambda scene: scene.joints[1] >= 0.8 * DOOR_TRAVEL,
    "door: right": lambda scene: scene.joints[1] <= -0.8 * DOOR_TRAVEL,
    "door: 0.25": lambda scene: bool(np.isclose(scene.joints[1], -DOOR_TRAVEL / 2)),
    "led: on, lamp: off": lambda scene: scene.led and scene.joints[3] < 0,
    "led: off, lamp: on": lambda scene: not scene.led and scene.joints[3] > 0,
}


@pytest.mark.parametrize("begin", JOINTS)
def test_furniture_begins_as_it_is_to(begin: str) -> None:
    assert all(JOINTS[begin](one.scene) for one in drawn('say: "wait", goal: [], begin: {' + begin + "}"))


@pytest.mark.parametrize(
    ("begin", "family"), [("hand: closed", "close_hand"), ("hand: away", "hover"), ("object: held", "lift")]
)
def test_the_expert_brings_the_hand_to_where_it_begins(begin: str, family: str) -> None:
    for one in drawn('say: "the {object}", goal: [], begin: {' + begin + "}"):
        assert [goal.task for goal in one.begin] == [family]
        if family == "lift":
            assert one.scene.names[one.begin[0].object] == one.sentences[0].removeprefix("the ")


def test_what_is_held_is_so_low_that_the_hand_can_be_raised() -> None:
    one = drawn('say: "go up with the {object}", goal: [[raise_hand]], begin: {object: held}')[0]
    world = DESK.open()
    try:
        begun = begin(world, one.scene, world.build(one.scene), one.begin, DESK)
        assert begun.ready
        assert in_hand(begun.state, one.begin[0].object)
        assert DESK.possible(one.goals[0][0], begun.state)
    finally:
        world.close()


def test_what_is_absent_is_known_from_training_and_not_there() -> None:
    known = {" ".join(pair) for pair in train_objects()}
    named = [
        one.sentences[0].removeprefix("lift the ") for one in drawn('say: "lift the {absent}", goal: []')
    ]
    assert set(named) <= known
    assert len(set(named)) > 3
    for one, name in zip(drawn('say: "lift the {absent}", goal: []'), named, strict=True):
        assert name not in one.scene.names


@pytest.mark.parametrize("family", [task for task in DESK.tasks if task.amount], ids=lambda task: task.name)
def test_the_least_and_the_most_of_an_amount_are_asked_for_somewhere(family: Task) -> None:
    amount = family.amount_asked(Goal(family.name))
    things = [", object"] * family.arguments
    for value in (amount.least, amount.most):
        said = f"{amount.word}: {value / amount.one:.6f}"
        goal = f"[[{family.name}{''.join(things)}, {{{said}}}]]"
        assert drawn(f'say: "the {{object}}", goal: {goal}', 2)


ACTS = "[[open_drawer], [put_in_drawer, object], [close_drawer]]"


def test_acts_can_be_done_one_after_another_and_none_is_done_at_the_start() -> None:
    for one in drawn('say: "put the {object} away", goal: ' + ACTS):
        state, (opening, putting, closing) = initial_state(one.scene), one.goals[0]
        assert DESK.possible(opening, state)
        assert not DESK.possible(putting, state), "the drawer is shut at the start"
        assert one.scene.names[putting.object] in one.sentences[0]
        assert not any(DESK.achieved(goal, state, state) for goal in (opening, putting, closing))


def test_a_turn_comes_after_those_before_it() -> None:
    parts = 'turns: [{say: "open it", goal: [[open_drawer]]}, {say: "and shut it", goal: [[close_drawer]]}]'
    for one in drawn(parts):
        assert [[goal.task for goal in goals] for goals in one.goals] == [["open_drawer"], ["close_drawer"]]
        assert one.sentences == ("open it", "and shut it")
        assert DESK.possible(one.goals[0][0], initial_state(one.scene))


def test_goals_hold_rows_regions_and_amounts() -> None:
    state, goal = begun(drawn('say: "the {object}", goal: [[put_at, object, far left]]')[0])
    assert goal.region is not None
    assert goal.region.name == "far left"
    assert not goal.region.holds(xy(state, goal.object))
    state, goal = begun(drawn('say: "the {third}", goal: [[put_left_of, third, lamp]]')[0])
    assert (goal.object < state.n_objects, goal.other) == (True, state.row("lever switch"))
    assert begun(drawn('say: "the {object}", goal: [[push_left, object, {by: 0.05}]]')[0])[1].amount == 0.05


def test_placeholders_have_different_things_and_scenes_as_many_as_they_need() -> None:
    for one in drawn('say: "the {object}, the {other} and the {third}", goal: []', n_objects=1):
        assert len({name for name in one.scene.names if f"the {name}" in one.sentences[0]}) == 3


TWO = """
a: [{say: "lift the {object}", goal: [[lift, object]]}]
b: [{say: "one", goal: []}, {say: "two", goal: []}]
"""


def test_trials_are_split_evenly_and_depend_on_nothing_but_their_options() -> None:
    groups = groups_of(parse_yaml(TWO), DESK)
    trials = draw_examination(groups, 5, 0, CONFIG, DESK)
    assert [(one.group, one.number) for one in trials] == [
        *[("a", 0)] * 5,
        *[("b", i) for i in (0, 1, 0, 1, 0)],
    ]
    assert trials == draw_examination(groups, 5, 0, CONFIG, DESK)
    assert trials[5:] == draw_examination({"b": groups["b"]}, 5, 0, CONFIG, DESK)
    assert trials[0].scene != draw_examination(groups, 1, 1, CONFIG, DESK)[0].scene


def test_no_scene_is_one_of_play_and_all_things_are_of_training() -> None:
    trials = draw_examination(groups_of(parse_yaml(TWO), DESK), 20, 0, CONFIG, DESK)
    assert all(one.seed >= BEYOND and one.scene.seed == one.seed for one in trials)
    assert len({one.seed for one in trials}) == len(trials)
    known = {" ".join(pair) for pair in train_objects()}
    assert {name for one in trials for name in one.scene.names} <= known


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        (
            'say: "light", goal: [[turn_on_led]], begin: {led: on}',
            "turn_on_led] is done already at the start",
        ),
        ('say: "shut it", goal: [[close_drawer], [close_drawer]]', "[close_drawer] is done already by then"),
        ('say: "{object}", goal: [[put_behind, object, drawer]]', "drawer] has no free spot within reach"),
        (LIFT + ", begin: {object: in_drawer, drawer: shut}", "object] is not possible at the start"),
        (LIFT + ", where: {object: behind drawer}", "nothing is clearly object: behind drawer"),
    ],
)
def test_an_item_that_cannot_be_asked_is_named_with_what_is_against_it(
    parts: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draw, "ATTEMPTS", 60)
    with pytest.raises(BadItem) as error:
        drawn(parts)
    assert str(error.value).startswith("item 1 of 'g': no desk on which ")
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("parts", "draws"),
    [
        ('say: "light", goal: [[turn_on_led]], begin: {led: on}', 5),
        ('say: "light", goal: [[close_drawer], [turn_on_led]], begin: {led: on}', 20),
        (LIFT + ", where: {object: behind drawer}", 20),
    ],
)
def test_only_a_first_act_that_is_never_possible_is_given_up_before_all_draws(
    parts: str, draws: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draw, "ATTEMPTS", 20)
    monkeypatch.setattr(draw, "HOPELESS", 5)
    with pytest.raises(BadItem, match=f"was found in {draws} draws"):
        drawn(parts)


def test_a_scene_is_drawn_for_seeds_beyond_those_of_play_alone() -> None:
    with pytest.raises(AssertionError):
        draw_item(Item(()), BEYOND - 1, CONFIG, DESK)
