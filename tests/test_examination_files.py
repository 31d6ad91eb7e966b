"""Files of items are read as they are meant, or refused with group, item and the nearest fix."""

from math import pi
from typing import Any

import pytest

from data.common.errors import is_users
from data.trials.examination.acts import Act
from data.trials.examination.items import Item, groups_of, is_examination
from data.trials.examination.words import BadItem
from robopolicy.common.strict_yaml import parse_yaml
from sim.desk.layouts import DOOR_TRAVEL, DRAWER_TRAVEL
from sim.kinds.desk import DESK, DeskKind


def read(text: str) -> Any:
    raw = parse_yaml(text)
    assert is_examination(raw)
    return groups_of(raw, DESK)


def item(parts: str) -> Item:
    return read("g: [{" + parts + "}]")["g"][0]


def act(text: str, said: str = "{object} {other} {third}") -> Act:
    return item(f'say: "{said}", goal: [{text}]').acts[0]


def test_an_item_is_read_with_all_its_parts() -> None:
    one = item(
        'say: "the {object} by {other}", goal: [[open_drawer], [lift, object]], where: {object: leftmost}'
    )
    assert [turn.say for turn in one.turns] == ["the {object} by {other}"]
    assert one.acts == (Act("open_drawer"), Act("lift", ("object",)))
    assert one.placeholders == ("object", "other")
    assert str(one.where[0]) == "object: leftmost"


def test_turns_are_read_in_order_and_nothing_may_be_asked_for() -> None:
    one = item('turns: [{say: "open it", goal: [[open_drawer]]}, {say: "is it open?", goal: []}]')
    assert [len(turn.goal) for turn in one.turns] == [1, 0]


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("[push_left, object, {by: 0.1}]", Act("push_left", ("object",), amount=0.1)),
        ("[push_left, object, {by: .05}]", Act("push_left", ("object",), amount=0.05)),
        ("[push_left, object]", Act("push_left", ("object",))),
        ("[rotate_left, object, {by: 90}]", Act("rotate_left", ("object",), amount=pi / 2)),
        ("[open_drawer, {to: 0.5}]", Act("open_drawer", amount=0.5)),
        ("[open_drawer, {to: 1}]", Act("open_drawer", amount=1.0)),
        ("[put_at, object, far left]", Act("put_at", ("object",), "far left")),
        ("[put_at, object, far_left]", Act("put_at", ("object",), "far left")),
        ("[hover, lamp]", Act("hover", ("lever switch",))),
        ("[hover, led]", Act("hover", ("button",))),
        ("[put_left_of, other, door]", Act("put_left_of", ("other", "sliding door"))),
        ("[put_left_of, object, sliding door]", Act("put_left_of", ("object", "sliding door"))),
        ("[put_between, third, object, other]", Act("put_between", ("third", "object", "other"))),
    ],
)
def test_acts_are_read_in_the_units_of_their_families(text: str, means: Act) -> None:
    found = act(text)
    assert found.amount == pytest.approx(means.amount)
    assert found._replace(amount=None) == means._replace(amount=None)


def test_a_beginning_is_read_with_on_and_off_as_yaml_has_them() -> None:
    begin = item(
        'say: "{object}", goal: [], '
        'begin: {drawer: open, door: right, led: on, lamp: "off", hand: closed, object: in_tray, '
        "other: on_third}"
    ).begin
    assert begin.drawer == pytest.approx((0.85 * DRAWER_TRAVEL, DRAWER_TRAVEL))
    assert begin.door == pytest.approx((-DOOR_TRAVEL, -0.9 * DOOR_TRAVEL))
    assert (begin.led, begin.lamp, begin.hand) == (True, False, "closed")
    assert begin.places == (("object", "in_tray"), ("other", "on_third"))
    assert item('say: "x", goal: [], begin: {door: 0.5}').begin.door == pytest.approx((0, 0))


REFUSED_ITEMS = [
    ('goal: []', "there is no say"),
    ('say: "x"', "there is no goal"),
    ('say: "x", goal: [], when: now', "no part of an item is called 'when'"),
    ('say: "x", goal: [], turns: []', "leave out one of the two"),
    ("turns: []", "turns should be a list"),
    ("turns: [x]", "a turn should be a mapping"),
    ("say: {object}, goal: []", "say should be a text in quotes"),
    ("say: yes, goal: []", "say should be a text in quotes"),
    ("say: 3, goal: []", "say should be a text in quotes"),
    ('say: " ", goal: []', "say should be a text in quotes"),
    ('say: "the {objct}", goal: []', "did you mean object"),
    ('say: "the {}", goal: []', "no placeholder is called ''"),
    ('say: "the {object", goal: []', "a brace that belongs to no placeholder"),
    ('say: "x", goal: nothing', "goal should be a list of acts"),
    ('say: "x", goal: [open_drawer]', "another pair of brackets"),
    ('say: "x", goal: [[]]', "an act is a family and its arguments"),
    ('say: "x", goal: [[opn_drawer]]', "did you mean open_drawer"),
    ('say: "x", goal: [[lift, object]]', "nothing says which thing object of [lift, object] is"),
    ('say: "x", goal: [[open_drawer]], where: leftmost', "where should say which thing is meant"),
    ('say: "x", goal: [], where: {drawer: leftmost}', "no placeholder of where is called 'drawer'"),
    ('say: "x", goal: [], where: {absent: leftmost}', "no placeholder of where is called 'absent'"),
    ('say: "x", goal: [], where: {object: leftest}', "did you mean leftmost"),
    ('say: "x", goal: [], where: {object: [leftmost]}', "told in words"),
    ('say: "x", goal: [], where: {object: behind}', "behind needs a reference, `object: behind other`"),
    ('say: "x", goal: [], where: {object: leftmost other}', "leftmost has no reference"),
    ('say: "x", goal: [], where: {object: behind object}', "itself; say `object: behind other`"),
    ('say: "x", goal: [], where: {object: behind hand}', "no reference of behind is called 'hand'"),
    ('say: "x", goal: [], where: {object: nearest drwer}', "did you mean drawer"),
    ('say: "x", goal: [], begin: {}', "begin should be a mapping"),
    ('say: "x", goal: [], begin: {tray: open}', "no part of begin is called 'tray'"),
    ('say: "x", goal: [], begin: {drawer: 1.2}', "a share of its travel from 0 to 1, not 1.2"),
    ('say: "x", goal: [], begin: {drawer: on}', "open or shut"),
    ('say: "x", goal: [], begin: {drawer: shutt}', "did you mean shut"),
    ('say: "x", goal: [], begin: {led: bright}', "the led begins on or off"),
    ('say: "x", goal: [], begin: {led: 1}', "the led begins on or off"),
    ('say: "x", goal: [], begin: {hand: shut}', "no beginning of the hand is called 'shut'"),
    ('say: "x", goal: [], begin: {object: in_lamp}', "no place where object begins is called 'in_lamp'"),
    ('say: "x", goal: [], begin: {object: on_object}', "no place where object begins is called 'on_object'"),
    ('say: "x", goal: [], begin: {object: held, other: held}', "object held and other held"),
    ('say: "x", goal: [], begin: {object: held, hand: closed}', "object held and the hand closed"),
]  # fmt: skip
REFUSED_ACTS = [
    ("[lift]", "lift is about one thing, `[lift, object]`, not nothing"),
    ("[lift, object, other]", "lift is about one thing"),
    ("[stack, object, object]", "stack is about two different things"),
    ("[lift, absent]", "no argument of lift is called 'absent'"),
    ("[lift, objct]", "did you mean object"),
    ("[lift, 3]", "is a bare word"),
    ("[lift, [object]]", "is a bare word"),
    ("[lift, drawer]", "takes movable things alone"),
    ("[open_drawer, drawer]", "open_drawer takes no arguments"),
    ("[put_left_of, drawer, object]", "only the last thing of put_left_of may be one that stands fixed"),
    ("[put_at, object]", "takes one region"),
    ("[put_at, object, left, left]", "takes one region"),
    ("[put_at, object, nearby]", "no argument of put_at is called 'nearby'"),
    ("[lift, all]", "not supported yet"),
    ("[lift, any]", "not supported yet"),
    ("[lift, {all_but: other}]", "not supported yet"),
    ("[put_left_of, {any_but: other}, other]", "not supported yet"),
    ("[stack, object, other, {by: 0.1}]", "stack has no amount"),
    ("[slide_door]", "slide_door needs an amount: `{to: 0.5}` (of its travel)"),
    ("[push_left, object, {to: 0.1}]", "the amount of push_left is written `{by: 0.2}` (metres)"),
    ("[push_left, object, {}]", "the amount of push_left is written"),
    ("[push_left, object, {by: 0.1, to: 0.1}]", "the amount of push_left is written"),
    ("[push_left, object, {by: far}]", "is a number"),
    ("[push_left, object, {by: yes}]", "is a number"),
    ("[push_left, object, {by: 10}]", "from 0.03 to 0.3 metres, not 10; by is in metres: 10 cm is 0.1"),
    ("[push_left, object, {by: 90}]", "not 90; by is in metres: 90 cm is 0.9"),
    ("[lift, object, {to: 15}]", "not 15; to is in metres: 15 cm is 0.15"),
    ("[open_drawer, {to: 50}]", "not 50; to is a share of the travel: 50 % is 0.5"),
    ("[rotate_left, object, {by: 1.57}]", "not 1.57; by is in degrees: a quarter turn is 90"),
    ("[push_left, object, {by: 0.4}]", "not 0.4; the nearest is {by: 0.3}"),
    ("[push_left, object, {by: -0.1}]", "the nearest is {by: 0.03}"),
    ("[rotate_left, object, {by: 270}]", "takes by from 20 to 120 degrees, not 270"),
]


@pytest.mark.parametrize(("parts", "says"), REFUSED_ITEMS, ids=[parts for parts, _ in REFUSED_ITEMS])
def test_a_bad_item_is_refused_in_one_sentence_that_names_it(parts: str, says: str) -> None:
    good = '{say: "wait", goal: []}'
    with pytest.raises(BadItem) as error:
        read("quiet: [" + good + "]\ng: [" + good + ", {" + parts + "}]")
    assert is_users(error.value)
    assert says in str(error.value)
    assert str(error.value).startswith("item 2 of 'g': ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("text", "says"), REFUSED_ACTS, ids=[text for text, _ in REFUSED_ACTS])
def test_a_bad_act_is_refused_in_one_sentence(text: str, says: str) -> None:
    with pytest.raises(BadItem) as error:
        act(text)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('g: {say: "x", goal: []}', "should be a list of items"),
        ('g: [{say: "x", goal: []}]\nh: []', "the group 'h' should be a list of items"),
        ('"": [{say: "x", goal: []}]', "a group has an empty name"),
        ('g: [{say: "x", goal: []}, open it]', "a file has either families with sentences or groups"),
        ('g: [{say: "x", goal: []}]\nlift: ["lift {object}"]', "a file has either families with sentences"),
    ],
)
def test_a_file_is_of_one_form(text: str, says: str) -> None:
    with pytest.raises(BadItem) as error:
        read(text)
    assert says in str(error.value)


@pytest.mark.parametrize("text", ["lift: ['lift {object}']", "- lift", "", "lift: lift it"])
def test_families_with_sentences_are_no_examination(text: str) -> None:
    assert not is_examination(parse_yaml(text))


def test_hands_that_a_world_cannot_bring_there_are_refused() -> None:
    class Handless(DeskKind):
        more_tasks = ()

    with pytest.raises(BadItem, match="no task family is called 'hover'"):
        groups_of(parse_yaml('g: [{say: "x", goal: [], begin: {hand: away}}]'), Handless())
