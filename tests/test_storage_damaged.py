"""Datasets that are missing, damaged, or of something else are refused in a sentence."""

import json
from pathlib import Path

import numpy as np
import pytest

from data.store.episode import (
    ColumnMissing,
    DatasetDamaged,
    DatasetOfOtherWorld,
    DatasetUnsupported,
    NoDataset,
)
from data.store.reader import open_dataset
from data.store.writer import DatasetWriter
from sim.kinds.desk import DESK
from tests.episodes import MOON, Config, holds, record, same, units, write


def test_no_dataset_says_how_to_collect_one(tmp_path: Path) -> None:
    with pytest.raises(NoDataset, match=f"robopolicy play dataset={tmp_path}"):
        open_dataset(tmp_path, DESK)


@pytest.mark.parametrize(
    "name", ["data/chunk-000/file-001.parquet", "meta/episodes/chunk-000/file-001.parquet"]
)
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "swapped"])
def test_a_missing_or_cut_file_is_named(tmp_path: Path, name: str, damage: str, injected) -> None:
    write(tmp_path, units())
    path = tmp_path / name
    if damage == "missing":
        path.unlink()
    elif damage == "swapped":
        path.write_bytes(path.with_name("file-000.parquet").read_bytes())
    else:
        path.write_bytes(path.read_bytes()[: 0 if damage == "empty" else -50])
    with pytest.raises(DatasetDamaged, match=name):
        list(open_dataset(tmp_path, DESK).episodes())
    if name.startswith("data"):
        assert same(
            open_dataset(tmp_path, DESK).episode(0), record(0, steps=5, objects=1)
        )  # the rest is well
    injected("a file of a dataset that is missing, empty, cut, or another", "on the disk", 1)


def test_no_flipped_bit_gives_other_numbers(injected, tmp_path: Path) -> None:
    write(tmp_path, units(1))
    path = tmp_path / "data/chunk-000/file-000.parquet"
    raw, rng, noticed = path.read_bytes(), np.random.default_rng(0), 0
    for place in rng.integers(0, len(raw), 150):
        broken = bytearray(raw)
        broken[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(broken)
        try:
            assert holds(tmp_path, units(1)[0]), place
        except (DatasetDamaged, ColumnMissing):
            noticed += 1
    assert noticed > 20
    injected("a flipped bit in recorded frames", "in the parquet, at random", 150)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"codebase_version": "v3.0", "robopolicy": {"format": 1}}']
)
def test_a_damaged_info_is_told_in_one_sentence(tmp_path: Path, content: str, injected) -> None:
    write(tmp_path, units(1))
    (tmp_path / "meta/info.json").write_text(content)
    for attempt in (open_dataset, DatasetWriter):
        with pytest.raises((DatasetDamaged, DatasetUnsupported)) as told:
            attempt(tmp_path, kind=DESK)
        assert "\n" not in str(told.value)
    injected("info.json of a dataset that is none", "empty, cut, or of something else", 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"codebase_version": "v2.1"}, "codebase_version v2.1"),
        ({"features": {"index": {"shape": [1]}}}, "no feature 'episode_index'"),
        ({"robopolicy": {"format": 99}}, "format 99"),
        ({"features": {}}, "no feature 'index'"),
    ],
)
def test_datasets_of_another_kind_are_refused(tmp_path: Path, change: dict, message: str) -> None:
    write(tmp_path, units(1))
    path = tmp_path / "meta/info.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    for attempt in (open_dataset, DatasetWriter):
        with pytest.raises(DatasetUnsupported, match=message):
            attempt(tmp_path, kind=DESK)


def test_a_dataset_of_another_kind_of_world_is_refused_by_its_name(tmp_path: Path) -> None:
    with DatasetWriter(tmp_path, Config(), kind=MOON) as writer:
        writer.commit(units(1)[0])
    assert all(map(same, open_dataset(tmp_path, MOON).episodes(), units(1)[0]))
    for attempt in (open_dataset, DatasetWriter):
        with pytest.raises(DatasetOfOtherWorld, match=r"in the world .*moon.*, not in 'desk'; give env="):
            attempt(tmp_path, kind=DESK)


def test_an_info_that_counts_other_than_there_is_is_damage(tmp_path: Path) -> None:
    write(tmp_path, units(2))
    path = tmp_path / "meta/info.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"total_frames": 5}))
    with pytest.raises(DatasetDamaged, match=r"info\.json"):
        open_dataset(tmp_path, DESK)
