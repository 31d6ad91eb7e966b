"""A request of a client -> what the policy is asked, and what a client must know to make one.

A request is a dict, N being the number of things on the desk, in any order:

    prompt                str     what to do, in words; empty: hold still
    observation/state     (8,)    the hand: position m, orientation xyzw, opening m
    observation/names     N str   what the things are called; "" marks a row that is to be passed over
    observation/entities  (N, 12) each thing: position m, orientation xyzw, size m, joint m or rad, light
    session               str     optional: prompt and names are remembered, and may be left out later

All in the world's frame, as `sim.observation.observe` gives it.
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
from sim.desk.constants import CONTROL_HZ
from sim.env import FAR_AWAY
from sim.observation import ENTITY_DIM, MAX_ENTITIES, PROPRIO_DIM, Observation, entity_names
from sim.state import FIXTURES, MAX_OBJECTS, Array

PROMPT, STATE, NAMES, ENTITIES, SESSION = (
    "prompt",
    "observation/state",
    "observation/names",
    "observation/entities",
    "session",
)
KEYS = (PROMPT, STATE, NAMES, ENTITIES, SESSION)
LONGEST_NAME = 60  # characters
SESSIONS = 16  # of one client that are remembered; the oldest is forgotten

POSE = (("x", "m"), ("y", "m"), ("z", "m"), *((axis, "quaternion") for axis in ("qx", "qy", "qz", "qw")))
HAND = (*POSE, ("opening", "m"))
THING = (
    *POSE,
    *((f"size {axis}", "m") for axis in "xyz"),
    ("joint", "m, of the lever rad"),
    ("light", "1 if on"),
)
ACTION = (
    *((f"shift {axis}", f"{STEP_LENGTH} m") for axis in "xyz"),
    *((f"turn {axis}", f"{STEP_ANGLE} rad") for axis in "xyz"),
    ("gripper", "1 open, -1 closed"),
)


class BadRequest(UserError):
    """A request that cannot be answered."""


class Request(NamedTuple):
    """One question to the policy."""

    prompt: str
    names: tuple[str, ...]  # (10) of the observation's rows; "" where nothing is
    observation: Observation  # one instant


class Sessions:
    """What a client said before, by its session keys: prompt and names."""

    def __init__(self) -> None:
        self._said: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def completed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The request with what its session already knows; remembers what it says anew."""
        key = given.get(SESSION)
        if key is None:
            return dict(given)
        if not isinstance(key, str) or len(key) > LONGEST_NAME:
            raise BadRequest(f"{SESSION} is a text of at most {LONGEST_NAME} characters, not {_shown(key)}")
        known = self._said.pop(key, {})
        whole = {**known, **given}
        self._said[key] = {name: whole[name] for name in (PROMPT, NAMES) if name in whole}
        if len(self._said) > SESSIONS:
            self._said.popitem(last=False)
        return whole


def read_request(given: object, sessions: Sessions) -> Request:
    """What the policy is asked; raises `BadRequest` and `UnknownName`."""
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
    state = _array(STATE, whole[STATE], (PROPRIO_DIM,))
    entities = _array(ENTITIES, whole[ENTITIES], (len(names), ENTITY_DIM))
    return _arranged(prompt, names, state, entities)


def _arranged(prompt: str, names: list[str], state: Array, entities: Array) -> Request:
    """Movable things first, then the furniture, as an observation has them."""
    movable = [i for i, name in enumerate(names) if name and name not in FIXTURES]
    present = [name for name in names if name]
    if not present or len(movable) > MAX_OBJECTS:
        raise BadRequest(f"{NAMES} are of 1 to {MAX_OBJECTS} objects beside {', '.join(FIXTURES)}")
    twice = next((name for name in present if present.count(name) > 1), None)
    if twice:
        raise BadRequest(f"{NAMES} has {twice!r} twice, and no sentence could tell them apart")
    rows = np.zeros((MAX_ENTITIES, ENTITY_DIM), np.float32)
    rows[: len(movable)] = entities[movable]
    for row, name in enumerate(FIXTURES, MAX_OBJECTS):
        if name in names:
            rows[row] = entities[names.index(name)]
    called = entity_names(tuple(names[i] for i in movable))
    called = tuple(name if name in names else "" for name in called)
    mask = np.array([bool(name) for name in called], np.float32)
    return Request(prompt, called, Observation(state, rows, mask))


def _names(given: object) -> list[str]:
    if not isinstance(given, list) or len(given) > MAX_ENTITIES:
        raise BadRequest(f"{NAMES} is a list of at most {MAX_ENTITIES} texts, not {_shown(given)}")
    return [normalise(_text(f"{NAMES}[{i}]", name, LONGEST_NAME)) for i, name in enumerate(given)]


def _text(key: str, given: object, longest: int) -> str:
    if not isinstance(given, str):
        raise BadRequest(f"{key} is a text, not {_shown(given)}")
    if len(given) > longest:
        raise BadRequest(f"{key} has {len(given)} characters; at most {longest} are read")
    return given


def _array(key: str, given: object, shape: tuple[int, ...]) -> Array:
    if not isinstance(given, np.ndarray) or given.shape != shape:
        raise BadRequest(f"{key} is an array of shape {shape}, not {_shown(given)}")
    if not (np.abs(given.astype(np.float64)) <= FAR_AWAY).all():  # false of what is not a number, too
        raise BadRequest(f"{key} has entries that are no number or beyond {FAR_AWAY:g} (m, rad)")
    return given.astype(np.float32)


def _shown(given: object) -> str:
    """What was given, in a few words."""
    if isinstance(given, np.ndarray):
        return f"an array of shape {given.shape}"
    if isinstance(given, list | dict):
        return f"a {type(given).__name__} of {len(given)}"
    return f"{type(given).__name__} {str(given)[:20]!r}"


def expectations(chunk: int, execute: int) -> dict[str, Any]:
    """What a client needs to know: the part of the metadata that is about requests and replies."""
    return {
        "control_hz": CONTROL_HZ,
        "chunk": chunk,
        "execute": execute,  # so many of a chunk, then ask again: the action_horizon of openpi's broker
        "frame": "the desk top at the robot's base: x away from the robot, y to its left, z up",
        "request": {
            PROMPT: {"type": "str", "longest": LONGEST, "says": "what to do; empty: hold still"},
            STATE: {"shape": [PROPRIO_DIM], **_columns(HAND)},
            NAMES: {
                "type": "list of str",
                "furniture": list(FIXTURES),
                "most_objects": MAX_OBJECTS,  # beside the furniture
                "longest": LONGEST_NAME,
                "says": "what the thing in each row of the entities is called; empty: nothing is there",
            },
            ENTITIES: {"shape": ["N", ENTITY_DIM], **_columns(THING)},
            SESSION: {"type": "str", "optional": True, "says": f"{PROMPT} and {NAMES} are remembered"},
        },
        "reply": {
            "actions": {"shape": [chunk, ACTION_DIM], "range": [-1, 1], **_columns(ACTION)},
            "understood": {
                "keys": ["family", "target", "other", "confidence", "refused", "holds_still", "why"]
            },
            "server_timing": {"units": "ms"},
        },
    }


def _columns(columns: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    return {"names": [name for name, _ in columns], "units": [unit for _, unit in columns]}
