"""The format of requests and replies: reads what a client sends, and describes what it must send.

A request is a dict, N being the number of things on the desk, in any order:

    prompt                str     what to do, in words; empty: hold still
    observation/state     (8,)    the hand: position m, orientation xyzw, opening m
    observation/names     N str   what the things are called; "" marks a row that is ignored
    observation/entities  (N, 12) each thing: position m, orientation xyzw, size m, joint m or rad, light
    session               str     optional: prompt and names are remembered and may be left out later

All poses are in the world frame, as `sim.observation.observe` gives them.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from data.language.lexicon import normalise
from data.language.sentence import LONGEST
from robopolicy.common.errors import UnknownName, UserError
from robopolicy.policies.base.config import ACTION_DIM
from sim.bullet.kinematics import STEP_ANGLE, STEP_LENGTH
from sim.desk.constants import CONTROL_HZ, FIXTURES, MAX_OBJECTS, MAX_THINGS
from sim.desk.rows import entity_names
from sim.env import FAR_AWAY
from sim.observation import Observation
from sim.state import HAND_DIM, THING_DIM, Array

PROMPT, STATE, NAMES, ENTITIES, SESSION = (
    "prompt",
    "observation/state",
    "observation/names",
    "observation/entities",
    "session",
)
KEYS = (PROMPT, STATE, NAMES, ENTITIES, SESSION)
LONGEST_NAME = 60  # characters
MAX_SESSIONS = 16  # of one client that are remembered; beyond that the oldest is forgotten

# (name, unit) of every column of the arrays.
POSE = (("x", "m"), ("y", "m"), ("z", "m"), *((axis, "quaternion") for axis in ("qx", "qy", "qz", "qw")))
STATE_COLUMNS = (*POSE, ("opening", "m"))
ENTITY_COLUMNS = (
    *POSE,
    *((f"size {axis}", "m") for axis in "xyz"),
    ("joint", "m, of the lever rad"),
    ("light", "1 if on"),
)
ACTION_COLUMNS = (
    *((f"shift {axis}", f"{STEP_LENGTH} m") for axis in "xyz"),
    *((f"turn {axis}", f"{STEP_ANGLE} rad") for axis in "xyz"),
    ("gripper", "1 open, -1 closed"),
)


class BadRequest(UserError):
    """A request that cannot be answered."""


class Request(NamedTuple):
    """A request as the policy reads it."""

    prompt: str
    names: tuple[str, ...]  # (10) of the observation's rows; "" for an empty row
    observation: Observation  # of one timestep


class Sessions:
    """The prompt and names of each of one client's sessions, as last sent."""

    def __init__(self) -> None:
        self._said: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def completed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The request with what it leaves out added from its session; updates the session."""
        key = given.get(SESSION)
        if key is None:
            return dict(given)
        if not isinstance(key, str) or len(key) > LONGEST_NAME:
            raise BadRequest(f"{SESSION} is a text of at most {LONGEST_NAME} characters, not {_shown(key)}")
        known = self._said.pop(key, {})
        whole = {**known, **given}
        self._said[key] = {name: whole[name] for name in (PROMPT, NAMES) if name in whole}
        if len(self._said) > MAX_SESSIONS:
            self._said.popitem(last=False)
        return whole


def read_request(given: object, sessions: Sessions) -> Request:
    """Check a request and convert it. Raises `BadRequest` and `UnknownName`."""
    if not isinstance(given, dict):
        raise BadRequest(f"a request is a dict with the keys {', '.join(KEYS)}, not {_shown(given)}")
    for key in given:
        if key not in KEYS:
            raise UnknownName("key of a request", str(key)[:LONGEST_NAME], KEYS)
    whole = sessions.completed(given)
    for key in KEYS[:-1]:
        if key not in whole:
            raise BadRequest(f"the request has no {key!r}; it has {', '.join(given) or 'nothing'}")
    prompt = _text(PROMPT, whole[PROMPT], LONGEST)
    names = _names(whole[NAMES])
    state = _array(STATE, whole[STATE], (HAND_DIM,))
    entities = _array(ENTITIES, whole[ENTITIES], (len(names), THING_DIM))
    return _arranged(prompt, names, state, entities)


def _arranged(prompt: str, names: list[str], state: Array, entities: Array) -> Request:
    """Order the rows as an observation has them: movable objects first, then the furniture."""
    movable = [i for i, name in enumerate(names) if name and name not in FIXTURES]
    present = [name for name in names if name]
    if not present or len(movable) > MAX_OBJECTS:
        raise BadRequest(f"{NAMES} are of 1 to {MAX_OBJECTS} objects beside {', '.join(FIXTURES)}")
    twice = next((name for name in present if present.count(name) > 1), None)
    if twice:
        raise BadRequest(f"{NAMES} has {twice!r} twice, and no sentence could tell them apart")
    rows = np.zeros((MAX_THINGS, THING_DIM), np.float32)
    rows[: len(movable)] = entities[movable]
    for row, name in enumerate(FIXTURES, MAX_OBJECTS):
        if name in names:
            rows[row] = entities[names.index(name)]
    called = entity_names(tuple(names[i] for i in movable))
    called = tuple(name if name in names else "" for name in called)
    mask = np.array([bool(name) for name in called], np.float32)
    return Request(prompt, called, Observation(state, rows, mask))


def _names(given: object) -> list[str]:
    """Names as sent, checked and normalised."""
    if not isinstance(given, list) or len(given) > MAX_THINGS:
        raise BadRequest(f"{NAMES} is a list of at most {MAX_THINGS} texts, not {_shown(given)}")
    return [normalise(_text(f"{NAMES}[{i}]", name, LONGEST_NAME)) for i, name in enumerate(given)]


def _text(key: str, given: object, longest: int) -> str:
    """A text as sent, checked."""
    if not isinstance(given, str):
        raise BadRequest(f"{key} is a text, not {_shown(given)}")
    if len(given) > longest:
        raise BadRequest(f"{key} has {len(given)} characters; at most {longest} are read")
    return given


def _array(key: str, given: object, shape: tuple[int, ...]) -> Array:
    """An array as sent, checked, as float32."""
    if not isinstance(given, np.ndarray) or given.shape != shape:
        raise BadRequest(f"{key} is an array of shape {shape}, not {_shown(given)}")
    if not (np.abs(given.astype(np.float64)) <= FAR_AWAY).all():  # NaN fails too
        raise BadRequest(f"{key} has entries that are no number or beyond {FAR_AWAY:g} (m, rad)")
    return given.astype(np.float32)


def _shown(given: object) -> str:
    """What was sent, in a few words."""
    if isinstance(given, np.ndarray):
        return f"an array of shape {given.shape}"
    if isinstance(given, list | dict):
        return f"a {type(given).__name__} of {len(given)}"
    return f"{type(given).__name__} {str(given)[:20]!r}"


def request_metadata(chunk: int, execute: int) -> dict[str, Any]:
    """The part of the server's metadata that describes requests and replies.

    The policy predicts `chunk` actions, of which a client should carry out `execute` before it asks again.
    """
    return {
        "control_hz": CONTROL_HZ,
        "chunk": chunk,
        "execute": execute,  # the action_horizon of openpi's broker
        "frame": "the desk top at the robot's base: x away from the robot, y to its left, z up",
        "request": {
            PROMPT: {"type": "str", "longest": LONGEST, "says": "what to do; empty: hold still"},
            STATE: {"shape": [HAND_DIM], **_columns(STATE_COLUMNS)},
            NAMES: {
                "type": "list of str",
                "furniture": list(FIXTURES),
                "most_objects": MAX_OBJECTS,  # beside the furniture
                "longest": LONGEST_NAME,
                "says": "what the thing in each row of the entities is called; empty: nothing is there",
            },
            ENTITIES: {"shape": ["N", THING_DIM], **_columns(ENTITY_COLUMNS)},
            SESSION: {"type": "str", "optional": True, "says": f"{PROMPT} and {NAMES} are remembered"},
        },
        "reply": {
            "actions": {"shape": [chunk, ACTION_DIM], "range": [-1, 1], **_columns(ACTION_COLUMNS)},
            "understood": {
                "keys": ["family", "target", "other", "confidence", "refused", "holds_still", "why"]
            },
            "server_timing": {"units": "ms"},
        },
    }


def _columns(columns: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    """Names and units of an array's columns, as lists."""
    return {"names": [name for name, _ in columns], "units": [unit for _, unit in columns]}
