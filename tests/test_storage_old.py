"""Datasets of before: format 1, and play in which nothing says what fell."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.store.episode import (
    DatasetOld,
    EpisodeRecord,
)
from data.store.reader import open_dataset
from data.store.writer import DatasetWriter
from sim.desk.constants import FIXTURES, JOINTED, LIGHTS
from sim.desk.scenes.sampler import draw_scene
from sim.kinds.desk import DESK
from sim.state import JOINT, LIGHT, POS, QUAT, SIZE, THING_DIM, Array, State
from tests.episodes import Config, arrays_of, contents, record, units, write


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
    dataset = open_dataset(of_format_1(tmp_path, episodes), DESK)
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
        DatasetWriter(tmp_path, Config(), kind=DESK)
    assert "\n" not in str(told.value)
    assert "dataset=A,B" in str(told.value)
    assert contents(tmp_path) == before


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
    assert open_dataset(tmp_path, DESK).n_fallen == 2
    assert "something fell out of reach | 2 |" in (tmp_path / "README.md").read_text()
    injected("an object leaves the desk in play", "an episode that ends with it on the floor", 2)


def test_older_play_is_gone_on_with_in_its_own_columns(tmp_path: Path) -> None:
    write(tmp_path, [[fallen_record()]])
    for path in tmp_path.glob("meta/episodes/*/*.parquet"):  # as it was before the column was there
        pq.write_table(pq.read_table(path).drop_columns(["fallen"]), path)
    write(tmp_path, [[fallen_record()], [fallen_record()]])
    schemas = {str(pq.read_schema(path)) for path in tmp_path.glob("meta/episodes/*/*.parquet")}
    assert len(schemas) == 1
    dataset = open_dataset(tmp_path, DESK)
    assert (dataset.n_episodes, dataset.n_fallen) == (2, None)
    assert "fell out of reach |" not in (tmp_path / "README.md").read_text()
