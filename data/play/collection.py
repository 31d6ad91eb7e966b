"""Collecting play: episodes of a `Player` on drawn desks, written to a dataset commit by commit.

An episode holds states and actions, never what the player meant to do. While it plays, the arm is nudged
now and then. The action recorded is the one commanded, not the nudged one, so recoveries are in the data
(DART, Laskey et al. 2017, arXiv:1703.09327).

Collection runs in units of a few episodes. A unit is a pure function of (seed, unit, config), so any
number of worker processes gives the same dataset, and an interrupted collection goes on where it was.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

import numpy as np

from data.common.bounds import MOST_CONTROL_STEPS, MOST_SEED, TINY, Bounds, check_bounds
from data.common.workers import spawned
from data.language.check import check_language
from data.language.held_out import train_objects
from data.store.episode import EpisodeRecord
from data.store.writer import DatasetWriter
from data.trials.chains import read_chains
from sim.common.seeds import play_seed, play_sequence
from sim.desk.scenes.sampler import SceneConfig
from sim.kinds.registry import kind_of_world
from sim.state import stack
from sim.world import World, WorldKind

MOST_MINUTES = 1_000_000  # of play: two years
BOUNDS: Bounds = {
    "minutes": (TINY, MOST_MINUTES),
    "seed": (0, MOST_SEED),
    "episode_steps": (20, MOST_CONTROL_STEPS),
}
EPISODES_PER_UNIT = 8
NUDGE_CHANCE, NUDGE_SIZE = 0.05, 0.5  # per step; standard deviation of a nudge in units of an action


@dataclass(frozen=True)
class PlayConfig:
    """How much play, and of what kind."""

    minutes: float = 30.0  # of robot time
    seed: int = 0  # another seed, other play
    episode_steps: int = 300  # control steps between two resets
    env: str = "desk"  # kind of world, or one of your own as module:NAME
    scene: SceneConfig = field(default_factory=lambda: SceneConfig(objects=train_objects()))

    def __post_init__(self) -> None:
        check_bounds(self, BOUNDS)
        self.kind.check_scenes(self.scene)

    @property
    def kind(self) -> WorldKind:
        """The kind of world that is played in; raises `UnknownWorldKind`."""
        return kind_of_world(self.env)

    @property
    def n_units(self) -> int:
        """Units needed for the minutes asked for, rounded up."""
        steps = self.minutes * 60 * self.kind.spec.control_hz
        return int(np.ceil(steps / (self.episode_steps * EPISODES_PER_UNIT)))


def play_episode(world: World, config: PlayConfig, seed: np.random.SeedSequence) -> EpisodeRecord:
    """One episode of `config.episode_steps` control steps, a pure function of config and seed.

    `world` is built anew for it. The scene is of no seed that a shipped chain uses.
    """
    of_scene, of_player = seed.spawn(2)
    kind = config.kind
    scene = kind.draw(play_seed(of_scene, _chain_seeds()), config.scene)
    rng = np.random.default_rng(of_player)
    player = kind.player(rng, scene)
    states = [world.build(scene)]
    actions = np.empty((config.episode_steps, 7), np.float32)
    nudge, nudged = np.zeros(6), 0
    for t in range(config.episode_steps):
        action = player.act(states[-1])
        actions[t] = action
        if nudged == 0 and rng.random() < NUDGE_CHANCE:
            nudge, nudged = rng.normal(0, NUDGE_SIZE, 6) * [1, 1, 1, 0.1, 0.1, 0.5], int(rng.integers(1, 4))
        if nudged:
            action = action + np.r_[nudge, 0.0]
            nudged -= 1
        states.append(world.step(action))
    return EpisodeRecord(scene, stack(states), actions)


@cache
def _chain_seeds() -> frozenset[int]:
    """Seeds of the scenes in which the shipped chains are evaluated; play must not have them."""
    return frozenset(chain.seed for chain in read_chains())


def play_unit(config: PlayConfig, unit: int) -> list[EpisodeRecord]:
    """The `EPISODES_PER_UNIT` episodes of one unit, in a world of its own."""
    world = config.kind.open()
    try:
        seeds = play_sequence(config.seed, unit).spawn(EPISODES_PER_UNIT)
        return [play_episode(world, config, seed) for seed in seeds]
    finally:
        world.close()


def collect(config: PlayConfig, folder: Path, workers: int = 2) -> Generator[tuple[int, int], None, None]:
    """Collect play into a dataset folder, going on where an earlier run stopped.

    Yields (units done, units in all) after each unit that is safely on disk. Raises the writer's
    error if the folder holds play of another config, and what `check_language` raises.
    """
    check_language(config.kind.tasks)
    with DatasetWriter(folder, config, kind=config.kind) as writer:
        done, total = writer.committed, config.n_units
        yield done, total
        for unit, records in enumerate(_played(config, range(done, total), workers), start=done):
            writer.commit(records)
            yield unit + 1, total


def _played(config: PlayConfig, units: range, workers: int) -> Iterator[list[EpisodeRecord]]:
    """The episodes of the units, in order."""
    if workers <= 1:
        yield from (play_unit(config, unit) for unit in units)
        return
    with spawned(workers) as pool:
        yield from pool.in_order(partial(play_unit, config), units)
