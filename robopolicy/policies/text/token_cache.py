"""Token vectors of many texts: a compact table, and a store of them on disk.

The store is a folder of packs. A pack is one safetensors file that is never changed once it is there:
the texts' tokens one after another, how many each has, a checksum of each with its text, and the texts
themselves in its header, with a checksum of all but the tokens. Any number of processes may read and add.
What is damaged counts as absent, which is said; so, unsaid, do packs of earlier versions without checksums.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from data.common.atomic_io import write_atomic
from robopolicy.common.console import warn

LIMIT = 2 << 30  # bytes: the oldest packs go when a store grows beyond
SMALL = 256  # texts: packs below are merged
MANY = 64  # small packs before they are


CHECK = 8  # bytes of a text's checksum


class Tokens(NamedTuple):
    """The tokens of N texts, one after another."""

    features: NDArray[np.float16]  # (sum of lengths, D)
    starts: NDArray[np.int64]  # (N + 1,) text i owns rows starts[i] to starts[i + 1]

    def batch(self, texts: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
        """Some texts -> features (B, L, D) float32, padded with zeros, and mask (B, L) float32."""
        starts, lengths = self.starts[texts], self.starts[texts + 1] - self.starts[texts]
        column = np.arange(max(1, int(lengths.max(initial=0))))
        mask = column < lengths[:, None]  # (B, L)
        rows = np.where(mask, starts[:, None] + column, 0)
        if not len(self.features):
            return torch.zeros(*mask.shape, self.features.shape[1]), torch.zeros(mask.shape)
        features = torch.from_numpy(self.features[rows]).float()
        seen = torch.from_numpy(mask).float()
        return features * seen[..., None], seen


def join(parts: Sequence[NDArray[np.float16]]) -> Tokens:
    """Each text's tokens (L, D) -> one table."""
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return Tokens(np.concatenate(parts) if parts else np.zeros((0, 0), np.float16), starts)


class Place(NamedTuple):
    """Where a text's tokens are."""

    pack: str
    first: int
    last: int  # row + 1
    check: bytes


class TokenCache:
    """Text -> tokens (L, D) float16, kept in a folder; None keeps them in memory only."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._memory: dict[str, NDArray[np.float16]] = {}
        self._index: dict[str, Place] = {}
        self._open: dict[str, Any] = {}
        self._told: set[str] = set()  # packs of which it was said that they are damaged
        for path in self._packs():
            self._read_index(path)

    def __contains__(self, text: str) -> bool:
        return text in self._memory or text in self._index

    def get(self, text: str) -> NDArray[np.float16] | None:
        """The tokens; None if they turn out to be damaged, whereupon the text counts as absent."""
        if text in self._memory:
            return self._memory[text]
        place = self._index[text]
        try:
            tokens = self._open[place.pack][place.first : place.last]
        except (SafetensorError, ValueError, IndexError):
            tokens = None
        if tokens is not None and _check(text, tokens) == place.check:
            return tokens
        del self._index[text]
        self._say_damaged(place.pack)
        return None

    def put(self, texts: Sequence[str], tokens: Sequence[NDArray[np.float16]]) -> None:
        """Remember, and write a pack; a folder that cannot be written is done without."""
        self._memory.update(zip(texts, tokens, strict=True))
        if self._folder is None:
            return
        try:
            self._read_index(self._write(list(texts)))
            self._tidy()
        except OSError:
            self._folder = None
        else:
            for text in texts:
                if text in self._index:  # on disk, so it need not be in memory
                    self._memory.pop(text, None)

    def forget(self, keep: int) -> None:
        """Drop the oldest texts that are in memory only, but for so many."""
        for text in list(self._memory)[: max(0, len(self._memory) - keep)]:
            del self._memory[text]

    def _write(self, texts: list[str]) -> Path:
        assert self._folder is not None
        known = {text: tokens for text in texts if (tokens := self.get(text)) is not None}
        texts, table = list(known), join(list(known.values()))
        lengths = np.diff(table.starts).astype(np.int32)
        checks = np.frombuffer(b"".join(_check(*one) for one in known.items()), np.uint8)
        content = {"tokens": table.features, "lengths": lengths, "checks": checks.reshape(-1, CHECK)}
        notes = {"texts": json.dumps(texts)}
        notes["index"] = _index_check(notes["texts"], lengths, checks)
        name = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
        path = self._folder / f"{name}.safetensors"
        write_atomic(path, save(content, notes))
        return path

    def _tidy(self) -> None:
        """Merge many small packs into one; drop the oldest ones beyond the limit."""
        packs = self._packs()
        small = {path: texts for path in packs if len(texts := _texts(path)) < SMALL}
        if len(small) > MANY:
            self._write(sorted({text for texts in small.values() for text in texts if text in self}))
            for path in small:
                path.unlink(missing_ok=True)
            packs = self._packs()
        total = 0
        for path in reversed(packs):
            total += path.stat().st_size if path.exists() else 0
            if total > LIMIT:
                path.unlink(missing_ok=True)

    def _packs(self) -> list[Path]:
        """Oldest first."""
        if self._folder is None or not self._folder.is_dir():
            return []
        return sorted(self._folder.glob("[!.]*.safetensors"), key=_written)

    def _read_index(self, path: Path) -> None:
        try:
            with safe_open(path, framework="numpy") as file:
                notes = file.metadata() or {}
                if "texts" in notes and "index" not in notes:  # of an earlier version
                    return
                lengths, checks = file.get_tensor("lengths"), file.get_tensor("checks")
                if notes["index"] != _index_check(notes["texts"], lengths, checks):
                    raise ValueError
                texts = json.loads(notes["texts"])
                self._open[path.name] = file.get_slice("tokens")
        except OSError:  # another process has just removed it
            return
        except (SafetensorError, KeyError, TypeError, ValueError, RecursionError):
            self._say_damaged(path.name)
            with suppress(OSError):
                path.unlink()
            return
        ends = np.cumsum(lengths).tolist()
        for text, first, last, check in zip(texts, [0, *ends], ends, checks, strict=False):
            self._index[text] = Place(path.name, first, last, check.tobytes())

    def _say_damaged(self, pack: str) -> None:
        if pack not in self._told and self._folder is not None:
            warn(f"{self._folder / pack} is damaged; the sentences in it are encoded again")
            self._told.add(pack)


def _check(text: str, tokens: NDArray[np.float16]) -> bytes:
    """The checksum of a text with its tokens."""
    return hashlib.sha256(text.encode() + b"\0" + tokens.tobytes()).digest()[:CHECK]


def _index_check(texts: str, lengths: NDArray[Any], checks: NDArray[Any]) -> str:
    return hashlib.sha256(texts.encode() + lengths.tobytes() + checks.tobytes()).hexdigest()


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process has just removed it
        return 0.0


def _texts(path: Path) -> list[str]:
    try:
        with safe_open(path, framework="numpy") as file:
            return json.loads(file.metadata()["texts"])
    except (OSError, SafetensorError, KeyError, TypeError, ValueError):
        return []
