"""Which world is this? What the filter infers, from an arm that is known to the test."""

import numpy as np
import pytest

from robopolicy.adaptation.dynamics_filter import (
    ArmResponse,
    DynamicsEstimate,
    DynamicsFilter,
    commanded,
    fit_arm_response,
    in_words,
)
from sim.bullet.actuation import Actuation
from sim.bullet.kinematics import STEP_ANGLE, STEP_LENGTH, WORKSPACE
from sim.desk.constants import CONTROL_HZ
from sim.kinds.desk import DESK
from sim.observation import Observation
from sim.randomize.dynamics import Dynamics

RESPONSE = ArmResponse()
MIDDLE = (0.45, 0.0, 0.2)  # of where a hand may be sent
WORLDS = (
    Dynamics(),
    Dynamics(control_yaw=0.9),
    Dynamics(control_yaw=-0.5, action_scale=0.55),
    Dynamics(latency=3),
    Dynamics(latency=2, control_yaw=1.0, action_scale=1.5),
)


def seen(proprio: np.ndarray, thing: tuple[float, float, float] | None = None) -> Observation:
    """Hands (B, 8) over an empty desk, or one with a cube of 4 cm at `thing`."""
    n = len(proprio)
    entities, mask = np.zeros((n, 1, 12), np.float32), np.zeros((n, 1), np.float32)
    if thing is not None:
        entities[:, 0, :3], entities[:, 0, 7:10], mask[:] = thing, 0.04, 1
    return Observation(proprio, entities, mask)


class Arms:
    """Arms of which each obeys as a world says, and as exactly as `ArmResponse` says."""

    def __init__(self, worlds: list[Dynamics], seed: int = 0) -> None:
        self.obey = [Actuation(world) for world in worlds]
        self.rng = np.random.default_rng(seed)
        self.proprio = np.zeros((len(worlds), 8), np.float32)
        self.heading = np.zeros(len(worlds))
        self._turn()

    def _turn(self) -> None:
        self.proprio[:, 3], self.proprio[:, 4] = np.cos(self.heading / 2), np.sin(self.heading / 2)

    def step(self, actions: np.ndarray, pushed: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
        """Proprio before and after; `pushed` is how far something else moves the hands, m."""
        self.proprio[:, :3] = MIDDLE  # where nothing holds it up
        before = self.proprio.copy()
        came = np.array([obey(list(map(float, a))) for obey, a in zip(self.obey, actions, strict=True)])
        size = np.linalg.norm(came[:, [0, 1, 2, 5]], axis=1, keepdims=True)
        spread = np.repeat(RESPONSE.still + RESPONSE.moving * size, 4, 1)
        spread[:, 3] += RESPONSE.turning * np.abs(came[:, 5])
        noise = self.rng.standard_normal((len(came), 4)) * spread
        self.proprio[:, :3] += STEP_LENGTH * (RESPONSE.shift * came[:, :3] + noise[:, :3]) + pushed
        self.heading += STEP_ANGLE * (RESPONSE.turn * came[:, 5] + noise[:, 3])
        self._turn()
        return before, self.proprio.copy()


def some_actions(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.uniform(-1, 1, (n, 7)).astype(np.float32)


def believed(worlds: list[Dynamics], steps: int, mixed: bool = False, pushed: float = 0.0) -> DynamicsFilter:
    """The belief after some steps; if `mixed`, what was done in one world is taken for another's."""
    rng, arms, belief = (
        np.random.default_rng(1),
        Arms(worlds),
        DynamicsFilter(len(worlds), RESPONSE, memory=40, spec=DESK.spec),
    )
    for t in range(steps):
        actions = some_actions(rng, len(worlds))
        before, after = arms.step(actions, pushed if t % 5 == 4 else 0.0)
        belief.update(seen(before), np.roll(actions, 1, 0) if mixed else actions, seen(after))
    return belief


def test_two_seconds_tell_how_a_world_obeys_within_and_beyond_the_training_ranges() -> None:
    found = believed(list(WORLDS), 20).world
    assert found.delay.tolist() == [world.latency for world in WORLDS]
    np.testing.assert_allclose(found.turn, [world.control_yaw for world in WORLDS], atol=0.12)
    np.testing.assert_allclose(found.scale, [world.action_scale for world in WORLDS], rtol=0.1)


def test_without_a_step_the_world_is_thought_to_be_nominal() -> None:
    found = believed([Dynamics(control_yaw=1.0)], 0).world
    assert found.delay[0] == 0
    assert abs(found.turn[0]) < 0.01
    assert found.scale[0] == pytest.approx(1, abs=0.06)


def test_a_hand_that_does_not_move_teaches_nothing() -> None:
    belief, still = DynamicsFilter(1, RESPONSE, memory=40, spec=DESK.spec), np.zeros((1, 7), np.float32)
    proprio = np.array([[0.4, 0, 0.2, 1, 0, 0, 0, 0.08]], np.float32)
    for _ in range(100):
        belief.update(seen(proprio), still, seen(proprio))
    assert abs(belief.world.turn[0]) < 0.01
    assert belief.world.delay[0] == 0


def test_what_was_learned_survives_standing_still() -> None:
    belief = believed([Dynamics(control_yaw=0.8)], 12)
    proprio, still = np.array([[0.4, 0, 0.2, 1, 0, 0, 0, 0.08]], np.float32), np.zeros((1, 7), np.float32)
    for _ in range(60):
        belief.update(seen(proprio), still, seen(proprio))
    assert belief.world.turn[0] == pytest.approx(0.8, abs=0.06)


def test_a_turn_that_starts_late_and_overshoots_is_not_taken_for_a_world_that_obeys_late() -> None:
    belief = DynamicsFilter(1, RESPONSE, memory=40, spec=DESK.spec)
    at, heading = np.array([0.42, 0.0, 0.25]), 0.0
    for wanted, moved in ((0.9, 0.6), (0.9, 1.15), (0.9, 0.9)):  # as a Panda's wrist does, of a full turn
        hands = []
        for _ in range(2):
            hands.append([[*at, np.cos(heading / 2), np.sin(heading / 2), 0, 0, 0.08]])
            at, heading = at + STEP_LENGTH * 0.9 * np.array([-0.3, 0.3, -0.6]), heading + STEP_ANGLE * moved
        at, heading = at - STEP_LENGTH * 0.9 * np.array([-0.3, 0.3, -0.6]), heading - STEP_ANGLE * moved
        sent = np.array([[-0.3, 0.3, -0.6, 0, 0, wanted, 1]], np.float32)
        before, after = (seen(np.array(hand, np.float32)) for hand in hands)
        belief.update(before, sent, after)
    assert belief.world.delay[0] == 0
    assert belief.world.scale[0] == pytest.approx(1, abs=0.1)


def test_a_hand_that_is_pushed_now_and_then_is_still_understood() -> None:
    found = believed([Dynamics(control_yaw=0.7, latency=1)], 30, pushed=0.03).world
    assert found.delay[0] == 1
    assert found.turn[0] == pytest.approx(0.7, abs=0.08)


def test_a_history_that_is_another_worlds_says_nothing_like_what_ones_own_does() -> None:
    worlds = [Dynamics(control_yaw=0.9), Dynamics(control_yaw=-0.9)] * 8
    truth = np.array([world.control_yaw for world in worlds])
    own, other = believed(worlds, 20).world.turn, believed(worlds, 20, mixed=True).world.turn
    assert np.abs(own - truth).max() < 0.1
    assert np.abs(other - truth).mean() > 0.5


def test_a_world_that_changes_is_noticed_after_moving_in_it_for_a_while() -> None:
    rng, belief = np.random.default_rng(1), DynamicsFilter(1, RESPONSE, memory=40, spec=DESK.spec)
    for world in (Dynamics(control_yaw=0.8), Dynamics(control_yaw=-0.6)):
        arms = Arms([world])
        for _ in range(20):
            actions = some_actions(rng, 1)
            before, after = arms.step(actions)
            belief.update(seen(before), actions, seen(after))
        assert belief.world.turn[0] == pytest.approx(world.control_yaw, abs=0.08)


def test_what_is_sent_arrives_as_it_was_wanted() -> None:
    rng = np.random.default_rng(0)
    for world in WORLDS:
        if world.latency:
            continue
        wanted = (0.5 * some_actions(rng, 1)).astype(np.float32)  # within what any of them can carry out
        known = believed([world], 0).world._replace(
            turn=np.array([world.control_yaw]), scale=np.array([world.action_scale])
        )
        came = Actuation(world)(list(map(float, commanded(wanted, known)[0])))
        np.testing.assert_allclose(came, wanted[0], atol=1e-5)


def test_what_is_too_large_to_be_sent_keeps_its_direction() -> None:
    small = believed([Dynamics()], 0).world._replace(turn=np.zeros(1), scale=np.full(1, 0.5))
    wanted = np.array([[1.0, 0.5, -0.25, 0, 0, 0.3, 1]], np.float32)
    sent = commanded(wanted, small)[0]
    np.testing.assert_allclose(sent[:3], [1.0, 0.5, -0.25], atol=1e-6)
    np.testing.assert_allclose(sent[5:], [0.6, 1.0], atol=1e-6)


def test_how_an_arm_obeys_is_found_in_what_it_did() -> None:
    rng, arms = np.random.default_rng(2), Arms([Dynamics()])
    rows = []
    for t in range(3000):
        actions = some_actions(rng, 1) * (0.005 if t % 4 == 0 else 1)
        before, after = arms.step(actions, pushed=0.05 if t % 10 == 0 else 0.0)
        rows.append((before[0], actions[0], after[0]))
    before, sent, after = (np.stack(column) for column in zip(*rows, strict=True))
    fitted = fit_arm_response(before, sent, after, DESK.spec.action)
    np.testing.assert_allclose(fitted, RESPONSE, rtol=0.3)


def test_next_to_things_that_hold_it_up_a_hand_teaches_little() -> None:
    belief = believed([Dynamics()], 12)
    aside = np.array([[0.5, 0, 0, 0, 0, 0, -1]], np.float32)
    proprio = np.array([[0.4, 0, 0.02, 1, 0, 0, 0, 0.0]], np.float32)
    for t in range(30):  # it pushes something that gives way slowly, as in a world of small actions
        before, after = proprio + [0.009 * t, *[0] * 7], proprio + [0.009 * (t + 1), *[0] * 7]
        at = float(after[0, 0]) + 0.05
        belief.update(seen(before, (at, 0, 0.02)), aside, seen(after, (at, 0, 0.02)))
    assert belief.world.scale[0] == pytest.approx(1, abs=0.1)
    assert belief.world.delay[0] == 0


def test_at_the_edge_of_where_it_may_be_sent_a_hand_teaches_little() -> None:
    belief = believed([Dynamics()], 12)
    out = np.array([[-0.6, 0.0, 0, 0, 0, 0, 1]], np.float32)
    proprio = np.array([[WORKSPACE[0][0] + 0.003, 0, 0.15, 1, 0, 0, 0, 0.08]], np.float32)
    for _ in range(40):
        belief.update(seen(proprio), out, seen(proprio))
    assert belief.world.delay[0] == 0
    assert belief.world.scale[0] == pytest.approx(1, abs=0.1)


def test_what_is_unlike_the_nominal_world_is_said_in_words() -> None:
    usual = DynamicsEstimate(np.array([0, 2]), np.array([0.02, -0.5]), np.array([0.98, 1.3]))
    assert in_words(usual, CONTROL_HZ) == ""
    assert (
        in_words(usual, CONTROL_HZ, 1)
        == "arrive 0.2 s late and are turned 29 degrees to the right and are 1.3 times as large"
    )
