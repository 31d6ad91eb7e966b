"""What a step of the environment costs: `python -m sim.bench`.

The scripted expert works through every family while each step's CPU time is split into the
`stepSimulation` calls that it makes and everything else (the overhead).
"""

import time
from statistics import median
from typing import NamedTuple

from sim import expert
from sim.draw import draw_scene_for
from sim.env import DeskEnv
from sim.tasks import TASKS, achieved
from sim.world import CONTROL_HZ, World

CALVIN = 33.0 / 2.4  # simulated s per CPU s: 2.4 ms for 33 ms, state only, measured on 2 CPU cores
STEPS = 30  # at most, per rollout


class Costs(NamedTuple):
    """CPU time of control steps, s."""

    steps: int
    whole: float
    raw: float  # of it within stepSimulation
    ratios: tuple[float, ...]  # overhead over raw, of each rollout

    @property
    def overhead(self) -> float:
        """Overhead over raw physics: the median of the rollouts, so that a disturbance counts little."""
        return median(self.ratios)

    @property
    def pace(self) -> float:
        """Simulated seconds per CPU second."""
        return self.steps / CONTROL_HZ / self.whole


class TimedWorld(World):
    """A world that adds up the CPU time of its physics."""

    raw = 0.0  # s

    def _advance(self) -> None:
        begin = time.thread_time()
        super()._advance()
        self.raw += time.thread_time() - begin


def measure(rounds: int = 2) -> Costs:
    """Every family, `rounds` times."""
    env = DeskEnv()
    env._world = world = TimedWorld()
    steps, whole, raw, ratios = 0, 0.0, 0.0, []
    try:
        for seed in range(rounds):
            for task in TASKS:
                spent, world.raw = 0.0, 0.0
                scene, goal = draw_scene_for(task.name, seed)
                _, info = env.reset(options={"scene": scene})
                before = info["state"]
                for _ in range(STEPS):
                    action = expert.act(info["state"], goal)
                    begin = time.thread_time()
                    *_, info = env.step(action)
                    spent += time.thread_time() - begin
                    steps += 1
                    if achieved(goal, before, info["state"]):
                        break
                whole, raw = whole + spent, raw + world.raw
                ratios.append(spent / world.raw - 1)
    finally:
        env.close()
    return Costs(steps, whole, raw, tuple(ratios))


def main() -> None:
    costs = measure()
    per_step = 1e3 / costs.steps
    print(f"{costs.steps} control steps of {1000 / CONTROL_HZ:.0f} ms with the scripted expert, CPU time")
    print(f"  stepSimulation       {costs.raw * per_step:.3f} ms per control step")
    print(f"  everything else      {(costs.whole - costs.raw) * per_step:.3f} ms per control step")
    print(f"  overhead             {costs.overhead:.1%} of stepSimulation (median of the rollouts)")
    print(
        f"  simulated per CPU s  {costs.pace:.0f} s; {costs.pace / CALVIN:.1f} times CALVIN's {CALVIN:.1f} s"
    )


if __name__ == "__main__":
    main()
