"""Token tables and their store on disk."""

from pathlib import Path

import numpy as np
import torch

from robopolicy.policies.text import token_cache as tokens
from robopolicy.policies.text.token_cache import TokenCache, join


def some(length: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(length, 4)).astype(np.float16)


def found(cache: TokenCache, text: str) -> np.ndarray:
    tokens = cache.get(text)
    assert tokens is not None
    return tokens


def test_a_batch_pads_with_zeros_and_masks_them():
    table = join([some(3), some(0), some(1)])
    features, mask = table.batch(np.array([0, 1, 2]))
    assert features.shape == (3, 3, 4)
    assert mask.sum(1).tolist() == [3, 0, 1]
    assert torch.equal(features[0], torch.from_numpy(some(3)).float())
    assert not features[1].any()
    assert not features[2, 1:].any()


def test_a_batch_of_nothing_but_silence_has_a_width():
    features, mask = join([some(0)]).batch(np.array([0, 0]))
    assert features.shape == (2, 1, 4)
    assert not mask.any()


def test_what_is_put_is_there_in_another_process(tmp_path: Path):
    TokenCache(tmp_path).put(["one", "", "three"], [some(1), some(0), some(3)])
    again = TokenCache(tmp_path)
    assert "one" in again
    assert "two" not in again
    assert np.array_equal(found(again, "three"), some(3))
    assert found(again, "").shape == (0, 4)


def test_a_damaged_pack_counts_as_absent(tmp_path: Path):
    TokenCache(tmp_path).put(["one"], [some(1)])
    (pack,) = tmp_path.glob("*.safetensors")
    pack.write_bytes(pack.read_bytes()[:20])
    assert "one" not in TokenCache(tmp_path)


def test_many_small_packs_become_one_and_lose_nothing(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(tokens, "MANY", 5)
    store = TokenCache(tmp_path)
    for i in range(8):
        store.put([f"text {i}"], [some(2, i)])
    assert len(list(tmp_path.glob("*.safetensors"))) <= 5
    again = TokenCache(tmp_path)
    assert all(np.array_equal(found(again, f"text {i}"), some(2, i)) for i in range(8))


def test_the_store_does_not_grow_beyond_its_limit(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(tokens, "LIMIT", 4000)
    store = TokenCache(tmp_path)
    for i in range(8):
        store.put([f"text {i}"], [some(100, i)])
    assert sum(path.stat().st_size for path in tmp_path.glob("*.safetensors")) <= 4000
    assert "text 7" in TokenCache(tmp_path)


def test_a_store_without_a_folder_remembers():
    store = TokenCache(None)
    store.put(["one"], [some(1)])
    assert np.array_equal(found(store, "one"), some(1))
