"""Checks of safetensors files before they are used: what they contain, and whether they are undamaged.

A file that has no checksum elsewhere carries one in its own header, among the metadata that every reader
of safetensors accepts.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from safetensors.torch import load, save
from torch import Tensor
from torch.overrides import TorchFunctionMode

LONGEST = 1 << 20  # bytes of a header; ours have about 10,000
_NAME, _BLANK = b'"sha256":"', b"0" * 64


def header(raw: bytes) -> dict[str, Any]:
    """Tensors' names -> `dtype`, `shape` and `data_offsets`, and `__metadata__`. Raises ValueError."""
    size = int.from_bytes(raw[:8], "little")
    if not 2 <= size <= min(LONGEST, len(raw) - 8):
        raise ValueError(f"its header is said to have {size} bytes")
    try:
        parsed = json.loads(raw[8 : 8 + size])
    except RecursionError as error:
        raise ValueError("its header is nested too deeply") from error
    if not isinstance(parsed, dict):
        raise ValueError("its header is not a JSON object")
    return parsed


def shapes(raw: bytes) -> dict[str, tuple[int, ...]]:
    """Tensors' names -> shapes, according to the header. Raises ValueError."""
    try:
        return {name: tuple(one["shape"]) for name, one in header(raw).items() if name != "__metadata__"}
    except (KeyError, TypeError) as error:
        raise ValueError("its header does not say the shapes") from error


@contextmanager
def shapes_only() -> Iterator[None]:
    """Modules that are built within have parameters with shapes, but neither memory nor values."""
    with torch.device("meta"), _NoInitialisation():
        yield


class _NoInitialisation(TorchFunctionMode):
    """Leaves out `torch.nn.init`, which without memory has nothing to do and imports torch._dynamo (2 s)."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if getattr(func, "__module__", "") == "torch.nn.init":
            return (kwargs or {}).get("tensor", args[0] if args else None)
        return func(*args, **(kwargs or {}))


def save_sealed(tensors: Mapping[str, Tensor], notes: Mapping[str, str]) -> bytes:
    """A safetensors file with `notes` as metadata, and with a SHA-256 of all its other bytes."""
    raw = save(dict(tensors), {**notes, "sha256": _BLANK.decode()})
    at = raw.index(_NAME + _BLANK) + len(_NAME)
    return raw[:at] + hashlib.sha256(raw).hexdigest().encode() + raw[at + len(_BLANK) :]


def load_sealed(raw: bytes) -> tuple[dict[str, Tensor], dict[str, str]] | None:
    """Tensors and notes of a file that `save_sealed` made; None if it is damaged."""
    before, name, after = raw.partition(_NAME)
    found, rest = after[: len(_BLANK)], after[len(_BLANK) :]
    if hashlib.sha256(before + name + _BLANK + rest).hexdigest().encode() != found:
        return None
    return load(raw), header(raw)["__metadata__"]
