"""LeRobotDataset v3.0 on disk: which files and columns there are.

    README.md                                the dataset card
    meta/info.json                           totals, features; written last: what it counts is there
    meta/stats.json                          moments and quantiles of every feature
    meta/tasks.parquet                       one task, "play": play has no stored intent
    meta/episodes/chunk-000/file-000.parquet a row an episode: place, stats, scene, final state
    meta/lang_segments.parquet               ours (see `data.store.segments`); LeRobot doesn't look at it
    data/chunk-000/file-000.parquet          a row a control step, one row group an episode

File k holds the episodes of the k-th commit. A frame's row holds the state *before* its action: the hand is
`observation.state`, the things are `observation.environment_state`, with rows for as many objects as the kind
of world may have; those that the scene doesn't have are zero. The state after the last action has no row of
its own (v3.0 has one row an action): it is the column `final_state` of meta/episodes, hand and things joined.
What stands in the rows follows from the scene, the column `scene` of meta/episodes, as JSON.

The column `fallen` of meta/episodes names the objects that left the desk; older datasets have none, and are
gone on with without it, since LeRobot reads files of one schema only. Format 1 had the same values once more
in columns of its own, and another final state (`data.store.format_1`).
"""

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.store.episode import EpisodeRecord
from sim.observation import Observation, padded
from sim.state import HAND_COLUMNS, HAND_DIM, THING_COLUMNS, THING_DIM, State
from sim.world_spec import WorldSpec

CODEBASE_VERSION = "v3.0"
FORMAT = 2  # of what we add to v3.0
READABLE = (1, FORMAT)
CHUNK = 1000  # files in a folder
TASK = "play"
FALLEN = "fallen"  # a column of meta/episodes
ACTION_NAMES = ("dx", "dy", "dz", "rx", "ry", "rz", "gripper")
HAND, THINGS = "observation.state", "observation.environment_state"

INDICES = {"timestamp": "float32"} | dict.fromkeys(
    ("frame_index", "episode_index", "index", "task_index"), "int64"
)
NEEDED = ("index", "episode_index", "timestamp", "action", HAND, THINGS)
"""Columns of the frames without which no episode can be read back."""


class Feature(NamedTuple):
    """A column of the frames: float32 vector or, of width 1, scalar."""

    name: str
    width: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class FrameFormat:
    """The columns of frames of one kind of world."""

    spec: WorldSpec

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """The columns of numbers, in their order."""
        slots = [f"object_{i}" for i in range(self.spec.most_objects)]
        slots += [name.replace(" ", "_") for name in self.spec.fixed]
        parts = (*THING_COLUMNS[:7], "sx", "sy", "sz", *THING_COLUMNS[10:])
        things = [f"{slot}.{part}" for slot in slots for part in parts] + [
            f"{slot}.present" for slot in slots
        ]
        return (
            Feature(HAND, HAND_DIM, (*HAND_COLUMNS[:7], "gripper")),
            Feature(THINGS, len(things), tuple(things)),
            Feature("action", len(ACTION_NAMES), ACTION_NAMES),
        )

    @cached_property
    def widths(self) -> dict[str, int]:
        """Of every column, in their order."""
        return {**{f.name: f.width for f in self.features}, **dict.fromkeys(INDICES, 1)}

    @property
    def final_width(self) -> int:
        """Of the column `final_state`."""
        return HAND_DIM + self.spec.most_things * THING_DIM

    def described(self) -> dict[str, Any]:
        """The features as meta/info.json describes them."""
        ours = {
            f.name: {"dtype": "float32", "shape": [f.width], "names": list(f.names)} for f in self.features
        }
        return ours | {name: {"dtype": dtype, "shape": [1], "names": None} for name, dtype in INDICES.items()}

    def schema(self) -> pa.Schema:
        """The frames' schema, with the description that the `datasets` library looks for."""
        fields, described = [], {}
        for name, width, _ in self.features:
            fields.append(pa.field(name, pa.float32() if width == 1 else pa.list_(pa.float32(), width)))
            value = {"dtype": "float32", "_type": "Value"}
            described[name] = (
                value if width == 1 else {"feature": value, "length": width, "_type": "Sequence"}
            )
        for name, dtype in INDICES.items():
            fields.append(pa.field(name, pa.type_for_alias(dtype)))
            described[name] = {"dtype": dtype, "_type": "Value"}
        return pa.schema(fields, metadata={"huggingface": json.dumps({"info": {"features": described}})})

    def final_of(self, states: State) -> NDArray[np.float32]:
        """The last of T + 1 states as the column `final_state` has it: (final_width,)."""
        seen = padded(states.at(-1), self.spec.most_objects)
        return np.concatenate([seen.proprio, seen.entities.ravel()])

    def states_of(
        self, columns: dict[str, NDArray[np.float32]], final: NDArray[np.float32], names: tuple[str, ...]
    ) -> State:
        """(T, width) by column, the final state and the objects' names -> State of T + 1 timesteps."""
        n, e = len(names), self.spec.most_things
        hand = np.concatenate([columns[HAND], final[None, :HAND_DIM]])
        rows = np.concatenate([columns[THINGS][:, : e * THING_DIM], final[None, HAND_DIM:]])
        rows = rows.reshape(-1, e, THING_DIM)
        things = np.concatenate([rows[:, :n], rows[:, self.spec.most_objects :]], axis=1)
        return State(hand, things, (*names, *self.spec.fixed), n)

    def columns_of(self, record: EpisodeRecord, episode: int, first: int) -> dict[str, NDArray[Any]]:
        """Every column of an episode's T frames, vectors (T, width), and scalars (T, 1).

        `episode` is its number in the dataset, `first` that of its first frame.
        """
        steps = len(record.actions)
        seen: Observation = padded(record.states.at(slice(None, -1)), self.spec.most_objects)
        frame = np.arange(steps, dtype=np.int64)[:, None]
        return {
            HAND: seen.proprio,
            THINGS: np.hstack([seen.entities.reshape(steps, -1), seen.mask]),
            "action": np.asarray(record.actions, np.float32),
            "timestamp": (frame / self.spec.control_hz).astype(np.float32),
            "frame_index": frame,
            "episode_index": np.full_like(frame, episode),
            "index": frame + first,
            "task_index": np.zeros_like(frame),
        }

    def as_table(self, columns: dict[str, NDArray[Any]]) -> pa.Table:
        """(T, width) arrays -> a table, without a Python object per frame."""
        arrays, schema = [], self.schema()
        for field in schema:
            values = pa.array(np.ascontiguousarray(columns[field.name]).ravel())
            width = self.widths[field.name]
            arrays.append(values if width == 1 else pa.FixedSizeListArray.from_arrays(values, width))
        return pa.Table.from_arrays(arrays, schema=schema)

    def as_arrays(self, table: pa.Table) -> dict[str, NDArray[Any]]:
        """A table of frames -> (T, width) arrays of our own memory, whatever kind of list a writer chose.

        Raises ValueError for values that are missing, or of another width.
        """
        arrays = {}
        for name in table.column_names:
            arrays[name] = as_array(table[name], name, self.widths[name])
            if name not in INDICES:
                arrays[name] = arrays[name].astype(np.float32, copy=False)
        return arrays


@lru_cache(maxsize=8)
def format_of(spec: WorldSpec) -> FrameFormat:
    """The columns of frames of a kind of world."""
    return FrameFormat(spec)


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
    lengths = lists.value_lengths()
    return lengths.null_count == 0 and bool((lengths.to_numpy() == width).all())
