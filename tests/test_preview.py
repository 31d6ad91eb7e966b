"""What will be when what was sent has arrived, against what came to be."""

from functools import cache

import numpy as np
import pytest

from robopolicy.adaptation.delay_compensation import predict_arrival
from robopolicy.adaptation.dynamics_filter import DELAYS, ArmResponse, DynamicsEstimate
from sim.desk.constants import FIXTURES, MAX_OBJECTS
from sim.desk.layouts import GRIP_WIDTHS
from sim.desk.rows import observe
from sim.desk.scenes.sampler import draw_scene_for
from sim.desk.simulator import World
from sim.desk.tasks import expert
from sim.kinds.desk import DESK
from sim.observation import Observation
from sim.state import State

RESPONSE = ArmResponse(0.9, 0.87)
AHEAD = 3
HANDLES = [("open_drawer", "drawer"), ("slide_door_left", "sliding door"), ("turn_on_lamp", "lever switch")]


@cache
def rollout(task: str = "put_in_tray") -> tuple[list[State], list[np.ndarray], int]:
    """The expert does something: states, actions, the object."""
    world = World()
    scene, goal = draw_scene_for(task, 3)
    states, actions = [world.build(scene)], []
    for _ in range(60):
        actions.append(np.asarray(expert.act(states[-1], goal), np.float32))
        states.append(world.step(actions[-1]))
    world.close()
    return states, actions, goal.object


def seen(state: State) -> Observation:
    return Observation(*(field[None] for field in observe(state)))


def obeys(delay: int, turn: float = 0.0, scale: float = 1.0) -> DynamicsEstimate:
    return DynamicsEstimate(np.array([delay]), np.array([turn], np.float32), np.array([scale], np.float32))


def foretold(
    t: int, world: DynamicsEstimate, actions: list[np.ndarray], task: str = "put_in_tray"
) -> Observation:
    sent = np.zeros((1, DELAYS, 7), np.float32)
    sent[0, :AHEAD] = actions[t : t + AHEAD][::-1]
    return predict_arrival(seen(rollout(task)[0][t]), sent, world, RESPONSE, DESK.spec)


def test_the_hand_is_foreseen_better_than_by_thinking_that_it_stays() -> None:
    states, actions, _ = rollout()
    errors = []
    for t in range(len(actions) - AHEAD):
        then, now = observe(states[t + AHEAD]).proprio, observe(states[t]).proprio
        ahead = foretold(t, obeys(AHEAD), actions).proprio[0]
        errors.append([np.linalg.norm(then[:3] - ahead[:3]), np.linalg.norm(then[:3] - now[:3])])
    foreseen_by, staying = np.array(errors).T
    assert np.quantile(foreseen_by, 0.9) < 0.02  # m
    assert foreseen_by.mean() < 0.3 * staying.mean()


def test_what_the_hand_holds_is_foreseen_to_go_with_it() -> None:
    states, actions, held = rollout()
    up = [t for t in range(len(actions) - AHEAD) if states[t].pos(held)[2] > 0.06]
    up = [t for t in up if states[t + AHEAD].gripper < 0.06]
    assert len(up) > 3
    for t in up:
        then = states[t + AHEAD].pos(held)
        ahead = foretold(t, obeys(AHEAD), actions).entities[0, held, :3]
        assert np.linalg.norm(then - ahead) < 0.5 * np.linalg.norm(then - states[t].pos(held)) + 0.015


def test_what_is_not_held_stays_where_it_is() -> None:
    states, actions, held = rollout()
    before, after = seen(states[0]).entities, foretold(0, obeys(AHEAD), actions).entities
    assert np.array_equal(before, after)
    assert states[0].n_objects > held


def test_in_a_world_that_obeys_at_once_everything_is_as_it_is_seen() -> None:
    states, actions, _ = rollout()
    for now, then in zip(seen(states[5]), foretold(5, obeys(0), actions), strict=True):
        assert np.array_equal(now, then)


def test_the_motion_that_is_foreseen_is_turned_and_scaled_as_the_world_does() -> None:
    forward = [np.array([1, 0, 0, 0, 0, 0, 1], np.float32)] * AHEAD
    hand = foretold(0, obeys(2, np.pi / 2, 0.5), forward).proprio[0, :3] - rollout()[0][0].ee_pos
    np.testing.assert_allclose(hand, [0, 2 * 0.5 * 0.05 * RESPONSE.shift, 0], atol=1e-6)


@pytest.mark.parametrize(("task", "fixture"), HANDLES)
def test_a_handle_stops_the_fingers_and_goes_with_them(task: str, fixture: str) -> None:
    states, actions, _ = rollout(task)
    tip, closed = MAX_OBJECTS + FIXTURES.index(fixture), GRIP_WIDTHS[FIXTURES.index(fixture)] + 0.006
    held = [
        t
        for t in range(len(actions) - AHEAD)
        if all(np.linalg.norm(s.pos(fixture) - s.ee_pos) < 0.02 for s in states[t : t + AHEAD + 1])
        and all(s.gripper < closed for s in states[t : t + AHEAD + 1])
        and all(a[6] < 0 for a in actions[t : t + AHEAD])
    ]
    assert held
    for t in held:
        now, then = foretold(t, obeys(0), actions, task), foretold(t, obeys(AHEAD), actions, task)
        assert abs(then.proprio[0, 7] - states[t + AHEAD].gripper) < 0.006
        gap = then.entities[0, tip, :3] - then.proprio[0, :3]
        assert np.allclose(gap, now.entities[0, tip, :3] - now.proprio[0, :3], atol=1e-5)


def test_what_a_hand_can_hold_of_the_furniture_is_known() -> None:
    """Fingers that close on a handle stop where `GRIP_WIDTHS` says."""
    for task, fixture in HANDLES:
        states, _, _ = rollout(task)
        near = [s.gripper for s in states if np.linalg.norm(s.pos(fixture) - s.ee_pos) < 0.02]
        assert abs(min(near) - GRIP_WIDTHS[FIXTURES.index(fixture)]) < 0.004, task
