import json
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.common.errors import CannotWrite
from data.common.locks import FolderBusy
from data.store.episode import (
    BadRecord,
    ColumnMissing,
    DatasetDamaged,
    DatasetMismatch,
    DatasetOfOtherWorld,
    DatasetOld,
    DatasetUnsupported,
    EpisodeRecord,
    FolderTaken,
    NoDataset,
)
from data.store.lerobot_format import format_of
from data.store.reader import open_dataset
from data.store.writer import DatasetWriter
from sim.desk.constants import FIXTURES, JOINTED, LIGHTS
from sim.desk.rows import observe
from sim.desk.scene import Scene, Thing
from sim.desk.scenes.sampler import draw_scene
from sim.kinds.desk import DESK, DeskKind
from sim.rotations import about_z
from sim.state import HAND_DIM, JOINT, LIGHT, POS, QUAT, SIZE, THING_DIM, Array, State


class FasterDesk(DeskKind):
    """The desk, with twice as many actions in a second."""

    spec = replace(DESK.spec, control_hz=20)


class Moon(DeskKind):
    """Another world, of the same things."""

    spec = replace(DESK.spec, name="moon")


FASTER, MOON = FasterDesk(), Moon()


@dataclass(frozen=True)
class Config:
    seed: int = 0
    minutes: float = 30.0
    colours: tuple[str, ...] = ("red", "blue")


def record(seed: int = 0, steps: int = 6, objects: int = 3) -> EpisodeRecord:
    """Random numbers in the shape of an episode, and in the ranges of one."""
    rng = np.random.default_rng(seed)
    size, pos = (0.04, 0.04, 0.04), (0.4, 0.1 * seed, 0.02)
    hand = rng.normal(size=(steps + 1, HAND_DIM))
    hand[:, 7] = rng.uniform(0, 0.08, steps + 1)
    rows = np.zeros((steps + 1, objects + len(FIXTURES), THING_DIM))
    rows[..., POS] = rng.normal(size=rows[..., POS].shape)
    rows[:, :objects, QUAT] = rng.normal(size=(steps + 1, objects, 4))
    rows[:, objects:, QUAT] = about_z(rng.normal(size=(steps + 1, len(FIXTURES))))
    for quat in (hand[:, QUAT], rows[..., QUAT]):
        quat /= np.linalg.norm(quat, axis=-1, keepdims=True)
    rows[:, :objects, SIZE] = size
    rows[:, objects : objects + len(JOINTED), JOINT] = rng.normal(size=(steps + 1, len(JOINTED)))
    for switch in LIGHTS.values():
        rows[:, objects + FIXTURES.index(switch), LIGHT] = np.round(rng.random(steps + 1))
    things = tuple(Thing("red", "cube", size, pos, float(rng.normal())) for _ in range(objects))
    scene = Scene(seed, "left_handed", things, (0.1, 0.0, 0.0, -0.3), led=bool(seed % 2))
    states = State(hand, rows, (*scene.names, *FIXTURES), objects)
    return EpisodeRecord(scene, states, rng.uniform(-1, 1, (steps, 7)).astype(np.float32))


def units(n: int = 3) -> list[list[EpisodeRecord]]:
    """Commits of two episodes with differing lengths and numbers of objects."""
    return [[record(2 * k + i, steps=5 + k + i, objects=1 + (k + i) % 5) for i in range(2)] for k in range(n)]


def flat(commits: list[list[EpisodeRecord]]) -> list[EpisodeRecord]:
    return [written for records in commits for written in records]


def write(folder: Path, commits: list[list[EpisodeRecord]], config: Config = Config()) -> None:
    with DatasetWriter(folder, config) as writer:
        for records in commits[writer.committed :]:
            writer.commit(records)


def same(a: EpisodeRecord, b: EpisodeRecord) -> bool:
    pairs = zip(arrays_of(a), arrays_of(b), strict=True)
    rows = [(one.states.names, one.states.n_objects) for one in (a, b)]
    return (
        a.scene == b.scene
        and rows[0] == rows[1]
        and all(np.array_equal(x.astype(np.float32), y.astype(np.float32)) for x, y in pairs)
    )


def arrays_of(one: EpisodeRecord) -> tuple[Array, ...]:
    return (one.states.hand, one.states.things, one.actions)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def holds(folder: Path, episodes: list[EpisodeRecord]) -> bool:
    stored = list(open_dataset(folder).episodes())
    return len(stored) == len(episodes) and all(map(same, stored, episodes))


# -- round trip ------------------------------------------------------------------------------------


def test_episodes_read_back_as_they_were_with_the_state_after_the_last_action(tmp_path: Path) -> None:
    episodes = [record(i, steps=1 + 7 * i, objects=1 + i % 5) for i in range(7)]
    write(tmp_path, [episodes[:3], episodes[3:4], episodes[4:]])
    dataset = open_dataset(tmp_path)
    assert (dataset.n_episodes, dataset.n_frames, dataset.fps) == (7, sum(e.length for e in episodes), 10)
    assert dataset.lengths.tolist() == [e.length for e in episodes]
    assert all(map(same, dataset.episodes(), episodes))
    for i in (6, 0, 3, 2, 4):
        assert same(dataset.episode(i), episodes[i])
        assert dataset.scene(i) == episodes[i].scene
        assert len(dataset.episode(i).states.gripper) == episodes[i].length + 1


def test_what_is_read_is_float32_in_its_own_writable_memory(tmp_path: Path) -> None:
    write(tmp_path, units(1))
    dataset = open_dataset(tmp_path)
    for read in (dataset.episode(1), list(dataset.episodes())[1]):
        assert all(field.dtype == np.float32 for field in arrays_of(read))
        assert all(field.flags.writeable and field.flags.c_contiguous for field in arrays_of(read))


def test_there_is_no_episode_beyond_the_last(tmp_path: Path) -> None:
    write(tmp_path, units(1))
    for index in (2, -1):
        with pytest.raises(IndexError, match="2 episodes"):
            open_dataset(tmp_path).episode(index)


def test_an_open_dataset_stays_as_it_was_while_more_is_collected(tmp_path: Path) -> None:
    write(tmp_path, units(1))
    dataset = open_dataset(tmp_path)
    write(tmp_path, units(3))
    assert len(list(dataset.episodes())) == 2
    assert holds(tmp_path, flat(units(3)))


def test_a_dataset_just_begun_has_no_episodes(tmp_path: Path) -> None:
    write(tmp_path, [])
    assert list(open_dataset(tmp_path).episodes()) == []


def test_play_is_read_at_more_than_fifty_thousand_frames_a_second(tmp_path: Path) -> None:
    write(tmp_path, [[record(i, steps=300) for i in range(8)]] * 4)
    dataset = open_dataset(tmp_path)
    began = time.process_time()
    frames = sum(read.length for read in dataset.episodes())
    assert frames / (time.process_time() - began) > 50_000  # 800,000 on one 2024 core


# -- LeRobotDataset v3.0 ---------------------------------------------------------------------------


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
    with DatasetWriter(tmp_path, Config(seed=77), command="robopolicy play seed=77") as writer:
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


# -- format 1 --------------------------------------------------------------------------------------


def of_format_1(folder: Path, episodes: list[EpisodeRecord]) -> Path:
    """A dataset as the versions before wrote it: columns of the state besides, and another final state."""
    write(folder, [episodes])
    path = folder / "data/chunk-000/file-000.parquet"
    frames = pq.read_table(path)
    gripper = pa.array(np.concatenate([one.states.gripper[:-1] for one in episodes]).astype(np.float32))
    pq.write_table(frames.append_column("state.gripper", gripper), path)
    rows = folder / "meta/episodes/chunk-000/file-000.parquet"
    table = pq.read_table(rows)
    finals = np.stack([final_of_format_1(one.states) for one in episodes])
    at = table.schema.get_field_index("final_state")
    column = pa.FixedSizeListArray.from_arrays(pa.array(finals.ravel()), finals.shape[1])
    pq.write_table(table.set_column(at, "final_state", column), rows)
    info = json.loads((folder / "meta/info.json").read_text())
    info["features"]["state.gripper"] = {"dtype": "float32", "shape": [1], "names": None}
    info["robopolicy"]["format"] = 1
    del info["robopolicy"]["world"]
    (folder / "meta/info.json").write_text(json.dumps(info))
    return folder


def final_of_format_1(states: State) -> Array:
    """(84,) in the order of `data.store.format_1`, rows of absent objects zero."""
    last, n = states.at(-1), states.n_objects
    slots = np.zeros((5, THING_DIM))
    slots[:n] = last.objects
    fixed = last.things[n:]
    headings = [last.yaw(name) for name in FIXTURES]
    lights = [last.light(name) for name in LIGHTS.values()]
    parts = (last.hand, slots[:, POS], slots[:, QUAT], slots[:, SIZE], fixed[:, POS], headings,
             [last.joint(name) for name in JOINTED], lights)  # fmt: skip
    return np.concatenate([np.ravel(part) for part in parts]).astype(np.float32)


def test_a_dataset_of_format_1_reads_as_it_was_to_the_last_state(tmp_path: Path) -> None:
    episodes = [record(i, steps=4 + i, objects=1 + i) for i in range(5)]
    dataset = open_dataset(of_format_1(tmp_path, episodes))
    assert dataset.n_episodes == 5
    for read, written in zip(dataset.episodes(), episodes, strict=True):
        assert read.scene == written.scene
        assert (read.states.names, read.states.n_objects) == written.states[2:]
        for one, other in zip(arrays_of(read), arrays_of(written), strict=True):
            np.testing.assert_allclose(one[:-1], other[:-1].astype(np.float32))
        turned = np.einsum("ni,ni->n", read.states.things[-1, :, QUAT], written.states.things[-1, :, QUAT])
        np.testing.assert_allclose(np.abs(turned), 1, atol=1e-6)  # a heading tells no quaternion's sign
        for columns in (POS, SIZE, JOINT, LIGHT):
            np.testing.assert_allclose(
                read.states.things[-1, :, columns], written.states.things[-1, :, columns], atol=1e-6
            )
        np.testing.assert_allclose(read.states.hand[-1], written.states.hand[-1], atol=1e-6)


def test_a_dataset_of_format_1_is_not_gone_on_with(tmp_path: Path) -> None:
    before = contents(of_format_1(tmp_path, units(1)[0]))
    with pytest.raises(DatasetOld, match=r"is of format 1, which an earlier version wrote") as told:
        DatasetWriter(tmp_path, Config())
    assert "\n" not in str(told.value)
    assert "dataset=A,B" in str(told.value)
    assert contents(tmp_path) == before


# -- going on --------------------------------------------------------------------------------------


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
        DatasetWriter(tmp_path, Config(seed=1))
    with pytest.raises(DatasetMismatch, match="colours"):
        DatasetWriter(tmp_path, Config(colours=("red",)))
    with pytest.raises(DatasetMismatch, match="fps"):
        DatasetWriter(tmp_path, Config(), kind=FASTER)
    assert contents(tmp_path) == before
    write(tmp_path, units(2), Config(minutes=60))
    assert open_dataset(tmp_path).config["minutes"] == 60


def test_a_dataset_without_episodes_may_begin_anew_with_another_config(tmp_path: Path) -> None:
    write(tmp_path, [])
    write(tmp_path, units(1), Config(seed=1))
    assert open_dataset(tmp_path).config["seed"] == 1


def test_two_writers_at_once_are_one_too_many(tmp_path: Path) -> None:
    with DatasetWriter(tmp_path) as writer:
        with pytest.raises(FolderBusy):
            DatasetWriter(tmp_path)
        writer.append(record())
    with DatasetWriter(tmp_path) as writer:
        assert (writer.committed, writer.n_episodes, writer.n_frames) == (1, 1, 6)


@pytest.mark.parametrize(
    "name", ["README.md", "data/chunk-000/file-000.parquet", "meta/episodes/a/b.parquet"]
)
def test_nothing_of_anothers_is_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(FolderTaken, match=name):
        DatasetWriter(tmp_path)
    assert contents(tmp_path) == {name: b"mine"}


def test_a_full_disk_loses_nothing_that_was_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = DatasetWriter(tmp_path, Config())
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
        DatasetWriter(tmp_path / "file")


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
    with DatasetWriter(tmp_path) as writer:
        with pytest.raises(BadRecord, match=message):
            writer.commit([record(), change(record())])
        writer.commit([record()])
    assert holds(tmp_path, [record()])


# -- killed ----------------------------------------------------------------------------------------


def _die_at(step: int) -> None:
    """Count every fsync and rename; at this one the process is gone, and the file it was writing is torn."""
    left = iter(range(step, -1, -1))
    fsync, replace = os.fsync, Path.replace

    def dying_fsync(descriptor: int) -> None:
        if next(left, 1) == 0:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)
            os._exit(9)
        fsync(descriptor)

    def dying_replace(self: Path, target: Path) -> Path:
        if next(left, 1) == 0:
            os._exit(9)
        return replace(self, target)

    os.fsync = dying_fsync
    Path.replace = dying_replace  # type: ignore[method-assign, assignment]


def _killed_at_every_step(base: Path) -> None:
    """Runs in a process of its own without threads, so that it can fork. Exits with 1 on a lost episode."""
    write(base / "whole", units())
    whole, episodes = contents(base / "whole"), flat(units())
    for step in count():
        folder = base / f"killed-{step}"
        reader, said = os.pipe()
        if os.fork() == 0:
            _die_at(step)
            with DatasetWriter(folder, Config()) as writer:
                for records in units()[writer.committed :]:
                    writer.commit(records)
                    os.write(said, b".")
            os._exit(0)
        os.close(said)
        with os.fdopen(reader, "rb") as heard:
            finished = len(heard.read())
        survived = os.waitstatus_to_exitcode(os.wait()[1]) == 0
        if (folder / "meta/info.json").exists():
            stored = list(open_dataset(folder).episodes())
            assert len(stored) >= 2 * finished, step
            assert all(same(a, b) for a, b in zip(stored, episodes, strict=False)), step
        else:
            assert finished == 0, step
        write(folder, units())
        assert contents(folder) == whole, step
        shutil.rmtree(folder)
        if survived:
            print(step)
            return


@pytest.mark.long
def test_a_writer_killed_at_any_step_loses_nothing_and_goes_on_to_the_same_bytes(
    injected, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, __file__, str(tmp_path)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    steps = int(done.stdout)
    assert steps > 3 * 15  # every file of every commit is synced, renamed, synced
    injected("kill of a writer of play", "at each step of its file operations", steps, "the commit under way")


# -- damaged ---------------------------------------------------------------------------------------


def test_no_dataset_says_how_to_collect_one(tmp_path: Path) -> None:
    with pytest.raises(NoDataset, match=f"robopolicy play dataset={tmp_path}"):
        open_dataset(tmp_path)


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
        list(open_dataset(tmp_path).episodes())
    if name.startswith("data"):
        assert same(open_dataset(tmp_path).episode(0), record(0, steps=5, objects=1))  # the rest is well
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
            attempt(tmp_path)
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
            attempt(tmp_path)


def test_a_dataset_of_another_kind_of_world_is_refused_by_its_name(tmp_path: Path) -> None:
    with DatasetWriter(tmp_path, Config(), kind=MOON) as writer:
        writer.commit(units(1)[0])
    assert all(map(same, open_dataset(tmp_path, MOON).episodes(), units(1)[0]))
    for attempt in (open_dataset, DatasetWriter):
        with pytest.raises(DatasetOfOtherWorld, match=r"in the world .*moon.*, not in 'desk'; give env="):
            attempt(tmp_path)


def test_an_info_that_counts_other_than_there_is_is_damage(tmp_path: Path) -> None:
    write(tmp_path, units(2))
    path = tmp_path / "meta/info.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"total_frames": 5}))
    with pytest.raises(DatasetDamaged, match=r"info\.json"):
        open_dataset(tmp_path)


if __name__ == "__main__":
    _killed_at_every_step(Path(sys.argv[1]))


# -- what left the desk -----------------------------------------------------------------------------


def fallen_record() -> EpisodeRecord:
    """An episode at the end of which the second object lies on the floor."""
    kept = record()
    scene, things = draw_scene(3), kept.states.things.copy()
    things[:, :3, POS] = np.abs(things[:, :3, POS]) + 0.1
    things[-2:, 1, 2] = -0.7
    things[:, :3, SIZE] = [thing.size for thing in scene.objects]
    return kept._replace(scene=scene, states=State(kept.states.hand, things, (*scene.names, *FIXTURES), 3))


def test_an_episode_in_which_something_left_the_desk_is_recorded_as_such(
    tmp_path: Path, injected: Callable[..., None]
) -> None:
    fell = fallen_record()
    sound = fell._replace(states=fell.states.changed(1, POS, np.abs(fell.states.pos(1))))
    write(tmp_path, [[fell, sound], [sound]])
    rows = pq.read_table(tmp_path / "meta/episodes").to_pylist()
    assert [row["fallen"] for row in rows] == [[fell.scene.names[1]], [], []]
    write(tmp_path, [[fell, sound], [sound], [fell]])
    assert open_dataset(tmp_path).n_fallen == 2
    assert "something fell out of reach | 2 |" in (tmp_path / "README.md").read_text()
    injected("an object leaves the desk in play", "an episode that ends with it on the floor", 2)


def test_older_play_is_gone_on_with_in_its_own_columns(tmp_path: Path) -> None:
    write(tmp_path, [[fallen_record()]])
    for path in tmp_path.glob("meta/episodes/*/*.parquet"):  # as it was before the column was there
        pq.write_table(pq.read_table(path).drop_columns(["fallen"]), path)
    write(tmp_path, [[fallen_record()], [fallen_record()]])
    schemas = {str(pq.read_schema(path)) for path in tmp_path.glob("meta/episodes/*/*.parquet")}
    assert len(schemas) == 1
    dataset = open_dataset(tmp_path)
    assert (dataset.n_episodes, dataset.n_fallen) == (2, None)
    assert "fell out of reach |" not in (tmp_path / "README.md").read_text()
