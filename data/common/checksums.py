"""Checksums in what is stored, so that damage is noticed before it is believed.

JSON carries its own (`sealed`), any other file ends with one (`stamped`). They tell damage, and edits by
hand; they are no protection against somebody who means harm, who can compute them too.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

KEY = "checksum"
"""Of a sealed JSON object: `digest` of all the rest of it."""


class Around(NamedTuple):
    """What a format needs around a checksum at the end of a file, to take it for nothing."""

    before: bytes
    after: bytes


NOTHING = Around(b"", b"")  # zip (npz) takes what follows its end for nothing
MP4 = Around((8 + 64).to_bytes(4, "big") + b"free", b"")  # a box of free space
HTML = Around(b"<!-- ", b" -->\n")


def digest(value: Any) -> str:
    """SHA-256 of a JSON value, whatever the order of its keys and the spaces in its file."""
    plain = json.loads(json.dumps(value))  # as it will be read back: keys are strings, tuples lists
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def sealed(value: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object with its checksum, in place of one that it may have had."""
    rest = _rest(value)
    return {**rest, KEY: digest(rest)}


def unsealed(value: Any) -> dict[str, Any] | None:
    """A JSON object without its checksum; None if it has none, or is not what was sealed."""
    if not isinstance(value, dict):
        return None
    rest = _rest(value)
    return rest if value.get(KEY) == digest(rest) else None


def read_sealed(path: Path) -> dict[str, Any] | None:
    """A sealed file; None if it is damaged. Raises `OSError` if it cannot be read."""
    try:
        return unsealed(json.loads(path.read_bytes()))
    except (ValueError, RecursionError):
        return None


def stamped(content: bytes, around: Around = NOTHING, salt: str = "") -> bytes:
    """Content with its checksum at the end, which vouches for the salt too."""
    return content + around.before + _stamp(content, salt) + around.after


def unstamped(raw: bytes, around: Around = NOTHING, salt: str = "") -> bytes | None:
    """Content without its checksum; None if it has none, or is not what was stamped with this salt."""
    content = raw[: -len(around.before) - 64 - len(around.after)]
    return content if raw == stamped(content, around, salt) else None


def _rest(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: inner for key, inner in value.items() if key != KEY}


def _stamp(content: bytes, salt: str) -> bytes:
    return hashlib.sha256(salt.encode() + content).hexdigest().encode()
