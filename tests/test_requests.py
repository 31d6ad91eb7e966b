"""From what a client says to what the policy is asked."""

from dataclasses import replace

import numpy as np
import pytest

from data.language.sentence import LONGEST
from robopolicy.common.errors import UserError
from robopolicy.serving.msgpack_numpy import pack, unpack
from robopolicy.serving.protocol import (
    ENTITIES,
    KEYS,
    MAX_SESSIONS,
    NAMES,
    PROMPT,
    SESSION,
    STATE,
    Sessions,
    read_request,
    request_metadata,
)  # fmt: skip
from sim.desk.constants import FIXTURES
from sim.desk.rows import observe
from sim.desk.scenes.sampler import draw_scene, initial_state
from sim.kinds.desk import DESK
from sim.kinds.registry import kind_of_world
from tests.servers import a_request


def without(*keys: str) -> dict:
    return {key: value for key, value in a_request().items() if key not in keys}


def test_the_policy_sees_what_it_would_see_of_the_state() -> None:
    scene = draw_scene(3)
    seen = observe(initial_state(scene))
    request = read_request(a_request(3), Sessions(), DESK.spec)
    assert request.names == DESK.spec.names(scene.names)
    for given, expected in zip(request.observation, seen, strict=True):
        assert np.array_equal(given, expected)


def test_things_may_come_in_any_order_without_empty_rows() -> None:
    given = a_request(3)
    rows = [i for i, name in enumerate(given[NAMES]) if name]
    order = [*rows[3:], *rows[:3]]  # the furniture first
    moved = {**given, NAMES: [given[NAMES][i] for i in order], ENTITIES: given[ENTITIES][order]}
    one, other = read_request(given, Sessions(), DESK.spec), read_request(moved, Sessions(), DESK.spec)
    assert one.names == other.names
    assert np.array_equal(one.observation.entities, other.observation.entities)


def test_a_desk_without_some_furniture_has_no_rows_for_it() -> None:
    request = read_request(
        a_request(**{NAMES: ["red cube", "drawer"], ENTITIES: np.ones((2, 12))}), Sessions(), DESK.spec
    )
    assert [name for name in request.names if name] == ["red cube", "drawer"]
    assert request.observation.mask.sum() == 2
    assert np.array_equal(request.observation.entities.any(1), request.observation.mask)


def test_furniture_is_known_however_its_name_is_spelt() -> None:
    names = ["Red Cube", "Lever_Switch"]
    request = read_request(a_request(**{NAMES: names, ENTITIES: np.ones((2, 12))}), Sessions(), DESK.spec)
    assert request.names[0] == "red cube"
    assert request.names[5 + FIXTURES.index("lever switch")] == "lever switch"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([1], "a request is a dict"),
        ({"promt": "x"}, "did you mean prompt?"),
        ({**a_request(), "observation/image": 1}, "no key of a request is called 'observation/image'"),
        ({**a_request(), b"prompt": 1}, "no key of a request"),
        ({}, "no 'prompt'; it has nothing"),
        (without(NAMES), "no 'observation/names'; it has prompt, observation/state"),
        (a_request(prompt=3), "prompt is a text, not int '3'"),
        (a_request(prompt="x" * 501), f"at most {LONGEST} are read"),
        (a_request(**{STATE: np.zeros(7)}), "array of shape (8,), not an array of shape (7,)"),
        (a_request(**{STATE: [0.0] * 8}), "array of shape (8,), not a list of 8"),
        (a_request(**{STATE: np.full(8, np.nan)}), "no number or beyond 20"),
        (a_request(**{STATE: np.full(8, 1e300)}), "no number or beyond 20"),
        (a_request(**{STATE: np.full(8, -128, np.int8)}), "no number or beyond 20"),
        (a_request(**{ENTITIES: np.zeros((3, 12))}), "array of shape (10, 12)"),
        (a_request(**{NAMES: "drawer"}), "list of at most 10 texts"),
        (a_request(**{NAMES: ["x"] * 11}), "list of at most 10 texts, not a list of 11"),
        (a_request(**{NAMES: [1]}), "observation/names[0] is a text"),
        (a_request(**{NAMES: [""], ENTITIES: np.zeros((1, 12))}), "of 1 to 5 objects"),
        (a_request(**{NAMES: list("abcdef"), ENTITIES: np.zeros((6, 12))}), "of 1 to 5 objects"),
        (a_request(**{NAMES: ["cup", "Cup"], ENTITIES: np.zeros((2, 12))}), "'cup' twice"),
        (a_request(session=7), "session is a text"),
    ],
)
def test_what_cannot_be_answered_is_said_in_one_line(given, says: str) -> None:
    with pytest.raises(UserError) as caught:
        read_request(given, Sessions(), DESK.spec)
    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 250


def test_a_session_remembers_prompt_and_names_until_they_are_said_anew() -> None:
    sessions = Sessions()
    first = read_request(a_request(session="a"), sessions, DESK.spec)
    later = {**without(PROMPT, NAMES), SESSION: "a"}
    assert read_request(later, sessions, DESK.spec)[:2] == first[:2]
    assert read_request({**later, PROMPT: "lift the cup"}, sessions, DESK.spec).prompt == "lift the cup"
    assert read_request(later, sessions, DESK.spec).prompt == "lift the cup"


@pytest.mark.parametrize("session", [{}, {SESSION: "b"}])
def test_nothing_is_remembered_outside_the_session(session: dict) -> None:
    sessions = Sessions()
    read_request(a_request(session="a"), sessions, DESK.spec)
    with pytest.raises(UserError, match="no 'prompt'"):
        read_request({**without(PROMPT), **session}, sessions, DESK.spec)


def test_the_oldest_sessions_are_forgotten() -> None:
    sessions = Sessions()
    for i in range(MAX_SESSIONS + 1):
        read_request(a_request(session=str(i)), sessions, DESK.spec)
    assert read_request({**without(PROMPT), SESSION: "1"}, sessions, DESK.spec)
    with pytest.raises(UserError, match="no 'prompt'"):
        read_request({**without(PROMPT), SESSION: "0"}, sessions, DESK.spec)


def test_another_world_takes_its_own_things_and_no_more() -> None:
    pucks = kind_of_world("examples.pucks:PUCKS").spec
    given = a_request(**{NAMES: ["mat", "red cube", "drawer"], ENTITIES: np.ones((3, 12))})
    request = read_request(given, Sessions(), pucks)
    assert request.names == ("red cube", "drawer", "", "mat")  # a drawer is no fixture there
    assert request.observation.entities.shape == (4, 12)
    with pytest.raises(UserError, match="of 1 to 3 objects beside mat"):
        read_request(a_request(**{NAMES: list("abcd"), ENTITIES: np.ones((4, 12))}), Sessions(), pucks)


def test_the_metadata_of_another_world_are_its_own() -> None:
    kind = kind_of_world("examples.pucks:PUCKS")
    turned = replace(kind.spec, action=kind.spec.action._replace(frame="hand"))
    said = request_metadata(kind, turned, 4, 2)
    assert (said["control_hz"], said["request"][NAMES]["furniture"]) == (5, ["mat"])
    assert said["reply"]["actions"]["units"][:4:3] == ["0.1 m, hand frame", "0.5 rad, hand frame"]


def test_the_metadata_name_every_key_and_every_column() -> None:
    said = unpack(pack(request_metadata(DESK, DESK.spec, 8, 2)))
    assert set(said["request"]) == set(KEYS)
    assert (said["chunk"], said["execute"]) == (8, 2)
    for table in (said["request"][STATE], said["request"][ENTITIES], said["reply"]["actions"]):
        assert len(table["names"]) == len(table["units"]) == table["shape"][-1]
    assert said["request"][NAMES]["furniture"] == list(FIXTURES)
