"""Play: a robot that does whatever comes to its mind, recorded without a word of why.

A `Player` strings skills together over the whole desk: it picks something that is possible, does it in
a style of the moment, sometimes misses, hesitates, gives up half-way or wanders off, and goes on. Its
next action depends only on what can be seen and on its style, never on a hidden phase, so the play can
be cloned. What it meant to do dies with it: an episode holds states and actions.

While it plays, the arm is nudged now and then. The action recorded is the one commanded, not the
nudged one, so recoveries are in the data (DART, Laskey et al. 2017, arXiv:1703.09327).

Collection runs in units of a few episodes. A unit is a pure function of (seed, unit, config), so any
number of worker processes gives the same dataset, and an interrupted collection goes on where it was.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

import numpy as np

from data.common.bounds import MOST_CONTROL_STEPS, MOST_SEED, TINY, Bounds, check_bounds
from data.common.workers import spawned
from data.language.held_out import train_objects
from data.store.episode import EpisodeRecord
from data.store.writer import DatasetWriter
from data.trials.chains import read_chains
from sim.common.seeds import play_seed, play_sequence
from sim.desk.constants import CONTROL_HZ
from sim.desk.contact import OPEN_HAND, held_object
from sim.desk.scenes.sampler import SceneConfig, draw_scene
from sim.desk.simulator import World
from sim.desk.tasks.expert import act, patient
from sim.desk.tasks.families import TASKS, Goal, achieved, goals_of, possible
from sim.desk.tasks.motions import DEFAULT_STYLE, Style, go_to, put_down
from sim.state import Array, State, stack

MOST_MINUTES = 1_000_000  # of play: two years
BOUNDS: Bounds = {
    "minutes": (TINY, MOST_MINUTES),
    "seed": (0, MOST_SEED),
    "episode_steps": (20, MOST_CONTROL_STEPS),
}
EPISODES_PER_UNIT = 8
PATIENCE = 45  # control steps after which a skill is given up
NUDGE_CHANCE, NUDGE_SIZE = 0.05, 0.5  # per step; standard deviation of a nudge in units of an action
MISS_CHANCE = 0.08  # of aiming a grasp beside the object at first
QUIT_CHANCE = 0.04  # of leaving a skill half-way
WANDER_CHANCE = 0.25  # of moving somewhere for no reason between skills
HESITATE_CHANCE = 0.05  # of standing still for a moment before a skill
CARRY_ON_CHANCE = 0.75  # of doing something with what was just lifted

_SETS_DOWN = tuple(task for task in TASKS if task.sets_down)


@dataclass(frozen=True)
class PlayConfig:
    """How much play, and of what kind."""

    minutes: float = 30.0  # of robot time
    seed: int = 0  # another seed, other play
    episode_steps: int = 300  # control steps between two resets
    scene: SceneConfig = field(default_factory=lambda: SceneConfig(objects=train_objects()))

    def __post_init__(self) -> None:
        check_bounds(self, BOUNDS)

    @property
    def n_units(self) -> int:
        """Units needed for the minutes asked for, rounded up."""
        steps = self.minutes * 60 * CONTROL_HZ
        return int(np.ceil(steps / (self.episode_steps * EPISODES_PER_UNIT)))


class Player:
    """Plays: `act` on what it sees. Everything about it is drawn from `rng`.

    It is patient where its actions arrive late, by `latency` control steps.
    """

    def __init__(self, rng: np.random.Generator, latency: int = 0) -> None:
        self._rng = rng
        self._latency = latency
        self._goal: Goal | None = None
        self._before: State | None = None
        self._style = patient(DEFAULT_STYLE, latency)
        self._left = 0  # control steps until the skill ends
        self._pause = 0
        self._target: tuple[Array, float, float] | None = None  # of wandering: position, heading, grip

    def act(self, state: State) -> Array:
        """The next action (7,)."""
        self._left -= 1
        if self._done(state):
            self._choose(state)
        if self._pause > 0:
            self._pause -= 1
            return np.array([0, 0, 0, 0, 0, 0, 1.0 if state.gripper > OPEN_HAND else -1.0])
        if self._target is not None:
            return go_to(state, *self._target, style=self._style)
        held = held_object(state)
        if self._goal is None or (held >= 0 and held != self._goal.object):
            style = patient(DEFAULT_STYLE, self._latency)
            return put_down(state, held, style) if held >= 0 else np.array([0, 0, 1.0, 0, 0, 0, 1.0])
        if self._left < PATIENCE - 15:  # a miss is noticed
            self._style = replace(self._style, grasp=(0.0, 0.0, 0.0))
        return act(state, self._goal, self._style)

    def _done(self, state: State) -> bool:
        if self._left <= 0:
            return True
        if self._goal is None or self._before is None or not achieved(self._goal, self._before, state):
            return False
        self._left = min(self._left, int(self._rng.integers(1, 4)))  # let go and leave
        self._before = None
        return False

    def _choose(self, state: State) -> None:
        """What next? Something with what is in the hand, a stroll, or anything that is possible."""
        rng, held = self._rng, held_object(state)
        self._goal, self._target, self._before = None, None, state
        self._left = PATIENCE if rng.random() > QUIT_CHANCE else int(rng.integers(3, 15))
        miss = rng.random() < MISS_CHANCE
        offset = rng.normal(0, 0.014 if miss else 0.002, 3) * [1, 1, 0.3]
        drawn = Style(
            speed=rng.uniform(0.85, 1.0),
            hover=rng.uniform(0.045, 0.075),
            carry=rng.uniform(0.065, 0.10),
            grasp=(offset[0], offset[1], offset[2]),
        )
        self._style = patient(drawn, self._latency)
        self._pause = int(rng.integers(1, 4)) if rng.random() < HESITATE_CHANCE else 0
        if held >= 0:
            if rng.random() < CARRY_ON_CHANCE:
                families = [_SETS_DOWN[i] for i in rng.permutation(len(_SETS_DOWN))]
                for family in families:
                    goals = [g for g in goals_of(family, state.n_objects) if g.object == held]
                    goal = goals[rng.integers(len(goals))] if goals else None
                    if goal and possible(goal, state):
                        self._goal = goal
                        return
            self._left = 12  # put it down
            return
        if rng.random() < WANDER_CHANCE:
            self._left = int(rng.integers(3, 9))
            where = np.array([rng.uniform(0.30, 0.62), rng.uniform(-0.32, 0.32), rng.uniform(0.10, 0.28)])
            self._target = (where, float(rng.uniform(-0.8, 0.8)), 1.0 if rng.random() < 0.7 else -1.0)
            return
        self._goal = _any_goal(rng, state)


def _any_goal(rng: np.random.Generator, state: State) -> Goal | None:
    """A possible goal; families in random order, weighted by appeal (Efraimidis and Spirakis 2006)."""
    keys = [rng.random() ** (1 / task.appeal) for task in TASKS]
    for index in np.argsort(keys)[::-1]:
        goals = goals_of(TASKS[index], state.n_objects)
        for i in rng.permutation(len(goals))[:4]:
            if possible(goals[i], state):
                return goals[i]
    return None


def play_episode(world: World, config: PlayConfig, seed: np.random.SeedSequence) -> EpisodeRecord:
    """One episode of play in the given world, a pure function of config and seed."""
    of_scene, of_player = seed.spawn(2)
    scene = draw_scene(play_seed(of_scene, _chained()), config.scene)
    rng = np.random.default_rng(of_player)
    player = Player(rng, scene.dynamics.latency)
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
def _chained() -> frozenset[int]:
    """Seeds of the scenes that the shipped chains are asked in."""
    return frozenset(chain.seed for chain in read_chains())


def play_unit(config: PlayConfig, unit: int) -> list[EpisodeRecord]:
    """The episodes of one unit."""
    world = World()
    try:
        seeds = play_sequence(config.seed, unit).spawn(EPISODES_PER_UNIT)
        return [play_episode(world, config, seed) for seed in seeds]
    finally:
        world.close()


def collect(config: PlayConfig, folder: Path, workers: int = 2) -> Generator[tuple[int, int], None, None]:
    """Collect play into a dataset folder, going on where an earlier run stopped.

    Yields (units done, units in all) after each unit that is safely on disk. Raises the writer's
    error if the folder holds play of another config.
    """
    with DatasetWriter(folder, config) as writer:
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
