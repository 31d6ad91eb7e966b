from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data.store.episode import DatasetDamaged
from data.store.segments import (
    BadSegment,
    NoSegments,
    OldSegments,
    Segment,
    read_segments,
    segments_path,
    write_segments,
)
from sim.kinds.desk import DESK

SEGMENTS = [
    Segment(0, 3, 40, "open_drawer", -1, -1, ("open the drawer", "would you pull the drawer out?")),
    Segment(0, 20, 71, "stack", 2, 0, ("put the red cube on the bar",), "a person", ("leave it",)),
    Segment(7, 0, 1, "lift", 1, -1, ("lift “it”",)),
]


def test_segments_read_back_as_written_with_how_they_were_made(tmp_path: Path) -> None:
    meta = {"seed": 3, "split": "train", "n_episodes": 8}
    assert write_segments(tmp_path, iter(SEGMENTS), meta, DESK) == 3
    assert read_segments(tmp_path, DESK) == (SEGMENTS, meta)


def test_no_segments_at_all_can_be_stored(tmp_path: Path) -> None:
    write_segments(tmp_path, [], {}, DESK)
    assert read_segments(tmp_path, DESK) == ([], {})


def test_a_dataset_that_was_not_relabelled_says_how_to_do_it(tmp_path: Path) -> None:
    with pytest.raises(NoSegments, match=f"robopolicy relabel dataset={tmp_path}"):
        read_segments(tmp_path, DESK)


def test_an_interrupted_relabelling_leaves_the_old_segments(tmp_path: Path) -> None:
    write_segments(tmp_path, SEGMENTS, {}, DESK)

    def interrupted():
        yield SEGMENTS[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_segments(tmp_path, interrupted(), {}, DESK)
    assert read_segments(tmp_path, DESK)[0] == SEGMENTS


@pytest.mark.parametrize(
    "change",
    [{"start": 40}, {"start": -1}, {"episode": -1}, {"sentences": ()}, {"sentences": ("open it", " ")}],
)
def test_segments_of_no_time_or_no_words_are_refused_and_nothing_changes(
    tmp_path: Path, change: dict
) -> None:
    write_segments(tmp_path, SEGMENTS, {}, DESK)
    with pytest.raises(BadSegment):
        write_segments(tmp_path, [SEGMENTS[0]._replace(**change)], {}, DESK)
    assert read_segments(tmp_path, DESK)[0] == SEGMENTS


def test_a_cut_or_foreign_file_of_segments_is_damage(tmp_path: Path) -> None:
    write_segments(tmp_path, SEGMENTS, {}, DESK)
    path = segments_path(tmp_path)
    table = pq.read_table(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DatasetDamaged, match="lang_segments"):
        read_segments(tmp_path, DESK)
    pq.write_table(table.replace_schema_metadata(None), path)
    with pytest.raises(DatasetDamaged, match="lang_segments"):
        read_segments(tmp_path, DESK)


def test_segments_of_another_version_ask_for_relabelling(tmp_path: Path) -> None:
    write_segments(tmp_path, SEGMENTS, {}, DESK)
    path = segments_path(tmp_path)
    table = pq.read_table(path).replace_schema_metadata({b"robopolicy": b'{"version": 99, "meta": {}}'})
    pq.write_table(table, path)
    with pytest.raises(OldSegments, match="relabel again"):
        read_segments(tmp_path, DESK)
