"""Made-up episodes, and datasets of them, for tests of storage."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from data.store.episode import (
    EpisodeRecord,
)
from data.store.reader import open_dataset
from data.store.writer import DatasetWriter
from sim.desk.constants import FIXTURES, JOINTED, LIGHTS
from sim.desk.scene import Scene, Thing
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
    with DatasetWriter(folder, config, kind=DESK) as writer:
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
    stored = list(open_dataset(folder, DESK).episodes())
    return len(stored) == len(episodes) and all(map(same, stored, episodes))
