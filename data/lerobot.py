"""The layout on disk: LeRobotDataset v3.0, written and read with pyarrow alone.

    meta/info.json                                 totals, features, our config; written last
    meta/stats.json                                min, max, mean, std, count, quantiles per feature
    meta/tasks.parquet                             one task, "play": nobody's intent is stored
    meta/episodes/chunk-000/file-000.parquet       a row per episode: length, scene, last state, stats
    data/chunk-000/file-000.parquet                a row per frame t: observation, state, action
    meta/lang_segments.parquet                     what hindsight saw in the play (`data.segments`)

One unit of play is one pair of shards. A frame holds what the policy sees (`observation.*`, as LeRobot
policies expect it) and, exactly, the State that it was seen in (`state.<field>`, float32, arrays
flattened, absent objects NaN). An episode of T frames has T + 1 states; the last is in meta/episodes
(`final.<field>`).
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.observation import ENTITY_DIM, MAX_ENTITIES, PROPRIO_DIM, observe
from sim.state import FIXTURES, JOINTS, LIGHTS, MAX_OBJECTS, State

CODEBASE_VERSION = "v3.0"
FORMAT = 1
"""The version of what is ours in it; a reader refuses newer ones."""
TASK = "play"
CHUNK = 1000  # files per folder
ACTION_NAMES = ("dx", "dy", "dz", "rx", "ry", "rz", "gripper")
PROPRIO_NAMES = ("x", "y", "z", "qx", "qy", "qz", "qw", "gripper")
DATA_PATH = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
EPISODES_PATH = "meta/episodes/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
INFO_PATH = "meta/info.json"

Columns = dict[str, NDArray[Any]]

STATE_SHAPES: dict[str, tuple[int, ...]] = {
    "ee_pos": (3,),
    "ee_quat": (4,),
    "gripper": (),
    "object_pos": (MAX_OBJECTS, 3),
    "object_quat": (MAX_OBJECTS, 4),
    "object_size": (MAX_OBJECTS, 3),
    "fixture_pos": (len(FIXTURES), 3),
    "fixture_yaw": (len(FIXTURES),),
    "joints": (len(JOINTS),),
    "lights": (len(LIGHTS),),
}
"""Of one instant, with absent objects."""


class Feature(NamedTuple):
    """A column of the frames."""

    dtype: str
    size: int  # 1 is stored as a plain column
    names: tuple[str, ...] | None = None


FEATURES: dict[str, Feature] = {
    "observation.state": Feature("float32", PROPRIO_DIM, PROPRIO_NAMES),
    "observation.environment_state": Feature("float32", MAX_ENTITIES * ENTITY_DIM + MAX_ENTITIES),
    "action": Feature("float32", len(ACTION_NAMES), ACTION_NAMES),
    **{f"state.{name}": Feature("float32", int(np.prod(shape))) for name, shape in STATE_SHAPES.items()},
    "timestamp": Feature("float32", 1),
    "frame_index": Feature("int64", 1),
    "episode_index": Feature("int64", 1),
    "index": Feature("int64", 1),
    "task_index": Feature("int64", 1),
}


def shard_path(folder: Path, pattern: str, unit: int) -> Path:
    """Where a unit's shard lies; pattern is DATA_PATH or EPISODES_PATH."""
    return folder / pattern.format(chunk_index=unit // CHUNK, file_index=unit % CHUNK)


def feature_dict() -> dict[str, Any]:
    """FEATURES as info.json tells them."""
    return {
        name: {"dtype": f.dtype, "shape": [f.size], "names": list(f.names) if f.names else None}
        for name, f in FEATURES.items()
    }


def state_columns(states: State) -> Columns:
    """A State over time -> {field: (T, size) float32}, absent objects NaN."""
    columns = {}
    for name, shape in STATE_SHAPES.items():
        value = np.asarray(getattr(states, name), np.float32)
        if name.startswith("object_"):
            padded = np.full((len(value), *shape), np.nan, np.float32)
            padded[:, : value.shape[1]] = value
            value = padded
        columns[name] = value.reshape(len(value), -1)
    return columns


def states_of(columns: Columns, n_objects: int) -> State:
    """What `state_columns` flattened -> the State over time, with the objects that there are."""
    fields = {}
    for name, shape in STATE_SHAPES.items():
        value = columns[name].reshape(-1, *shape)
        fields[name] = value[:, :n_objects] if name.startswith("object_") else value
    return State(**fields)


def frame_columns(
    states: State, actions: NDArray[np.float32], fps: float, episode: int, first_index: int
) -> Columns:
    """An episode (T + 1 states, actions (T, 7)) -> {feature: (T, size)}, in the order of FEATURES."""
    n = len(actions)
    frames = State(*(np.asarray(field[:n], np.float32) for field in states))
    seen = observe(frames)
    around = np.concatenate([seen.entities.reshape(n, -1), seen.mask], axis=1)
    at = np.arange(n, dtype=np.int64)
    return {
        "observation.state": seen.proprio,
        "observation.environment_state": around,
        "action": np.asarray(actions, np.float32),
        **{f"state.{name}": value for name, value in state_columns(frames).items()},
        "timestamp": (at / fps).astype(np.float32)[:, None],
        "frame_index": at[:, None],
        "episode_index": np.full((n, 1), episode, np.int64),
        "index": (first_index + at)[:, None],
        "task_index": np.zeros((n, 1), np.int64),
    }


def frame_schema() -> pa.Schema:
    """Of the data shards; `datasets` reads its feature description from the key `huggingface`."""
    fields, described = [], {}
    for name, feature in FEATURES.items():
        scalar = pa.float32() if feature.dtype == "float32" else pa.int64()
        value: dict[str, Any] = {"dtype": feature.dtype, "_type": "Value"}
        fields.append(pa.field(name, scalar if feature.size == 1 else pa.list_(scalar, feature.size)))
        described[name] = (
            value if feature.size == 1 else {"feature": value, "length": feature.size, "_type": "List"}
        )
    return pa.schema(fields, {"huggingface": json.dumps({"info": {"features": described}})})


def frame_table(columns: Columns) -> pa.Table:
    """{feature: (T, size)} -> a table of `frame_schema`."""
    schema = frame_schema()
    arrays = []
    for name, feature in FEATURES.items():
        flat = pa.array(np.ascontiguousarray(columns[name]).reshape(-1))
        arrays.append(flat if feature.size == 1 else pa.FixedSizeListArray.from_arrays(flat, feature.size))
    return pa.Table.from_arrays(arrays, schema=schema)


def tasks_table() -> pa.Table:
    """The one task; its name is the pandas index, as readers look it up there."""
    index = "__index_level_0__"
    whole = {"pandas_type": "int64", "numpy_type": "int64", "metadata": None}
    words = {"pandas_type": "unicode", "numpy_type": "object", "metadata": None}
    pandas = {
        "index_columns": [index],
        "column_indexes": [{"name": None, "field_name": None, **words, "metadata": {"encoding": "UTF-8"}}],
        "columns": [
            {"name": "task_index", "field_name": "task_index", **whole},
            {"name": None, "field_name": index, **words},
        ],
        "creator": {"library": "pyarrow", "version": pa.__version__},
        "pandas_version": "2.2.0",
    }
    schema = pa.schema([("task_index", pa.int64()), (index, pa.string())], {"pandas": json.dumps(pandas)})
    return pa.table([pa.array([0], pa.int64()), pa.array([TASK])], schema=schema)
