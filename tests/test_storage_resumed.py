"""Datasets that are gone on with, by one writer at a time, and refused where they are not of one piece."""

import os
from pathlib import Path

import numpy as np
import pytest

from data.common.errors import CannotWrite
from data.common.locks import FolderBusy
from data.store.episode import (
    BadRecord,
    DatasetMismatch,
    FolderTaken,
)
from data.store.reader import open_dataset
from data.store.writer import DatasetWriter
from sim.kinds.desk import DESK
from sim.state import JOINT, SIZE
from tests.episodes import FASTER, Config, contents, flat, holds, record, units, write


def test_a_dataset_written_with_pauses_equals_one_written_at_once(tmp_path: Path) -> None:
    write(tmp_path / "once", units(4))
    for n in range(5):
        write(tmp_path / "paused", units(n))
    assert contents(tmp_path / "once") == contents(tmp_path / "paused")


def test_another_config_is_refused_by_the_name_of_what_differs_but_more_minutes_are_welcome(
    tmp_path: Path,
) -> None:
    write(tmp_path, units(1))
    before = contents(tmp_path)
    with pytest.raises(DatasetMismatch, match=r"begun with seed=0, and now seed=1 was given"):
        DatasetWriter(tmp_path, Config(seed=1), kind=DESK)
    with pytest.raises(DatasetMismatch, match="colours"):
        DatasetWriter(tmp_path, Config(colours=("red",)), kind=DESK)
    with pytest.raises(DatasetMismatch, match="fps"):
        DatasetWriter(tmp_path, Config(), kind=FASTER)
    assert contents(tmp_path) == before
    write(tmp_path, units(2), Config(minutes=60))
    assert open_dataset(tmp_path, DESK).config["minutes"] == 60


def test_a_dataset_without_episodes_may_begin_anew_with_another_config(tmp_path: Path) -> None:
    write(tmp_path, [])
    write(tmp_path, units(1), Config(seed=1))
    assert open_dataset(tmp_path, DESK).config["seed"] == 1


def test_two_writers_at_once_are_one_too_many(tmp_path: Path) -> None:
    with DatasetWriter(tmp_path, kind=DESK) as writer:
        with pytest.raises(FolderBusy):
            DatasetWriter(tmp_path, kind=DESK)
        writer.append(record())
    with DatasetWriter(tmp_path, kind=DESK) as writer:
        assert (writer.committed, writer.n_episodes, writer.n_frames) == (1, 1, 6)


@pytest.mark.parametrize(
    "name", ["README.md", "data/chunk-000/file-000.parquet", "meta/episodes/a/b.parquet"]
)
def test_nothing_of_anothers_is_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(FolderTaken, match=name):
        DatasetWriter(tmp_path, kind=DESK)
    assert contents(tmp_path) == {name: b"mine"}


def test_a_full_disk_loses_nothing_that_was_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = DatasetWriter(tmp_path, Config(), kind=DESK)
    writer.commit(units()[0])
    before = contents(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(CannotWrite, match="No space left"):
            writer.commit(units()[1])
    assert contents(tmp_path) == before
    write(tmp_path, units())
    assert holds(tmp_path, flat(units()))


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite, match="file"):
        DatasetWriter(tmp_path / "file", kind=DESK)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r._replace(actions=r.actions[:, :6]), r"\(T, 7\)"),
        (lambda r: r._replace(actions=r.actions[:0], states=r.states.at(slice(1))), r"T > 0"),
        (lambda r: r._replace(states=r.states.at(slice(None, -1))), "need 7 states"),
        (lambda r: r._replace(scene=record(objects=2).scene), "2 objects"),
        (lambda r: r._replace(actions=r.actions * np.nan), "actions of step 0 are nan"),
        (lambda r: r._replace(states=r.states.changed("drawer", JOINT, np.inf)), "joints"),
        (lambda r: r._replace(states=r.states.changed(0, SIZE, 0.05)), "sizes of the objects differ"),
    ],
)
def test_a_record_that_would_not_read_back_is_refused_with_its_whole_commit(
    tmp_path: Path, change, message
) -> None:
    with DatasetWriter(tmp_path, kind=DESK) as writer:
        with pytest.raises(BadRecord, match=message):
            writer.commit([record(), change(record())])
        writer.commit([record()])
    assert holds(tmp_path, [record()])
