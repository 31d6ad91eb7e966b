"""What a probe reads off, of rollouts whose contexts are made up."""

from dataclasses import replace

import numpy as np

from robopolicy.evaluation.trials.results import Result
from robopolicy.evaluation.trials.trial import Command, Trial
from robopolicy.experiments.probe import probe
from sim.desk.scenes.sampler import draw_scene
from sim.randomize.dynamics import Dynamics
from sim.task import Goal

SCENE = draw_scene(0)


def rollouts(n: int, seed: int, knows: bool = True) -> list[Result]:
    """Worlds of two factors, of which the context holds one, noisily, or neither."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(n):
        yaw, friction = rng.uniform(-1, 1), float(np.exp(rng.uniform(-1, 1)))
        scene = replace(SCENE, dynamics=Dynamics(control_yaw=yaw, object_friction=friction))
        told = yaw + 0.1 * rng.standard_normal() if knows else rng.standard_normal()
        context = np.array([told, rng.standard_normal()], np.float32)
        trial = Trial("seen", 0, (Command("", (Goal("lift", 0),)),))
        found.append(Result(trial, scene, True, 1, np.zeros((1, 7), np.float32), (), context))
    return found


def test_what_a_context_holds_is_read_off_and_what_it_does_not_hold_is_not() -> None:
    known = {one.factor: one for one in probe(rollouts(300, 0), rollouts(300, 1))}
    assert set(known) == {"control_yaw", "object_friction"}  # what varies
    assert known["control_yaw"].r2 > 0.9
    assert known["control_yaw"].low > 0.85
    assert known["object_friction"].r2 < 0.1
    assert known["control_yaw"].n == 300


def test_of_a_context_that_knows_nothing_nothing_is_read() -> None:
    known = {one.factor: one for one in probe(rollouts(300, 0, False), rollouts(300, 1, False))}
    assert known["control_yaw"].high < 0.1


def test_without_a_memory_there_is_nothing_to_probe() -> None:
    bare = [one._replace(context=np.zeros(0, np.float32)) for one in rollouts(5, 0)]
    assert probe(bare, bare) == []
