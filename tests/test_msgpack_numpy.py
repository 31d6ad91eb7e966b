"""Bytes of strangers: what is well-formed comes through unchanged, anything else is refused in a sentence."""

import msgpack
import numpy as np
import pytest

from robopolicy.serving.msgpack_numpy import MAX_DEPTH, MAX_ENTRIES, BadMessage, pack, unpack
from tests.servers import a_request


def array_map(**changes):
    good = {"__ndarray__": True, "data": bytes(8), "dtype": "<f4", "shape": [2]}
    return msgpack.packb({key.encode(): value for key, value in {**good, **changes}.items()})


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "int64", "float16", "float32", "float64", ">f4"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (1, 2, 3, 4)])
def test_an_array_comes_back_as_it_was(dtype: str, shape: tuple[int, ...]) -> None:
    value = np.random.default_rng(0).uniform(0, 100, shape).astype(dtype)
    back = unpack(pack({"x": value}))["x"]
    assert back.dtype == value.dtype
    assert np.array_equal(back, value)


def test_arrays_of_any_stride_scalars_and_plain_values_come_back() -> None:
    value = {
        "turned": np.arange(6).reshape(2, 3).T,
        "scalar": np.float32(1.5),
        "flag": np.True_,
        "plain": [1, 2.5, "grün", None, b"raw", {"deep": [True]}],
    }
    back = unpack(pack(value))
    assert np.array_equal(back["turned"], value["turned"])
    assert (type(back["scalar"]), back["scalar"]) == (np.float32, 1.5)
    assert back["flag"]
    assert back["plain"] == value["plain"]


def test_an_array_is_spelt_as_openpi_spells_it() -> None:
    spelt = msgpack.unpackb(pack(np.array([[1, 2]], "<f4")))
    assert spelt == {
        b"__ndarray__": True,
        b"data": np.array([1, 2], "<f4").tobytes(),
        b"dtype": "<f4",
        b"shape": [1, 2],
    }
    assert msgpack.unpackb(pack(np.int16(7))) == {b"__npgeneric__": True, b"data": 7, b"dtype": "<i2"}


@pytest.mark.parametrize(
    "value",
    [np.array([object()]), np.array(["text"]), np.zeros(2, complex), np.zeros(1, "V4"), np.zeros(1, "i4,f4"),
     np.datetime64("2020-01-01"), object(), {1, 2}, 2**70],
)  # fmt: skip
def test_what_cannot_travel_is_not_sent(value) -> None:
    with pytest.raises(BadMessage, match="cannot be sent"):
        pack(value)


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (b"", "not msgpack"),
        (b"\xc1", "not msgpack"),
        (b"\x01\x02", "extra data"),
        (b"\xa1\xff", "utf-8"),
        (b"\x81\x01\x02", "map key"),
        (b"\xdd\xff\xff\xff\xff", "exceeds max_array_len"),
        (b"\xdf\xff\xff\xff\xff", "exceeds max_map_len"),
        (b"\xc6\xff\xff\xff\xff", "not msgpack"),
        (b"\x91" * 5000 + b"\x01", "not msgpack"),
        (b"\x91" * (MAX_DEPTH + 1) + b"\x01", f"{MAX_DEPTH} deep"),
        (msgpack.packb([0] * (MAX_ENTRIES + 1)), "exceeds max_array_len"),
        (b"\xc7\x01\x05a", "extensions are not taken"),
        (b"\xd6\xff\x00\x00\x00\x00", "extensions are not taken"),
        (array_map(dtype="|O"), "dtype '|O' is not taken"),
        (array_map(dtype="<f16"), "is not taken"),
        (array_map(dtype="<U1"), "is not taken"),
        (array_map(dtype="f4,(9999,9999)f8"), "is not taken"),
        (array_map(dtype=4), "is not taken"),
        (array_map(shape=[3]), "12 bytes, not 8"),
        (array_map(shape=[-2]), "list of at most"),
        (array_map(shape=[True, 2]), "list of at most"),
        (array_map(shape=2), "list of at most"),
        (array_map(shape=[2, 1, 1, 1, 1]), "list of at most"),
        (array_map(shape=[2**62, 2**62]), "list of at most"),
        (array_map(shape=[0, 2**30, 2**30, 2**30], data=b""), "too big"),
        (array_map(data="text"), "data of an array are bytes"),
        (array_map(extra=1), "has the keys __ndarray__, data, dtype, shape"),
        (msgpack.packb({b"__npgeneric__": True, b"data": 300, b"dtype": "|i1"}), "does not fit int8"),
        (msgpack.packb({b"__npgeneric__": True, b"data": "1", b"dtype": "<i4"}), "a scalar is a number"),
    ],
)
def test_a_malformed_frame_is_refused_in_one_line(frame: bytes, says: str) -> None:
    with pytest.raises(BadMessage) as caught:
        unpack(frame)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_whatever_the_bytes_only_one_kind_of_error_is_raised() -> None:
    good, rng = pack(a_request()), np.random.default_rng(0)
    refused = 0
    for _ in range(10_000):
        frame = bytearray(good[: rng.integers(1, len(good) + 1)] if rng.random() < 0.3 else good)
        for at in rng.integers(0, len(frame), rng.integers(1, 8)):
            frame[at] = rng.integers(256)
        try:
            unpack(bytes(frame))
        except BadMessage:
            refused += 1
    assert refused > 3000
