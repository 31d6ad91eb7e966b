"""Measures how many tasks the scripted expert solves in randomised worlds.

    python -m benchmarks.expert [N] [WORLD ...]    N scenes of each family (10) in each world (all presets)

The seeds are the same in every world, so two worlds differ only in what their names say. The expert reads
the true state and knows the latency, no other factor; its failures say how hard a world is for an agent
that does not adapt. A minute for N = 1.
"""

import sys
from collections.abc import Sequence

from sim.desk.scenes.sampler import SceneConfig, draw_scene_for
from sim.desk.simulator import World
from sim.desk.tasks import expert
from sim.desk.tasks.families import TASKS
from sim.desk.tasks.motions import DEFAULT_STYLE
from sim.kinds.desk import DESK
from sim.randomize.factors import REGIMES

STEPS = 120  # control steps until a rollout counts as failed, as in an evaluation


def solved(world: World, task: str, seed: int, config: SceneConfig) -> bool:
    """Whether the expert achieves the goal of the task in the scene of a seed."""
    scene, goal = draw_scene_for(task, seed, config)
    style = expert.patient(DEFAULT_STYLE, scene.dynamics.latency)
    before = state = world.build(scene)
    for _ in range(STEPS):
        state = world.step(expert.act(state, goal, style))
        if DESK.achieved(goal, before, state):
            return True
    return False


def successes(name: str, n: int) -> dict[str, int]:
    """Family -> in how many of n scenes, of the world of that name, the expert succeeds."""
    world, config = World(), SceneConfig(world=name)
    try:
        return {task.name: sum(solved(world, task.name, seed, config) for seed in range(n)) for task in TASKS}
    finally:
        world.close()


def main(arguments: Sequence[str]) -> None:
    """Print one line for each world: successes in all, and of each family."""
    n = int(arguments[0]) if arguments else 10
    for name in arguments[1:] or REGIMES:
        count = successes(name, n)
        print(f"{name}: {sum(count.values())} of {n * len(count)}; of {n} each:", end=" ")
        print(", ".join(f"{task} {k}" for task, k in count.items()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
