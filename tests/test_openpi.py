"""The unmodified client of openpi drives our environment, and does as well as we do in-process.

It pins numpy < 2, so it needs an environment of its own:

    python -m venv /somewhere && /somewhere/bin/pip install openpi-client typing_extensions
    ROBOPOLICY_OPENPI_PYTHON=/somewhere/bin/python pytest tests/test_openpi.py

Three processes take part: the server, openpi's client (`tests/openpi_driver.py`), and this one, which has
the world.
"""

import os
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.server import served
from robopolicy.evaluation.actors import PolicyActor
from robopolicy.evaluation.levels.base import LevelTrials
from robopolicy.evaluation.plan import make_plan
from robopolicy.evaluation.rollouts import GROUP_SIZE, Rollouts, groups_of, roll_out
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.trial import Trial
from robopolicy.policies.agent import NONE
from robopolicy.serving.batched_policy import BatchedPolicy
from robopolicy.serving.msgpack_numpy import pack, unpack
from robopolicy.serving.protocol import ENTITIES, NAMES, PROMPT, STATE
from sim.desk.rows import observe
from sim.desk.scene import Scene
from sim.desk.simulator import World
from sim.kinds.desk import DESK
from tests.servers import a_request, an_agent, serving

VARIABLE = "ROBOPOLICY_OPENPI_PYTHON"
PYTHON = os.environ.get(VARIABLE)
N = 20
MAX_STEPS = 120

pytestmark = pytest.mark.skipif(PYTHON is None, reason=f"{VARIABLE} names no Python that has openpi-client")


class Driver:
    """openpi's client, in a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._to, self._from = process.stdin, process.stdout

    def __call__(self, message: dict[str, Any] | None) -> dict[str, Any]:
        data = pack(message)
        self._to.write(struct.pack(">I", len(data)) + data)
        self._to.flush()
        return unpack(self._from.read(struct.unpack(">I", self._from.read(4))[0]))


@contextmanager
def driver(port: int) -> Iterator[Driver]:
    script = Path(__file__).with_name("openpi_driver.py")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.Popen(
        [str(PYTHON), str(script), str(port)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
    )  # fmt: skip
    try:
        yield Driver(process)
    finally:
        process.communicate(timeout=20)


def test_its_chunk_broker_hands_out_our_actions_one_by_one() -> None:
    responder, request = BatchedPolicy(an_agent(), DESK), a_request()
    with serving(responder) as (port, _), driver(port) as drive:
        metadata = drive(None)
        steps = [drive(request)["actions"] for _ in range(metadata["execute"] + 1)]
    assert metadata["request"][STATE]["shape"] == [8]
    assert all(step.shape == (7,) and step.dtype == np.float32 for step in steps)
    assert not np.array_equal(steps[0], steps[1])
    assert np.array_equal(steps[0], steps[-1])  # asked anew about what has not changed


def test_it_is_told_what_was_wrong() -> None:
    with serving(BatchedPolicy(an_agent(), DESK)) as (port, _), driver(port) as drive:
        assert "did you mean prompt?" in drive({"promt": "open the drawer"})["error"]


def in_process(asked: LevelTrials) -> Iterator[tuple[bool, Any]]:
    """Success and actions of each trial, as `robopolicy evaluate memory=none` has them: a server forgets."""
    actor, worlds = PolicyActor("benchmark", DESK, NONE), [World() for _ in range(GROUP_SIZE)]
    for group in groups_of(asked, DESK):
        done: Rollouts = roll_out(group, actor, worlds, MAX_STEPS)
        for success, steps, actions in zip(done.success, done.steps, done.actions, strict=True):
            yield bool(success), actions[:steps]
    for world in worlds:
        world.close()


def driven(drive: Driver, world: World, trial: Trial, scene: Scene) -> tuple[bool, Any]:
    """The same by openpi's client."""
    drive(None)
    before = state = world.build(scene)
    actions, names = [], list(DESK.spec.names(scene.names))
    while len(actions) < MAX_STEPS and not DESK.achieved(trial.goal, before, state):
        seen = observe(state)
        reply = drive({PROMPT: trial.sentence, STATE: seen.proprio, NAMES: names, ENTITIES: seen.entities})
        actions.append(reply["actions"])
        state = world.step(actions[-1])
    return bool(DESK.achieved(trial.goal, before, state)), np.stack(actions)


@pytest.mark.slow
def test_20_rollouts_are_those_of_an_evaluation_in_process_action_by_action() -> None:
    plan = make_plan(EvaluateConfig(levels=("seen",), n=N, controls=(), max_steps=MAX_STEPS))
    asked = plan.levels[0]
    expected, world = list(in_process(asked)), World()
    with served("checkpoint=benchmark") as (port, _), driver(port) as drive:
        came = [driven(drive, world, *pair) for pair in zip(asked.trials, asked.scenes, strict=True)]
    world.close()
    print(f"in process {sum(s for s, _ in expected)}/{N}, by openpi-client {sum(s for s, _ in came)}/{N}")
    assert [success for success, _ in came] == [success for success, _ in expected]
    for (_, ours), (_, theirs) in zip(expected, came, strict=True):
        assert np.array_equal(ours, theirs)
    assert sum(success for success, _ in came) >= N - 3
