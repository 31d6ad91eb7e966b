"""One command of the shipped policy from beginning to end, and pairs of commands on one thing."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from robopolicy.evaluation.plan import make_plan
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.policies.agent import Agent
from robopolicy.policies.checkpoint import load_checkpoint
from robopolicy.runtime.execution import Execution
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import draw_scene_for
from sim.desk.sensors import Sensor
from sim.desk.simulator import World
from sim.kinds.desk import DESK
from sim.task import Goal

SAID = {
    "turn_on_led": "turn on the led",
    "turn_off_led": "turn off the led",
    "turn_on_lamp": "turn on the lamp",
    "turn_off_lamp": "turn off the lamp",
    "open_drawer": "open the drawer",
    "close_drawer": "close the drawer",
    "slide_door_left": "slide the door to the left",
    "slide_door_right": "slide the door to the right",
}
LED = [("turn_on_led", "turn_off_led"), ("turn_off_led", "turn_on_led")]
MAX_STEPS = 120


class Bench:
    """A world, and the shipped policy in it."""

    def __init__(self) -> None:
        torch.set_num_threads(1)
        self.world, self.agent = World(), Agent(load_checkpoint("benchmark", DESK), kind=DESK)

    def on(self, scene: Scene) -> None:
        """Another desk."""
        self.agent.forget()
        self.scene, self.state, self.sensor = scene, self.world.build(scene), Sensor(scene)
        self.seen = self.sensor.observe(self.state)

    def tell(self, sentence: str) -> Execution:
        execution = Execution(
            self.agent, sentence, self.scene.names, self.state, self.seen, MAX_STEPS, kind=DESK
        )
        while not execution.over:
            self.state = self.world.step(execution.act(self.seen))
            execution.record(self.state)
            self.seen = self.sensor.observe(self.state)
        return execution

    def does(self, family: str) -> bool:
        """Whether a fixture's family is done when its command is over."""
        execution = self.tell(SAID[family])
        return bool(DESK.achieved(Goal(family), execution.states[0], self.state))


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.world.close()


@pytest.mark.long
def test_what_was_asked_for_is_so_when_a_command_ends(bench: Bench) -> None:
    asked = make_plan(EvaluateConfig(levels=("seen",), n=24, controls=())).levels[0]
    right = 0
    for trial, scene in zip(asked.trials, asked.scenes, strict=True):
        bench.on(scene)
        execution = bench.tell(trial.sentence)
        right += bool(DESK.achieved(trial.goal, execution.states[0], execution.states[-1]))
        assert execution.happened() or not execution.done
    assert right >= 22  # of 24; 98.7 % of a thousand at some instant, 73 % if it goes on for 0.6 s


@pytest.mark.parametrize("drawer", [0.06, 0.09])
def test_a_drawer_that_is_ajar_is_opened_and_then_it_is_done(bench: Bench, drawer: float) -> None:
    scene, _ = draw_scene_for("open_drawer", 0)
    bench.on(replace(scene, joints=(drawer, *scene.joints[1:])))
    execution = bench.tell(SAID["open_drawer"])
    assert execution.done
    assert bench.state.joint("drawer") > 0.1
    assert execution.happened()


def both(bench: Bench, first: str, second: str, n: int) -> int:
    """Of n desks, on how many the second command is obeyed right after the first."""
    right = 0
    for seed in range(n):
        bench.on(draw_scene_for(first, seed)[0])
        right += bench.does(first) and bench.does(second)
    return right


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("turn_on_lamp", "turn_off_lamp"),
        ("turn_off_lamp", "turn_on_lamp"),
        ("open_drawer", "close_drawer"),
        ("close_drawer", "open_drawer"),
        ("slide_door_left", "slide_door_right"),
        ("slide_door_right", "slide_door_left"),
    ],
)
def test_a_command_is_obeyed_right_after_its_opposite(bench: Bench, first: str, second: str) -> None:
    assert both(bench, first, second, n=3) == 3


@pytest.mark.xfail(
    strict=True,
    reason="a stretch of play about the button begins, as it is cut, only once the button is up again, so "
    "no policy was ever shown a button that it holds down: it goes on pressing, and rests",
)
@pytest.mark.parametrize(
    ("first", "second"), [("turn_on_led", "turn_off_led"), ("turn_off_led", "turn_on_led")]
)
def test_the_led_is_switched_back_right_after_it_was_switched(bench: Bench, first: str, second: str) -> None:
    assert both(bench, first, second, n=5) >= 4


@pytest.mark.parametrize(
    ("first", "second"), [("turn_on_led", "turn_off_led"), ("turn_off_led", "turn_on_led")]
)
def test_the_led_is_switched_back_if_the_hand_was_lifted_off_the_button(
    bench: Bench, first: str, second: str
) -> None:
    """Which is why the one above fails."""
    for seed in range(3):
        bench.on(draw_scene_for(first, seed)[0])
        assert bench.does(first)
        for _ in range(2):
            bench.state = bench.world.step(np.array([0, 0, 0.6, 0, 0, 0, -1.0]))
            bench.seen = bench.sensor.observe(bench.state)
        assert bench.does(second)
