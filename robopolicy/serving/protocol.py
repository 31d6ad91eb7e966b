"""The format of requests and replies: reads what a client sends, and describes what it must send.

A request is a dict, N being the number of things in the world, in any order:

    prompt                str     what to do, in words; empty: hold still
    observation/state     (8,)    the hand: position m, orientation xyzw, opening m
    observation/names     N str   what the things are called; "" marks a row that is ignored
    observation/entities  (N, 12) each thing: position m, orientation xyzw, size m, joint m or rad, light
    session               str     optional: prompt and names are remembered and may be left out later

All poses are in the world frame, as in `sim.state`. Which things stand fixed, how many others there may be
and what an action means, the policy's `WorldSpec` says; the metadata tell it to clients.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from data.language.lexicon import normalise
from data.language.sentence import LONGEST
from robopolicy.common.errors import UnknownName, UserError
from robopolicy.policies.base.config import ACTION_DIM
from sim.observation import FAR_AWAY, Observation
from sim.state import HAND_DIM, THING_DIM, Array
from sim.world import WorldKind
from sim.world_spec import ActionSpec, WorldSpec

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


def entity_columns(kind: WorldKind) -> tuple[tuple[str, str], ...]:
    """Of the entities; the unit of joints is the world's."""
    size = ((f"size {axis}", "m") for axis in "xyz")
    return (*POSE, *size, ("joint", kind.joint_unit), ("light", "1 if on"))


def action_columns(action: ActionSpec) -> tuple[tuple[str, str], ...]:
    """Of a chunk; the units say along whose axes, where these are not the world's."""
    along = "" if action.frame == "world" else f", {action.frame} frame"
    return (
        *((f"shift {axis}", f"{action.shift} m{along}") for axis in "xyz"),
        *((f"turn {axis}", f"{action.turn} rad{along}") for axis in "xyz"),
        ("gripper", "1 open, -1 closed"),
    )


class BadRequest(UserError):
    """A request that cannot be answered."""


class Request(NamedTuple):
    """A request as the policy reads it."""

    prompt: str
    names: tuple[str, ...]  # of the observation's rows, as `WorldSpec.names`; "" for an empty row
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


def read_request(given: object, sessions: Sessions, world: WorldSpec) -> Request:
    """Check a request about such a world and convert it. Raises `BadRequest` and `UnknownName`."""
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
    names = _names(whole[NAMES], world.most_things)
    state = _array(STATE, whole[STATE], (HAND_DIM,))
    entities = _array(ENTITIES, whole[ENTITIES], (len(names), THING_DIM))
    return _arranged(prompt, names, state, entities, world)


def _arranged(prompt: str, names: list[str], state: Array, entities: Array, world: WorldSpec) -> Request:
    """Order the rows as an observation has them: movable objects first, then what stands fixed."""
    movable = [i for i, name in enumerate(names) if name and name not in world.fixed]
    present = [name for name in names if name]
    if not present or len(movable) > world.most_objects:
        beside = f" beside {', '.join(world.fixed)}" if world.fixed else ""
        raise BadRequest(f"{NAMES} are of 1 to {world.most_objects} objects{beside}")
    twice = next((name for name in present if present.count(name) > 1), None)
    if twice:
        raise BadRequest(f"{NAMES} has {twice!r} twice, and no sentence could tell them apart")
    rows = np.zeros((world.most_things, THING_DIM), np.float32)
    rows[: len(movable)] = entities[movable]
    for row, name in enumerate(world.fixed, world.most_objects):
        if name in names:
            rows[row] = entities[names.index(name)]
    called = world.names([names[i] for i in movable])
    called = tuple(name if name in names else "" for name in called)
    mask = np.array([bool(name) for name in called], np.float32)
    return Request(prompt, called, Observation(state, rows, mask))


def _names(given: object, most: int) -> list[str]:
    """Names as sent, checked and normalised."""
    if not isinstance(given, list) or len(given) > most:
        raise BadRequest(f"{NAMES} is a list of at most {most} texts, not {_shown(given)}")
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


def request_metadata(kind: WorldKind, world: WorldSpec, chunk: int, execute: int) -> dict[str, Any]:
    """The part of the server's metadata that describes requests and replies.

    `world` is the spec that the policy was trained with; `kind` has the words for its axes and units.
    The policy predicts `chunk` actions, of which a client should carry out `execute` before it asks again.
    """
    return {
        "control_hz": world.control_hz,
        "chunk": chunk,
        "execute": execute,  # the action_horizon of openpi's broker
        "frame": kind.axes,
        "request": {
            PROMPT: {"type": "str", "longest": LONGEST, "says": "what to do; empty: hold still"},
            STATE: {"shape": [HAND_DIM], **_columns(STATE_COLUMNS)},
            NAMES: {
                "type": "list of str",
                "furniture": list(world.fixed),
                "most_objects": world.most_objects,  # beside the furniture
                "longest": LONGEST_NAME,
                "says": "what the thing in each row of the entities is called; empty: nothing is there",
            },
            ENTITIES: {"shape": ["N", THING_DIM], **_columns(entity_columns(kind))},
            SESSION: {"type": "str", "optional": True, "says": f"{PROMPT} and {NAMES} are remembered"},
        },
        "reply": {
            "actions": {
                "shape": [chunk, ACTION_DIM],
                "range": [-1, 1],
                **_columns(action_columns(world.action)),
            },
            "understood": {
                "keys": ["family", "target", "other", "confidence", "refused", "holds_still", "why"]
            },
            "server_timing": {"units": "ms"},
        },
    }


def _columns(columns: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    """Names and units of an array's columns, as lists."""
    return {"names": [name for name, _ in columns], "units": [unit for _, unit in columns]}
