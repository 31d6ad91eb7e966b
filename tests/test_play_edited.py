"""Play that LeRobot's tools edited is read, and what they took out is named."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from data.common.errors import is_users
from data.language.sentence import LONGEST
from data.play.collection import PlayConfig
from data.store.concat import open_described
from data.store.episode import ColumnMissing, DatasetDamaged, DatasetEdited
from data.store.lerobot_format import NEEDED
from data.store.reader import open_dataset
from data.store.segments import (
    read_segments,
    segments_path,
)
from data.store.writer import DatasetWriter
from sim.kinds.desk import DESK
from tests.described import EPISODES, FRAMES, described_play, rewrite, same_play


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return described_play(tmp_path_factory.mktemp("sound") / "play")


@pytest.fixture
def play(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "play"))


def loosely(table: pa.Table) -> pa.Table:
    """Lists of any length, as pandas writes them."""
    columns = {}
    for name in table.column_names:
        column = table[name].combine_chunks()
        loose = pa.types.is_fixed_size_list(column.type)
        columns[name] = column.cast(pa.list_(column.type.value_type)) if loose else column
    return pa.table(columns)


def edited_info(folder: Path, **change: object) -> None:
    """meta/info.json as LeRobot writes it: without what is ours."""
    path = folder / "meta/info.json"
    info = json.loads(path.read_text()) | change
    del info["robopolicy"]
    for feature in info["features"].values():
        feature["fps"] = info["fps"]
    path.write_text(json.dumps(info))


def test_tasks_renamed_in_place_leave_the_play_as_it_was(sound: Path, play: Path) -> None:
    rewrite(play / FRAMES, loosely, compression="snappy")
    rewrite(play / EPISODES, loosely)
    edited_info(play, total_tasks=2)
    assert same_play(sound, play)
    assert open_described([play], DESK)[1] == open_described([sound], DESK)[1]


def test_features_added_and_removed_leave_the_play_as_it_was(sound: Path, play: Path) -> None:
    def change(table: pa.Table) -> pa.Table:
        kept = table.drop_columns(["frame_index", "task_index"])
        return loosely(kept.append_column("reward", pa.array(np.zeros(len(kept)))))

    rewrite(play / FRAMES, change)
    features = json.loads((play / "meta/info.json").read_text())["features"]
    del features["frame_index"], features["task_index"]
    edited_info(play, features=features | {"reward": {"dtype": "float64", "shape": [1], "names": None}})
    assert same_play(sound, play)
    with pytest.raises(DatasetEdited, match="play into another folder"):
        DatasetWriter(play, PlayConfig(minutes=1, episode_steps=150), kind=DESK)


def test_datasets_merged_into_one_file_are_read_as_all_their_episodes(sound: Path, play: Path) -> None:
    n, frames = open_dataset(sound, DESK).n_episodes, open_dataset(sound, DESK).n_frames

    def twice(table: pa.Table, by: dict[str, int]) -> pa.Table:
        moved = loosely(table)
        for name, shift in by.items():
            moved = moved.set_column(
                moved.schema.get_field_index(name), name, pa.array(np.asarray(moved[name]) + shift)
            )
        return pa.concat_tables([loosely(table), moved])

    rewrite(play / FRAMES, lambda table: twice(table, {"index": frames, "episode_index": n}))
    by = {"episode_index": n, "dataset_from_index": frames, "dataset_to_index": frames}
    rewrite(play / EPISODES, lambda table: twice(table, by))
    edited_info(play, total_episodes=2 * n, total_frames=2 * frames, data_files_size_in_mb=500)
    merged, once = open_dataset(play, DESK), open_dataset(sound, DESK)
    for i in (0, n - 1, n, 2 * n - 1):
        assert np.array_equal(merged.episode(i).actions, once.episode(i % n).actions)
        assert merged.scene(i) == once.scene(i % n)
    assert len(list(merged.episodes())) == 2 * n


@pytest.mark.parametrize("column", ["scene", "final_state", "length", "data/file_index"])
def test_episodes_without_what_they_are_rebuilt_from_are_refused_by_its_name(play: Path, column: str) -> None:
    rewrite(play / EPISODES, lambda table: table.drop_columns([column]))
    with pytest.raises(ColumnMissing, match=f"{EPISODES} has no column '{column}'"):
        open_dataset(play, DESK)


@pytest.mark.parametrize("column", ["stop", "sentences"])
def test_segments_without_a_column_are_refused_by_its_name(play: Path, column: str) -> None:
    rewrite(segments_path(play), lambda table: table.drop_columns([column]))
    with pytest.raises(DatasetDamaged, match=f"it has no column '{column}'"):
        read_segments(play, DESK)


def test_segments_with_a_sentence_longer_than_any_may_be_are_refused(play: Path) -> None:
    def lengthened(table: pa.Table) -> pa.Table:
        at = table.schema.get_field_index("sentences")
        said = [["x" * (LONGEST + 1)], *table["sentences"].to_pylist()[1:]]
        return table.set_column(at, table.schema.field(at), pa.array(said, pa.list_(pa.string())))

    rewrite(segments_path(play), lengthened)
    with pytest.raises(DatasetDamaged, match=f"at most {LONGEST} characters, not {LONGEST + 1}"):
        read_segments(play, DESK)


@pytest.mark.parametrize("column", NEEDED)
def test_frames_without_a_needed_column_are_refused_by_its_name(play: Path, column: str, injected) -> None:
    rewrite(play / FRAMES, lambda table: table.drop_columns([column]))
    with pytest.raises(ColumnMissing, match=f"{FRAMES} has no column '{column}'"):
        list(open_dataset(play, DESK).episodes())
    injected("a needed column of a parquet is gone", "rewrote the file without it", 1)


# -- mutations -------------------------------------------------------------------------------------


def learned(folder: Path) -> tuple:
    """All that a training takes from a dataset."""
    joined, segments = open_described([folder], DESK, "both")
    records = list(joined.episodes())
    bits = [b"".join(np.ascontiguousarray(f).tobytes() for f in (*r.states, r.actions)) for r in records]
    return segments, [record.scene for record in records], bits


def what_is_said(folder: Path, whole: tuple) -> str:
    """The sentence with which a dataset is refused; "" if it trains as the whole one does."""
    try:
        found = learned(folder)
    except ValueError as error:
        if not is_users(error):
            raise
        return str(error)
    assert found == whole
    return ""


@pytest.mark.faults
@pytest.mark.parametrize(
    "name",
    [
        *(FRAMES, EPISODES, "meta/info.json", "meta/stats.json", "meta/tasks.parquet"),
        *("meta/lang_segments.parquet", "meta/annotations.jsonl"),
    ],
)
def test_a_mutated_file_is_named_or_trains_as_the_sound_one_did(
    sound: Path, play: Path, name: str, injected
) -> None:
    whole, path, rng = learned(sound), play / name, np.random.default_rng(0)
    raw = path.read_bytes()
    for i in range(80):
        broken, place = bytearray(raw), int(rng.integers(len(raw)))
        if i % 4 == 3:
            del broken[place:]
        else:
            broken[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(broken)
        says = what_is_said(play, whole)
        assert "\n" not in says
        assert not says or str(play) in says, (i, place)
    injected(f"bits flipped in, or the end cut off, {name}", "at random places", 80)
