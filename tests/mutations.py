"""Damage as disks and people do it: bits flipped, files cut short, blocks zeroed, doubled or appended."""

from collections.abc import Iterator

import numpy as np

KINDS = 5


def mutations(raw: bytes, n: int, seed: int = 0) -> Iterator[bytes]:
    """So many damaged versions of a file, none equal to it."""
    rng = np.random.default_rng(seed)
    made = 0
    while made < n:
        damaged = _mutated(raw, made % KINDS, rng)
        if damaged != raw:
            made += 1
            yield damaged


def _mutated(raw: bytes, kind: int, rng: np.random.Generator) -> bytes:
    at, size = int(rng.integers(len(raw))), int(rng.integers(1, 1 + max(1, len(raw) // 4)))
    block = raw[at : at + size]
    if kind == 0:
        flipped = bytes([raw[at] ^ 1 << int(rng.integers(8))])
        return raw[:at] + flipped + raw[at + 1 :]
    if kind == 1:
        return raw[:at]
    if kind == 2:
        return raw[:at] + bytes(len(block)) + raw[at + size :]
    if kind == 3:
        return raw[:at] + block + raw[at:]
    return raw + rng.bytes(size)
