"""Measures the CPU time of a control step of the environment: the physics, and everything else.

    python -m benchmarks.step

The scripted expert works through every family, while the CPU time of each step is split into Bullet's
`stepSimulation` and everything else (the overhead). Then steps in randomised worlds are compared with steps
in the nominal one. Takes a minute.
"""

import time
from dataclasses import replace
from statistics import median
from typing import NamedTuple

import numpy as np

from sim.desk.constants import CONTROL_HZ
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import draw_scene, draw_scene_for
from sim.desk.simulator import World
from sim.desk.tasks import expert
from sim.desk.tasks.families import TASKS
from sim.env import DeskEnv
from sim.kinds.desk import DESK
from sim.randomize.draw import draw_dynamics, draw_looks
from sim.randomize.factors import REGIMES
from sim.randomize.presets import NOMINAL
from sim.state import Array
from sim.task import Goal

CALVIN = 33.0 / 2.4  # simulated s per CPU s: 2.4 ms for 33 ms, state only, measured on 2 CPU cores
STEPS = 30  # at most, per rollout


class Costs(NamedTuple):
    """CPU time of control steps, s; of repeated rollouts the fastest counts."""

    steps: int
    raw: float  # within stepSimulation
    rest: float  # everything else that a step does
    ratios: tuple[float, ...]  # rest over raw, of each rollout

    @property
    def overhead(self) -> float:
        """The median of the rollouts' ratios."""
        return median(self.ratios)

    @property
    def speed(self) -> float:
        """Simulated seconds per CPU second."""
        return self.steps / CONTROL_HZ / (self.raw + self.rest)


class TimedWorld(World):
    """A world that adds up the CPU time of `stepSimulation`."""

    raw = 0.0  # s

    def _advance(self) -> None:
        begin = time.thread_time()
        super()._advance()
        self.raw += time.thread_time() - begin


def measure(rounds: int = 1, repeats: int = 3) -> Costs:
    """Roll out the expert in `rounds` scenes of every family, `repeats` times each; the fastest counts.

    Other programs can only add to a CPU time (by evicting caches), so the least is nearest to the truth.
    """
    env = DeskEnv()
    env._world.close()
    env._world = world = TimedWorld()
    steps, raws, rests = 0, [], []
    try:
        for seed in range(rounds):
            for task in TASKS:
                scene, goal = draw_scene_for(task.name, seed)
                runs = [_roll_out(env, world, scene, goal) for _ in range(repeats)]
                steps += runs[0][0]
                raws.append(min(raw for _, raw, _ in runs))
                rests.append(min(rest for _, _, rest in runs))
    finally:
        env.close()
    ratios = tuple(rest / raw for raw, rest in zip(raws, rests, strict=True))
    return Costs(steps, sum(raws), sum(rests), ratios)


def _roll_out(env: DeskEnv, world: TimedWorld, scene: Scene, goal: Goal) -> tuple[int, float, float]:
    """Number of steps, and their CPU time within stepSimulation and outside it, s."""
    _, info = env.reset(options={"scene": scene})
    before, spent, steps, world.raw = info["state"], 0.0, 0, 0.0
    while steps < STEPS and not DESK.achieved(goal, before, info["state"]):
        action = expert.act(info["state"], goal)
        begin = time.thread_time()
        *_, info = env.step(action)
        spent += time.thread_time() - begin
        steps += 1
    return steps, world.raw, spent - world.raw


def slowdown(n: int = 12, steps: int = 40, repeats: int = 3, world: str = "train") -> float:
    """CPU time of a step in a randomised world divided by that in the nominal one.

    Both have the same n scenes and the same actions, and take turns.
    """
    env, spent = DeskEnv(), {NOMINAL: 0.0, world: 0.0}
    for seed in range(n):
        plain = draw_scene(seed)
        actions = np.random.default_rng(seed).uniform(-1, 1, (steps, 7))
        runs: dict[str, list[float]] = {name: [] for name in spent}
        for _ in range(repeats):
            for name in spent:
                scene = replace(plain, dynamics=draw_dynamics(seed, name), looks=draw_looks(seed, name))
                runs[name].append(_time(env, scene, actions))
        for name, times in runs.items():
            spent[name] += min(times)
    env.close()
    return spent[world] / spent[NOMINAL]


def _time(env: DeskEnv, scene: Scene, actions: Array) -> float:
    """CPU time of the steps of one rollout, s."""
    env.reset(options={"scene": scene})
    begin = time.thread_time()
    for action in actions:
        env.step(action)
    return time.thread_time() - begin


def main() -> None:
    """Print the costs of a step, and the slowdown by randomisation."""
    costs, ratios = measure(), {world: slowdown(world=world) for world in REGIMES}
    per_step = 1e3 / costs.steps
    print(f"{costs.steps} control steps of {1000 / CONTROL_HZ:.0f} ms with the scripted expert, CPU time")
    print(f"  stepSimulation       {costs.raw * per_step:.3f} ms per control step")
    print(f"  everything else      {costs.rest * per_step:.3f} ms per control step")
    print(f"  overhead             {costs.overhead:.1%} of stepSimulation (median of the rollouts)")
    ratio = costs.speed / CALVIN
    print(f"  simulated per CPU s  {costs.speed:.0f} s; {ratio:.1f} times CALVIN's {CALVIN:.1f} s")
    for world, ratio in ratios.items():
        print(f"  randomised ({world})  {ratio - 1:+.1%} CPU time per step against the nominal world")


if __name__ == "__main__":
    main()
