"""The door of the openpi server, fuzzed: what comes in is answered, or refused in one sentence of ours."""

import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robopolicy.common.errors import UserError
from robopolicy.serving.msgpack_numpy import pack, unpack
from robopolicy.serving.protocol import ENTITIES, KEYS, NAMES, PROMPT, SESSION, STATE, Sessions, read_request
from sim.kinds.desk import DESK
from sim.state import HAND_DIM, THING_DIM
from tests.fuzzing import fuzz
from tests.servers import a_request

LONGEST = 600  # characters of an error
GOOD = pack(a_request(session="s"))
PATIENCE = 2.0  # s for one frame, on a machine that others keep busy


def filled(value: float, shape: tuple[int, ...], kind: str) -> np.ndarray[Any, Any]:
    """An array of one number, as far as its kind can hold it."""
    with np.errstate(all="ignore"):
        return np.full(shape, value).astype(kind)


numbers = st.integers() | st.floats() | st.booleans() | st.none()
dtypes = st.sampled_from(["?", "i1", "<i8", "<u8", "<f2", "<f4", "<f8", ">f4"])
shapes = st.sampled_from([(HAND_DIM,), (10, THING_DIM), (3, THING_DIM), (), (0,), (1, 1, 2, 1)])
arrays = st.builds(filled, st.floats(), shapes, dtypes)
leaves = numbers | st.text(max_size=70) | st.binary(max_size=9) | arrays
keys = st.sampled_from(KEYS) | st.text(max_size=9) | st.binary(max_size=9)
structures = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=6,
)
nearly = st.fixed_dictionaries(
    {},
    optional={
        PROMPT: st.text() | structures,
        STATE: arrays | structures,
        NAMES: st.lists(st.text(max_size=9), max_size=11) | structures,
        ENTITIES: arrays | structures,
        SESSION: st.text() | structures,
    },
)


def bent(cuts: list[tuple[int, int, bytes]]) -> bytes:
    """A good frame with bytes replaced, cut out or put in: at, how many, by what."""
    frame = bytearray(GOOD)
    for at, long, by in cuts:
        frame[at : at + long] = by
    return bytes(frame)


cuts = st.tuples(st.integers(0, len(GOOD)), st.sampled_from([0, 1, 1, 4, len(GOOD)]), st.binary(max_size=9))
frames = st.binary() | st.lists(cuts, min_size=1, max_size=4).map(bent)
values = structures | nearly


def answered_or_refused(read: Callable[[Any], Any], given: Any) -> None:
    """A request in order, or one sentence of ours; never another error, and soon."""
    begin, says = time.process_time(), "answered"
    try:
        request = read_request(read(given), Sessions(), DESK.spec)
        assert len(request.names) == DESK.spec.most_things
        assert all(np.isfinite(field).all() for field in request.observation)
    except UserError as error:
        says = str(error)
    assert 0 < len(says) < LONGEST
    assert len(says.splitlines()) == 1
    assert time.process_time() - begin < PATIENCE


@given(frames)
def test_any_bytes_are_a_request_or_refused_in_a_sentence(frame: bytes) -> None:
    answered_or_refused(unpack, frame)


@given(values)
def test_any_structure_is_a_request_or_refused_in_a_sentence(value: Any) -> None:
    answered_or_refused(lambda same: same, value)


@pytest.mark.faults
def test_frames_by_the_thousand_are_answered_or_refused(injected: Callable[..., None]) -> None:
    times = fuzz(lambda frame: answered_or_refused(unpack, frame), frames, share=2, pure=True)
    times += fuzz(lambda value: answered_or_refused(lambda same: same, value), values, share=0.5)
    how = "drawn by hypothesis, bytes, bent requests, structures"
    injected("a malformed frame at the openpi server", how, times)


def test_a_megabyte_of_nesting_is_refused_without_much_memory() -> None:
    wide = b"\xdc\x01\x00" * 7 + b"\xc0" * (1 << 20)
    deep = b"\x91" * (1 << 20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for frame in (wide, deep, b"\xc0" * (1 << 20)):
        answered_or_refused(unpack, frame)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10  # KiB
