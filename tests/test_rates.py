"""What lasts so many seconds lasts as long at any control rate."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from examples.pucks import SPEC, PuckKind, Pucks
from robopolicy.adaptation.delay_compensation import predict_arrival
from robopolicy.adaptation.dynamics_filter import ArmResponse, DynamicsEstimate
from robopolicy.evaluation.reference import demonstrated
from robopolicy.evaluation.trials.judges import Said, judge_of
from robopolicy.evaluation.trials.trial import Command
from robopolicy.runtime import session as module
from robopolicy.runtime.execution import Execution
from robopolicy.runtime.session import CommandConfig, Session
from robopolicy.viewer.live.teleoperation import Teleoperation
from sim.desk.scenes.sampler import SceneConfig
from sim.kinds.desk import DESK
from sim.observation import Observation
from sim.state import Array, State
from sim.task import Goal
from sim.visible import FILMED

HZ = (1, 2, 5, 10, 25, 50)


class SlowKind(PuckKind):
    """Once a second."""

    spec = replace(SPEC, name="slow", control_hz=1)


class FastKind(PuckKind):
    """Fifty times a second, with a camera."""

    spec = replace(SPEC, name="fast", control_hz=50, cameras=("eye",))

    def picture(
        self, world: Any, cameras: tuple[str, ...] = (), size: tuple[int, int] = FILMED
    ) -> NDArray[np.uint8]:
        return np.zeros((32, 32, 3), np.uint8)


SLOW, FAST = SlowKind(), FastKind()


class Idle:
    """An agent that does nothing."""

    world = None

    def reset(self, conditions: Any, names: Any) -> None:
        """Nothing is understood."""

    def act(self, observation: Observation) -> Array:
        return np.array([[0.0, 0, 0, 0, 0, 0, 1]])

    def look_away(self) -> None:
        """As `Agent`."""

    def forget(self) -> None:
        """As `Agent`."""


class Watched(Pucks):
    """Counts its steps."""

    def __init__(self) -> None:
        self.n_steps = 0

    def step(self, action: Any) -> State:
        self.n_steps += 1
        return super().step(action)


def test_seconds_are_control_steps_of_the_desk_as_they_were() -> None:
    assert [DESK.spec.steps(s) for s in (12.0, 1.0, 0.4, 0.5, 1.2)] == [120, 10, 4, 5, 12]
    assert [replace(SPEC, control_hz=hz).steps(1.0) for hz in HZ] == list(HZ)
    assert replace(SPEC, control_hz=1).steps(0.4) == 1


@pytest.mark.parametrize(("kind", "steps"), [(SLOW, 2), (FAST, 51)])
def test_a_robot_rests_after_a_second(kind: PuckKind, steps: int) -> None:
    world, scene = kind.open(), kind.draw(0, SceneConfig())
    before = world.build(scene)
    sensor = kind.sensor(scene)
    execution = Execution(Idle(), "wait", scene.names, before, sensor.observe(before), 1000, kind=kind)
    while not execution.over:
        execution.record(world.step(execution.act(sensor.observe(execution.states[-1]))))
    assert abs(len(execution.states) - steps) <= 1


@pytest.mark.parametrize(("kind", "steps"), [(SLOW, 12), (FAST, 600)])
def test_what_is_never_shown_is_given_up_after_twelve_seconds(
    kind: Any, steps: int, monkeypatch: Any
) -> None:
    monkeypatch.setattr(type(kind), "expert", lambda *_: np.zeros(7))
    world, scene = Watched(), kind.draw(0, SceneConfig())
    demonstrated(world, scene, Goal("shove_left", 0), kind=kind)
    assert world.n_steps == steps


def test_after_a_demonstration_the_expert_lets_go_for_as_long_at_any_rate() -> None:
    steps, (scene, goal) = {}, FAST.draw_for("park", 3, SceneConfig())
    for kind in (PuckKind(), FAST):
        world = Watched()
        demonstrated(world, scene, goal, kind=kind)
        steps[kind.spec.name] = world.n_steps
    assert steps["fast"] - steps[SPEC.name] == 20 - 2


@pytest.mark.parametrize(("kind", "every"), [(DESK, 5), (PuckKind(), 2), (SLOW, 1), (FAST, 25)])
def test_what_must_not_be_done_is_looked_for_twice_a_second(kind: Any, every: int, monkeypatch: Any) -> None:
    looked = []
    monkeypatch.setattr(
        "robopolicy.evaluation.trials.judges._anything_done", lambda *_: looked.append(True) or False
    )
    world, scene = kind.open(), kind.draw(0, SceneConfig())
    state = world.build(scene)
    goal = Goal(kind.tasks[-1].name, 0, 1 if kind is DESK else -1)
    command = Command("do not", (goal,), must_not=True)
    judge = judge_of(command, state, kind)
    for step in range(1, 101):
        judge(state, step, False, Said.NOTHING)
    assert len(looked) == 100 // every
    world.close()


@pytest.mark.parametrize("hz", HZ)
def test_a_person_s_episode_is_kept_from_half_a_second_on_and_cut_at_ten_minutes_at_any_rate(hz: int) -> None:
    world, kept, spec = Pucks(), [], replace(SPEC, control_hz=hz)
    scene = FAST.draw(0, SceneConfig())
    state, enough = world.build(scene), max(1, round(0.5 * hz))
    teleoperation = Teleoperation(kept.append, spec)
    teleoperation.recording = True
    for steps in (enough - 1, enough, 600 * hz):
        for _ in range(steps):
            teleoperation.record(state, np.zeros(7, np.float32), state, scene)
        if steps < 600 * hz:
            teleoperation.end(scene)
    assert [one.length for one in kept] == [enough, 600 * hz]


@pytest.mark.parametrize("hz", HZ)
def test_fingers_are_predicted_to_close_as_fast_at_any_rate(hz: int) -> None:
    spec = replace(DESK.spec, control_hz=hz)
    seen = Observation(
        np.array([[0.45, 0, 0.3, 0, 0, 0, 1, 0.08]]),
        np.zeros((1, spec.most_things, 12)),
        np.zeros((1, spec.most_things)),
    )
    world = DynamicsEstimate(np.ones(1, int), np.zeros(1), np.ones(1))
    sent = np.array([[[0.0, 0, 0, 0, 0, 0, -1]]])
    found = predict_arrival(seen, sent, world, ArmResponse(1.0, 1.0), spec)
    assert found.proprio[0, 7] == pytest.approx(max(0.0, 0.08 - 0.5 / hz), abs=1e-6)


def test_a_film_shows_its_end_for_as_long_at_any_rate(tmp_path: Any, monkeypatch: Any) -> None:
    films: list[list[Any]] = []
    monkeypatch.setattr(module, "write_mp4", lambda path, frames, hz: films.append([*frames]))
    monkeypatch.setattr(CommandConfig, "kind", property(lambda _: FAST))
    session = Session(CommandConfig(output=str(tmp_path), max_steps=5), Idle())
    told = session.carry_out("wait a moment")
    assert len(films[0]) == len(told.states.gripper) + 60
    session.close()
