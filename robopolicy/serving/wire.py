"""What goes over a socket: msgpack with NumPy arrays, in the form that openpi's clients speak.

An array is a map with the bytes keys `__ndarray__` (true), `data`, `dtype` ("<f4") and `shape`; a NumPy
scalar one with `__npgeneric__` (true), `data` and `dtype`. Anybody may be at the other end, so nothing is
taken on trust: only booleans and numbers of at most eight bytes, small containers, shallow nesting, and as
much data as the shape says. Arrays of objects are refused both ways; nothing is ever pickled.
"""

import math
from typing import Any

import msgpack
import numpy as np

from robopolicy.common.errors import UserError

DEEP = 8  # containers within each other
LONG = 256  # entries of a list or a map; what is longer comes as an array
AXES = 4  # of an array
DTYPES = {
    code: np.dtype(code)
    for order in "<>|="
    for kinds in ("b1 i1 u1", "i2 i4 i8 u2 u4 u8 f2 f4 f8")
    for code in (order + kind for kind in kinds.split())
}
"""All that an array may hold, by the spelling on the wire."""

ARRAY = {b"__ndarray__", b"data", b"dtype", b"shape"}
SCALAR = {b"__npgeneric__", b"data", b"dtype"}


class BadFrame(UserError):
    """Bytes that are no message of ours."""


def pack(value: Any) -> bytes:
    """Plain values, NumPy arrays and scalars -> bytes; raises `BadFrame` for what cannot travel."""
    try:
        packed: Any = msgpack.packb(value, default=_plain)
    except (TypeError, OverflowError, ValueError) as error:
        raise BadFrame(f"this cannot be sent: {error}") from error
    return packed


def unpack(frame: bytes) -> Any:
    """Bytes -> plain values, arrays (read-only) and scalars; raises `BadFrame`."""
    try:
        value = msgpack.unpackb(
            frame, object_hook=_value, ext_hook=_extension, max_array_len=LONG, max_map_len=LONG
        )
    except BadFrame:
        raise
    except Exception as error:  # of many kinds, all of which say that the bytes are no msgpack
        says = " ".join(str(error).split())[:80] or type(error).__name__
        raise BadFrame(f"the frame is not msgpack that is taken here: {says}") from error
    _check(value, DEEP)
    return value


def _plain(value: Any) -> Any:
    """What msgpack itself does not know."""
    if not isinstance(value, np.ndarray | np.generic):
        raise TypeError(f"a {type(value).__name__} is no number, text, list, dict or array")
    if value.dtype.str not in DTYPES:
        raise TypeError(f"arrays hold booleans or numbers of at most eight bytes, not {value.dtype}")
    if isinstance(value, np.ndarray):
        return {
            b"__ndarray__": True,
            b"data": value.tobytes(),
            b"dtype": value.dtype.str,
            b"shape": value.shape,
        }
    return {b"__npgeneric__": True, b"data": value.item(), b"dtype": value.dtype.str}


def _value(given: dict[Any, Any]) -> Any:
    """A map as msgpack reads it -> the array or scalar that it stands for, if it does."""
    if b"__ndarray__" in given:
        return _array(given)
    if b"__npgeneric__" in given:
        return _scalar(given)
    return given


def _array(given: dict[Any, Any]) -> np.ndarray[Any, Any]:
    dtype, data, shape = _dtype(given, ARRAY), given[b"data"], given[b"shape"]
    if not isinstance(data, bytes):
        raise BadFrame(f"the data of an array are bytes, not {type(data).__name__}")
    if not isinstance(shape, list) or len(shape) > AXES or not all(_is_length(n) for n in shape):
        raise BadFrame(f"the shape of an array is a list of at most {AXES} lengths")
    if math.prod(shape) * dtype.itemsize != len(data):
        raise BadFrame(
            f"an array of shape {tuple(shape)} and dtype {dtype} has "
            f"{math.prod(shape) * dtype.itemsize} bytes, not {len(data)}"
        )
    return np.frombuffer(data, dtype).reshape(shape)


def _scalar(given: dict[Any, Any]) -> np.generic:
    dtype, data = _dtype(given, SCALAR), given[b"data"]
    if not isinstance(data, bool | int | float):
        raise BadFrame(f"a scalar is a number, not {type(data).__name__}")
    try:
        return dtype.type(data)
    except (OverflowError, ValueError) as error:
        raise BadFrame(f"a scalar does not fit {dtype}") from error


def _dtype(given: dict[Any, Any], keys: set[bytes]) -> np.dtype[Any]:
    if set(given) != keys:
        raise BadFrame(f"an array or scalar has the keys {', '.join(sorted(map(bytes.decode, keys)))}")
    dtype = given[b"dtype"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise BadFrame(
            f"the dtype {str(dtype)[:20]!r} is not taken; booleans and numbers of at most eight bytes are"
        )
    return DTYPES[dtype]


def _is_length(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 31


def _extension(code: int, _: bytes) -> Any:
    raise BadFrame(f"msgpack extensions are not taken, and there is one of type {code}")


def _check(value: Any, left: int) -> None:
    """Refuse what is nested deeply, and the extension that msgpack reads without asking."""
    if isinstance(value, msgpack.Timestamp):
        _extension(-1, b"")
    if not isinstance(value, dict | list):
        return
    if left == 0:
        raise BadFrame(f"lists and maps may be {DEEP} deep, not more")
    for inner in value.values() if isinstance(value, dict) else value:
        _check(inner, left - 1)
