"""What is written is read back, in the LeRobotDataset v3.0 layout."""

import json
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from data.store.lerobot_format import format_of
from data.store.reader import open_dataset
from data.store.writer import DatasetWriter
from sim.desk.rows import observe
from sim.kinds.desk import DESK
from tests.episodes import Config, arrays_of, flat, holds, record, same, units, write


def test_episodes_read_back_as_they_were_with_the_state_after_the_last_action(tmp_path: Path) -> None:
    episodes = [record(i, steps=1 + 7 * i, objects=1 + i % 5) for i in range(7)]
    write(tmp_path, [episodes[:3], episodes[3:4], episodes[4:]])
    dataset = open_dataset(tmp_path, DESK)
    assert (dataset.n_episodes, dataset.n_frames, dataset.fps) == (7, sum(e.length for e in episodes), 10)
    assert dataset.lengths.tolist() == [e.length for e in episodes]
    assert all(map(same, dataset.episodes(), episodes))
    for i in (6, 0, 3, 2, 4):
        assert same(dataset.episode(i), episodes[i])
        assert dataset.scene(i) == episodes[i].scene
        assert len(dataset.episode(i).states.gripper) == episodes[i].length + 1


def test_what_is_read_is_float32_in_its_own_writable_memory(tmp_path: Path) -> None:
    write(tmp_path, units(1))
    dataset = open_dataset(tmp_path, DESK)
    for read in (dataset.episode(1), list(dataset.episodes())[1]):
        assert all(field.dtype == np.float32 for field in arrays_of(read))
        assert all(field.flags.writeable and field.flags.c_contiguous for field in arrays_of(read))


def test_there_is_no_episode_beyond_the_last(tmp_path: Path) -> None:
    write(tmp_path, units(1))
    for index in (2, -1):
        with pytest.raises(IndexError, match="2 episodes"):
            open_dataset(tmp_path, DESK).episode(index)


def test_an_open_dataset_stays_as_it_was_while_more_is_collected(tmp_path: Path) -> None:
    write(tmp_path, units(1))
    dataset = open_dataset(tmp_path, DESK)
    write(tmp_path, units(3))
    assert len(list(dataset.episodes())) == 2
    assert holds(tmp_path, flat(units(3)))


def test_a_dataset_just_begun_has_no_episodes(tmp_path: Path) -> None:
    write(tmp_path, [])
    assert list(open_dataset(tmp_path, DESK).episodes()) == []


def test_play_is_read_at_more_than_fifty_thousand_frames_a_second(tmp_path: Path) -> None:
    write(tmp_path, [[record(i, steps=300) for i in range(8)]] * 4)
    dataset = open_dataset(tmp_path, DESK)
    began = time.process_time()
    frames = sum(read.length for read in dataset.episodes())
    assert frames / (time.process_time() - began) > 50_000  # 800,000 on one 2024 core


def test_frames_are_lerobots_one_row_group_an_episode(tmp_path: Path) -> None:
    write(tmp_path, units(2))
    info = json.loads((tmp_path / "meta/info.json").read_text())
    frames, episodes = 0, 0
    for shard, records in enumerate(units(2)):
        path = info["data_path"].format(chunk_index=0, file_index=shard)
        file = pq.ParquetFile(tmp_path / path)
        assert file.num_row_groups == len(records)
        described = json.loads(file.schema_arrow.metadata[b"huggingface"])["info"]["features"]
        assert set(described) == set(info["features"]) == set(file.schema_arrow.names)
        for i, written in enumerate(records):
            table = file.read_row_group(i)
            n = written.length
            assert table["index"].to_pylist() == list(range(frames, frames + n))
            assert table["frame_index"].to_pylist() == list(range(n))
            assert table["episode_index"].to_pylist() == [episodes] * n
            assert table["task_index"].to_pylist() == [0] * n
            assert np.allclose(table["timestamp"].to_numpy(), np.arange(n) / 10)
            frames, episodes = frames + n, episodes + 1
        for name, feature in info["features"].items():
            kind = (
                str(file.schema_arrow.field(name).type)
                .replace("float", "float32")
                .replace("float3232", "float32")
            )
            vector = f"fixed_size_list<element: float32>[{feature['shape'][0]}]"
            assert kind == (feature["dtype"] if feature["shape"] == [1] else vector)
            assert feature["names"] is None or len(feature["names"]) == feature["shape"][0]
    assert (info["total_frames"], info["total_episodes"], info["total_tasks"]) == (frames, episodes, 1)
    assert (info["codebase_version"], info["splits"], info["fps"]) == ("v3.0", {"train": "0:4"}, 10)


def test_frames_hold_what_a_policy_sees_before_each_action(tmp_path: Path) -> None:
    write(tmp_path, [[record(objects=2)]])
    table = pq.read_table(tmp_path / "data/chunk-000/file-000.parquet")
    seen = observe(record(objects=2).states.at(slice(None, -1)))
    assert np.array_equal(table["observation.state"].to_pylist(), seen.proprio)
    whole = np.array(table["observation.environment_state"].to_pylist(), np.float32)
    assert np.array_equal(whole[:, :120].reshape(-1, 10, 12), seen.entities)
    assert np.array_equal(whole[:, 120:], seen.mask)


def test_episode_rows_say_where_their_frames_are(tmp_path: Path) -> None:
    write(tmp_path, units(2))
    at = 0
    for shard, records in enumerate(units(2)):
        rows = pq.read_table(tmp_path / f"meta/episodes/chunk-000/file-{shard:03d}.parquet").to_pylist()
        for row, written in zip(rows, records, strict=True):
            assert (row["data/chunk_index"], row["data/file_index"]) == (0, shard)
            assert (row["meta/episodes/chunk_index"], row["meta/episodes/file_index"]) == (0, shard)
            assert (row["dataset_from_index"], row["dataset_to_index"]) == (at, at + written.length)
            assert (row["length"], row["tasks"]) == (written.length, ["play"])
            at += written.length


def test_the_only_task_is_play_and_it_is_the_index_that_pandas_reads(tmp_path: Path) -> None:
    write(tmp_path, units(1))
    table = pq.read_table(tmp_path / "meta/tasks.parquet")
    assert table.to_pylist() == [{"task_index": 0, "__index_level_0__": "play"}]
    assert json.loads(table.schema.metadata[b"pandas"])["index_columns"] == ["__index_level_0__"]


def test_statistics_are_those_of_all_frames_however_they_were_committed(tmp_path: Path) -> None:
    write(tmp_path, units(4))
    tables = [pq.read_table(path) for path in sorted((tmp_path / "data").rglob("*.parquet"))]
    stats = json.loads((tmp_path / "meta/stats.json").read_text())
    assert set(stats) == set(format_of(DESK.spec).widths)
    for name, own in stats.items():
        values = np.concatenate([np.array(t[name].to_pylist(), float).reshape(len(t), -1) for t in tables])
        assert own["count"] == [len(values)]
        for key in ("min", "max", "mean", "std"):
            assert np.allclose(own[key], getattr(values, key)(axis=0), atol=1e-9), (name, key)


def test_statistics_of_an_episode_are_numpys(tmp_path: Path) -> None:
    write(tmp_path, [[record(steps=57)]])
    row = pq.read_table(tmp_path / "meta/episodes/chunk-000/file-000.parquet").to_pylist()[0]
    actions = record(steps=57).actions.astype(float)
    for key, q in {"q01": 0.01, "q10": 0.1, "q50": 0.5, "q90": 0.9, "q99": 0.99}.items():
        assert np.allclose(row[f"stats/action/{key}"], np.quantile(actions, q, axis=0))
    assert np.allclose(row["stats/action/std"], actions.std(0))
    assert row["stats/action/count"] == [57]


def test_the_card_tells_how_much_there_is_and_how_it_came_about(tmp_path: Path) -> None:
    with DatasetWriter(tmp_path, Config(seed=77), command="robopolicy play seed=77", kind=DESK) as writer:
        writer.commit(units(1)[0])
    card = (tmp_path / "README.md").read_text()
    assert card.startswith("---\nlicense: mit\n")
    for words in (
        "- LeRobot",
        "| episodes | 2 |",
        "| frames | 11 at 10 Hz |",
        "robopolicy play seed=77",
        '"seed": 77',
    ):
        assert words in card
    write(tmp_path, units(2), Config(seed=77))
    assert "robopolicy play seed=77" in (tmp_path / "README.md").read_text()
