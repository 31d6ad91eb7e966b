"""The scripted expert: a judge of the world. What it cannot do, nobody can be asked to learn."""

import numpy as np
import pytest

from benchmarks import expert as trial
from sim.desk.scenes.sampler import SceneConfig, draw_scene_for
from sim.desk.simulator import World
from sim.desk.tasks import expert
from sim.desk.tasks.families import TASKS
from sim.kinds.desk import DESK
from sim.state import State

N = 20  # rollouts of each family; `make test-slow` asks for more
MANY = 60
STEPS = 60  # at most


def solved(world: World, task: str, seed: int, config: SceneConfig, disturb: float = 0.0) -> bool:
    scene, goal = draw_scene_for(task, seed, config)
    rng = np.random.default_rng(seed)
    before = state = world.build(scene)
    for _ in range(STEPS):
        action = expert.act(state, goal)
        if disturb and rng.random() < 0.2:
            action = action + rng.normal(0, disturb, 7)
        state = world.step(action)
        if DESK.achieved(goal, before, state):
            return True
    return False


@pytest.mark.parametrize("seeds", [range(N), pytest.param(range(MANY), marks=pytest.mark.slow)], ids=str)
@pytest.mark.parametrize("task", [task.name for task in TASKS])
def test_the_expert_solves_at_least_95_percent_of_a_family(task: str, seeds: range) -> None:
    world = World()
    count = sum(solved(world, task, seed, SceneConfig()) for seed in seeds)
    world.close()
    assert count >= 0.95 * len(seeds)


@pytest.mark.parametrize("n_objects", [1, 5])
@pytest.mark.long
def test_the_expert_copes_with_empty_and_crowded_desks(n_objects: int) -> None:
    world, config = World(), SceneConfig(n_objects=n_objects)
    names = [task.name for task in TASKS if task.arguments < 2 and task.name != "unstack"]
    count = [solved(world, task, seed, config) for task in names for seed in range(4)]
    world.close()
    assert np.mean(count) >= 0.9


@pytest.mark.long
def test_the_expert_recovers_from_disturbances() -> None:
    world = World()
    count = [solved(world, task.name, seed, SceneConfig(), 0.7) for task in TASKS for seed in range(5)]
    world.close()
    assert np.mean(count) >= 0.8


@pytest.mark.parametrize("task", [task.name for task in TASKS])
def test_what_the_expert_does_depends_on_what_it_sees_alone(task: str) -> None:
    scene, goal = draw_scene_for(task, 1)
    world = World()
    seen: list[State] = [world.build(scene)]
    done = []
    for _ in range(8):
        done.append(expert.act(seen[-1], goal))
        seen.append(world.step(done[-1]))
    world.close()
    order = np.random.default_rng(0).permutation(8)
    assert all(np.array_equal(expert.act(seen[i], goal), done[i]) for i in order)
    assert all(action.shape == (7,) and np.abs(action).max() <= 1 for action in done)


@pytest.mark.parametrize(
    ("world", "seeds", "least"),
    [
        pytest.param("train", range(1), 0.85, marks=pytest.mark.long),
        pytest.param("held_out:latency", range(1), 0.75, marks=pytest.mark.long),
        pytest.param("train", range(3), 0.9, marks=pytest.mark.slow),
        pytest.param("held_out:latency", range(3), 0.8, marks=pytest.mark.slow),
    ],
)
def test_a_patient_expert_copes_with_randomised_worlds(world: str, seeds: range, least: float) -> None:
    built, config = World(), SceneConfig(world=world)
    count = [trial.solved(built, task.name, seed, config) for task in TASKS for seed in seeds]
    built.close()
    # Seen: 238 of 240 and 23 in 24. At a true rate of 97 %, fewer than 90 % of 72 would be in 0.3 % of runs,
    # and fewer than 85 % of 24 in 0.5 %.
    assert np.mean(count) >= least
