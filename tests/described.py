"""Described play, and files of it rewritten as another program would."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.store.annotations import annotate
from data.store.reader import open_dataset
from data.store.segments import (
    read_segments,
)
from robopolicy.training.relabelling import RelabelConfig, relabel_dataset
from sim.kinds.desk import DESK
from sim.task import Goal
from tests.plays import some_play

FRAMES = "data/chunk-000/file-000.parquet"
EPISODES = "meta/episodes/chunk-000/file-000.parquet"


def relabel(folder: Path) -> Path:
    for _ in relabel_dataset(folder, RelabelConfig(sentences=1)):
        pass
    return folder


def described_play(folder: Path) -> Path:
    """Described play in a folder, with a sentence of a person."""
    relabel(some_play(folder))
    one = read_segments(folder, DESK)[0][0]
    goal = Goal(one.task, one.object, one.other)
    annotate(folder, one.episode, one.start, one.stop, goal, "do the thing", "ada", DESK)
    return folder


def rewrite(path: Path, change: Callable[[pa.Table], pa.Table], **how: Any) -> None:
    """As another program would: one row group, no page checksums, nothing of our schema's metadata."""
    table = change(pq.read_table(path))
    pq.write_table(table, path, **how)


def put(column: str, values: Callable[[np.ndarray], np.ndarray]) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        kind = table.schema.field(column)
        old = np.array(table[column].to_pylist())
        changed = pa.array(values(old).tolist(), kind.type)
        return table.set_column(table.schema.get_field_index(column), kind, changed)

    return change


def at(row: int, value: float) -> Callable[[np.ndarray], np.ndarray]:
    def change(old: np.ndarray) -> np.ndarray:
        old[row] = value
        return old

    return change


def same_play(one: Path, other: Path) -> bool:
    pairs = zip(open_dataset(one, DESK).episodes(), open_dataset(other, DESK).episodes(), strict=True)
    return all(
        a.scene == b.scene
        and all(
            np.array_equal(x, y)
            for x, y in zip((*a.states[:2], a.actions), (*b.states[:2], b.actions), strict=True)
        )
        for a, b in pairs
    )
