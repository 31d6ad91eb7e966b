"""Token vectors of many texts: a compact table, and a store of them on disk.

The store is a folder of packs. A pack is one safetensors file that is never changed once it is there:
the texts' tokens one after another, how many each has, and the texts themselves in its header. Any
number of processes may read and add; a pack that cannot be read counts as absent.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from data.files import write_atomic

LIMIT = 2 << 30  # bytes: the oldest packs go when a store grows beyond
SMALL = 256  # texts: packs below are merged
MANY = 64  # small packs before they are


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


class TokenCache:
    """Text -> tokens (L, D) float16, kept in a folder; None keeps them in memory only."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._memory: dict[str, NDArray[np.float16]] = {}
        self._index: dict[str, tuple[str, int, int]] = {}  # text -> pack, first row, last row + 1
        self._open: dict[str, Any] = {}
        for path in self._packs():
            self._read_index(path)

    def __contains__(self, text: str) -> bool:
        return text in self._memory or text in self._index

    def get(self, text: str) -> NDArray[np.float16]:
        if text in self._memory:
            return self._memory[text]
        pack, first, last = self._index[text]
        return self._open[pack][first:last]

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
        table = join([self.get(text) for text in texts])
        content = {"tokens": table.features, "lengths": np.diff(table.starts).astype(np.int32)}
        name = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
        path = self._folder / f"{name}.safetensors"
        write_atomic(path, save(content, {"texts": json.dumps(texts)}))
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
                texts = json.loads(file.metadata()["texts"])
                ends = np.cumsum(file.get_tensor("lengths")).tolist()
                self._open[path.name] = file.get_slice("tokens")
        except (OSError, SafetensorError, KeyError, TypeError, ValueError):
            return
        for text, first, last in zip(texts, [0, *ends], ends, strict=False):
            self._index[text] = (path.name, first, last)


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
