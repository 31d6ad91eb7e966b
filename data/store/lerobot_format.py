"""LeRobotDataset v3.0 on disk: which files and columns there are.

    README.md                                the dataset card
    meta/info.json                           totals, features; written last: what it counts is there
    meta/stats.json                          moments and quantiles of every feature
    meta/tasks.parquet                       one task, "play": play has no stored intent
    meta/episodes/chunk-000/file-000.parquet a row an episode: place, stats, scene, final state
    meta/lang_segments.parquet               ours (see `data.store.segments`); LeRobot doesn't look at it
    data/chunk-000/file-000.parquet          a row a control step, one row group an episode

File k holds the episodes of the k-th commit. A frame's row holds the state *before* its action. The
state after the last action has no row of its own (v3.0 has one row an action): it is the column
`final_state` of meta/episodes, all fields of `State` flattened and joined in their order.

Frames hold `observation.state` and `observation.environment_state` for LeRobot's policies, and
`state.<field>` for every field of `State`, from which an episode is read back. Slots of objects that
the scene doesn't have are zero; how many it has is in the scene, the column `scene` of meta/episodes,
as JSON. The column `fallen` of meta/episodes names the objects that left the desk; older datasets have
none, and are gone on with without it, since LeRobot reads files of one schema only.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.store.episode import EpisodeRecord
from sim.observation import ENTITY_DIM, MAX_ENTITIES, PROPRIO_DIM, observe
from sim.state import FIXTURES, JOINTS, LIGHTS, MAX_OBJECTS, State

CODEBASE_VERSION = "v3.0"
FORMAT = 1  # of what we add to v3.0; a dataset of another one is refused
CHUNK = 1000  # files in a folder
TASK = "play"
FALLEN = "fallen"  # a column of meta/episodes
ACTION_NAMES = ("dx", "dy", "dz", "rx", "ry", "rz", "gripper")

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
"""Shape of a stored field of `State` at one timestep, objects padded."""

STATE_DIM = sum(int(np.prod(shape)) for shape in STATE_SHAPES.values())


class Feature(NamedTuple):
    """A column of the frames: float32 vector or, of width 1, scalar."""

    name: str
    width: int
    names: tuple[str, ...]


def _features() -> tuple[Feature, ...]:
    slots = [f"object_{i}" for i in range(MAX_OBJECTS)] + [name.replace(" ", "_") for name in FIXTURES]
    parts = ("x", "y", "z", "qx", "qy", "qz", "qw", "sx", "sy", "sz", "joint", "light")
    assert (len(parts), len(slots)) == (ENTITY_DIM, MAX_ENTITIES)
    entities = [f"{slot}.{part}" for slot in slots for part in parts] + [f"{slot}.present" for slot in slots]
    proprio = ("x", "y", "z", "qx", "qy", "qz", "qw", "gripper")
    features = [
        Feature("observation.state", PROPRIO_DIM, proprio),
        Feature("observation.environment_state", len(entities), tuple(entities)),
        Feature("action", len(ACTION_NAMES), ACTION_NAMES),
    ]
    for field, shape in STATE_SHAPES.items():
        places = [field + "".join(f".{i}" for i in index) for index in np.ndindex(shape)]
        features.append(Feature(f"state.{field}", len(places), tuple(places)))
    return tuple(features)


FEATURES = _features()
INDICES = {"timestamp": "float32"} | dict.fromkeys(
    ("frame_index", "episode_index", "index", "task_index"), "int64"
)
WIDTHS = {**{f.name: f.width for f in FEATURES}, **dict.fromkeys(INDICES, 1)}
STATE_COLUMNS = tuple(f"state.{field}" for field in STATE_SHAPES)
NEEDED = ("index", "episode_index", "timestamp", "action", *STATE_COLUMNS)
"""Columns of the frames without which no episode can be read back."""


def data_path(folder: Path, shard: int) -> Path:
    """Where the frames of a commit go."""
    return data_file(folder, *divmod(shard, CHUNK))


def episodes_path(folder: Path, shard: int) -> Path:
    """Where the episodes of a commit go."""
    return episodes_file(folder, *divmod(shard, CHUNK))


def data_file(folder: Path, chunk: int, file: int) -> Path:
    """Where file `file` of folder `chunk` of the frames is."""
    return folder / f"data/chunk-{chunk:03d}/file-{file:03d}.parquet"


def episodes_file(folder: Path, chunk: int, file: int) -> Path:
    """Where file `file` of folder `chunk` of meta/episodes is."""
    return folder / f"meta/episodes/chunk-{chunk:03d}/file-{file:03d}.parquet"


def described_features() -> dict[str, Any]:
    """The features as meta/info.json describes them."""
    ours = {f.name: {"dtype": "float32", "shape": [f.width], "names": list(f.names)} for f in FEATURES}
    return ours | {name: {"dtype": dtype, "shape": [1], "names": None} for name, dtype in INDICES.items()}


def frame_schema() -> pa.Schema:
    """The frames' schema, with the description that the `datasets` library looks for."""
    fields, described = [], {}
    for name, width, _ in FEATURES:
        fields.append(pa.field(name, pa.float32() if width == 1 else pa.list_(pa.float32(), width)))
        value = {"dtype": "float32", "_type": "Value"}
        described[name] = value if width == 1 else {"feature": value, "length": width, "_type": "Sequence"}
    for name, dtype in INDICES.items():
        fields.append(pa.field(name, pa.type_for_alias(dtype)))
        described[name] = {"dtype": dtype, "_type": "Value"}
    return pa.schema(fields, metadata={"huggingface": json.dumps({"info": {"features": described}})})


def tasks_table() -> pa.Table:
    """meta/tasks.parquet as pandas would write it: the task's words are the index."""
    index = "__index_level_0__"
    kinds = {"task_index": "int64", index: "unicode"}
    columns = [
        {"name": None if name == index else name, "field_name": name, "pandas_type": kind,
         "numpy_type": "object" if kind == "unicode" else kind, "metadata": None}
        for name, kind in kinds.items()
    ]  # fmt: skip
    pandas = {"index_columns": [index], "column_indexes": [], "columns": columns, "pandas_version": "2.2.0"}
    schema = pa.schema(
        [("task_index", pa.int64()), (index, pa.string())], metadata={"pandas": json.dumps(pandas)}
    )
    return pa.table({"task_index": [0], index: [TASK]}, schema=schema)


def flat_states(states: State) -> dict[str, NDArray[np.float32]]:
    """States of L timesteps -> (L, width) by column, objects padded with zeros."""
    columns = {}
    for field, shape in STATE_SHAPES.items():
        values = np.asarray(getattr(states, field), np.float32)
        if field.startswith("object_"):
            padded = np.zeros((len(values), *shape), np.float32)
            padded[:, : values.shape[1]] = values
            values = padded
        columns[f"state.{field}"] = values.reshape(len(values), -1)
    return columns


def whole_states(columns: dict[str, NDArray[np.float32]], final: NDArray[np.float32], n: int) -> State:
    """(T, width) by column and the final state (84,), n objects -> states of T + 1 timesteps."""
    fields, at = [], 0
    for field, shape in STATE_SHAPES.items():
        rows = columns[f"state.{field}"]
        width = rows.shape[1]
        values = np.concatenate([rows, final[None, at : at + width]]).reshape(-1, *shape)
        fields.append(np.ascontiguousarray(values[:, :n]) if field.startswith("object_") else values)
        at += width
    return State(*fields)


def frame_columns(record: EpisodeRecord, episode: int, first: int, fps: int) -> dict[str, NDArray[Any]]:
    """Every column of an episode's T frames, vectors (T, width), and scalars (T, 1)."""
    steps = len(record.actions)
    states = record.states.at(slice(None, -1))
    seen = observe(State(*(np.asarray(field, np.float32) for field in states)))
    frame = np.arange(steps, dtype=np.int64)[:, None]
    return {
        "observation.state": seen.proprio,
        "observation.environment_state": np.hstack([seen.entities.reshape(steps, -1), seen.mask]),
        "action": np.asarray(record.actions, np.float32),
        **flat_states(states),
        "timestamp": (frame / fps).astype(np.float32),
        "frame_index": frame,
        "episode_index": np.full_like(frame, episode),
        "index": frame + first,
        "task_index": np.zeros_like(frame),
    }


def as_table(columns: dict[str, NDArray[Any]], schema: pa.Schema) -> pa.Table:
    """(T, width) arrays -> a table, without a Python object per frame."""
    arrays = []
    for field in schema:
        values = pa.array(np.ascontiguousarray(columns[field.name]).ravel())
        width = WIDTHS[field.name]
        arrays.append(values if width == 1 else pa.FixedSizeListArray.from_arrays(values, width))
    return pa.Table.from_arrays(arrays, schema=schema)


def as_arrays(table: pa.Table) -> dict[str, NDArray[Any]]:
    """A table of frames -> (T, width) arrays of our own memory, whatever kind of list a writer chose.

    Raises ValueError for values that are missing, or of another width.
    """
    arrays = {}
    for name in table.column_names:
        arrays[name] = as_array(table[name], name, WIDTHS[name])
        if name not in INDICES:
            arrays[name] = arrays[name].astype(np.float32, copy=False)
    return arrays


def as_array(column: pa.ChunkedArray, name: str, width: int) -> NDArray[Any]:
    """A column -> (rows, width) of our own memory; raises as `as_arrays`."""
    chunks = [_values(chunk, name, width) for chunk in column.chunks]
    return np.concatenate(chunks or [np.empty(0)]).reshape(-1, width)


def _values(chunk: pa.Array, name: str, width: int) -> NDArray[Any]:
    rows, nulls = len(chunk), chunk.null_count
    if pa.types.is_fixed_size_list(chunk.type) or pa.types.is_list(chunk.type):
        if not _is_wide(chunk, width):
            raise ValueError(f"{name} must have {width} numbers in every row")
        chunk = chunk.flatten()
        nulls += chunk.null_count
    values = chunk.to_numpy(zero_copy_only=False)
    if nulls or values.dtype.kind not in "fi" or len(values) != rows * width:
        raise ValueError(f"{name} must be {width} numbers in every row, and none of them missing")
    return values


def _is_wide(lists: pa.Array, width: int) -> bool:
    """Whether every list of an array has so many values; that of a fixed size is known without looking."""
    if pa.types.is_fixed_size_list(lists.type):
        return lists.type.list_size == width
    lengths = pc.list_value_length(lists)  # pyright: ignore
    return not len(lists) or pc.all(pc.equal(lengths, width), skip_nulls=False).as_py() is True  # pyright: ignore
