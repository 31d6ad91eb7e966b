"""msgpack with NumPy arrays, in the form that openpi's clients use.

An array is a map with the bytes keys `__ndarray__` (true), `data`, `dtype` ("<f4") and `shape`; a NumPy
scalar one with `__npgeneric__` (true), `data` and `dtype`. Anybody may be at the other end, so everything is
checked: only booleans and numbers of at most eight bytes, small containers, shallow nesting, and as much
data as the shape says. Arrays of objects are refused both ways; nothing is ever pickled.
"""

import math
from typing import Any

import msgpack
import numpy as np

from robopolicy.common.errors import UserError

MAX_DEPTH = 8  # lists and maps within each other
MAX_ENTRIES = 256  # of a list or a map; longer sequences come as arrays
MAX_AXES = 4  # of an array
DTYPES = {
    code: np.dtype(code)
    for order in "<>|="
    for kinds in ("b1 i1 u1", "i2 i4 i8 u2 u4 u8 f2 f4 f8")
    for code in (order + kind for kind in kinds.split())
}
"""The types that an array may hold, by their spelling in a message."""

ARRAY = {b"__ndarray__", b"data", b"dtype", b"shape"}
SCALAR = {b"__npgeneric__", b"data", b"dtype"}


class BadMessage(UserError):
    """A message that is not taken, or a value that cannot be sent."""


def pack(value: Any) -> bytes:
    """Encode plain values, NumPy arrays and scalars. Raises `BadMessage` for anything else."""
    try:
        packed: Any = msgpack.packb(value, default=_encoded)
    except (TypeError, OverflowError, ValueError) as error:
        raise BadMessage(f"this cannot be sent: {error}") from error
    return packed


def unpack(message: bytes) -> Any:
    """Decode plain values, arrays (read-only) and scalars. Raises `BadMessage`."""
    try:
        value = msgpack.unpackb(
            message,
            object_hook=_decoded,
            ext_hook=_refuse_extension,
            max_array_len=MAX_ENTRIES,
            max_map_len=MAX_ENTRIES,
        )
    except BadMessage:
        raise
    except Exception as error:  # msgpack raises many kinds for bytes that are not msgpack
        why = " ".join(str(error).split())[:80] or type(error).__name__
        raise BadMessage(f"the message is not msgpack that is taken here: {why}") from error
    _check_nesting(value, MAX_DEPTH)
    return value


def _encoded(value: Any) -> Any:
    """An array or NumPy scalar as a map; msgpack calls this for types that it does not know."""
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


def _decoded(given: dict[Any, Any]) -> Any:
    """The array or scalar that a map stands for, or the map itself."""
    if b"__ndarray__" in given:
        return _decoded_array(given)
    if b"__npgeneric__" in given:
        return _decoded_scalar(given)
    return given


def _decoded_array(given: dict[Any, Any]) -> np.ndarray[Any, Any]:
    """The array that a map stands for."""
    dtype, data, shape = _dtype(given, ARRAY), given[b"data"], given[b"shape"]
    if not isinstance(data, bytes):
        raise BadMessage(f"the data of an array are bytes, not {type(data).__name__}")
    if not isinstance(shape, list) or len(shape) > MAX_AXES or not all(_is_length(n) for n in shape):
        raise BadMessage(f"the shape of an array is a list of at most {MAX_AXES} lengths")
    if math.prod(shape) * dtype.itemsize != len(data):
        raise BadMessage(
            f"an array of shape {tuple(shape)} and dtype {dtype} has "
            f"{math.prod(shape) * dtype.itemsize} bytes, not {len(data)}"
        )
    return np.frombuffer(data, dtype).reshape(shape)


def _decoded_scalar(given: dict[Any, Any]) -> np.generic:
    """The NumPy scalar that a map stands for."""
    dtype, data = _dtype(given, SCALAR), given[b"data"]
    if not isinstance(data, bool | int | float):
        raise BadMessage(f"a scalar is a number, not {type(data).__name__}")
    try:
        return dtype.type(data)
    except (OverflowError, ValueError) as error:
        raise BadMessage(f"a scalar does not fit {dtype}") from error


def _dtype(given: dict[Any, Any], keys: set[bytes]) -> np.dtype[Any]:
    """The type that a map names, once it has the right keys."""
    if set(given) != keys:
        raise BadMessage(f"an array or scalar has the keys {', '.join(sorted(map(bytes.decode, keys)))}")
    dtype = given[b"dtype"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise BadMessage(
            f"the dtype {str(dtype)[:20]!r} is not taken; booleans and numbers of at most eight bytes are"
        )
    return DTYPES[dtype]


def _is_length(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 31


def _refuse_extension(code: int, _: bytes) -> Any:
    raise BadMessage(f"msgpack extensions are not taken, and there is one of type {code}")


def _check_nesting(value: Any, left: int) -> None:
    """Refuse more than `left` levels, and timestamps, an extension that msgpack decodes by itself."""
    if isinstance(value, msgpack.Timestamp):
        _refuse_extension(-1, b"")
    if not isinstance(value, dict | list):
        return
    if left == 0:
        raise BadMessage(f"lists and maps may be {MAX_DEPTH} deep, not more")
    for inner in value.values() if isinstance(value, dict) else value:
        _check_nesting(inner, left - 1)
