"""The policy in closed loop."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from robopolicy.policies.agent import Agent
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.base.spec import spec_of
from robopolicy.policies.checkpoint import CheckpointError
from robopolicy.policies.registry import build
from robopolicy.policies.text.encoder import TextEncoder
from sim.desk.rows import observe
from sim.desk.scenes.sampler import SceneConfig, draw_scene
from sim.desk.simulator import World
from sim.kinds.desk import DESK
from sim.observation import Observation
from sim.randomize.dynamics import Dynamics

NAMES = DESK.spec.names(draw_scene(0, SceneConfig()).names)
HOLD = len(DESK.tasks)  # the code of holding still
SMALL = PolicyConfig(width=32, blocks=1, slot_width=8, code_width=8)


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder(cache_folder="")


@pytest.fixture
def agent(encoder) -> Agent:
    torch.manual_seed(0)
    policy = build(SMALL, spec_of(DESK))
    policy.get_parameter("language.code.2.bias").data[HOLD] = -100  # untrained, it would as soon hold still
    return Agent(policy, encoder, execute=3, kind=DESK)


def test_who_is_told_not_to_holds_still(agent):
    agent.policy.get_parameter("language.code.2.bias").data[HOLD] = 100
    told = agent.reset(["do not open the drawer"], [NAMES])
    assert told[0].family == "hold still"
    assert not agent.act(a_view(1))[0, :6].any()


def a_view(batch: int, seed: int = 0) -> Observation:
    rng = np.random.default_rng(seed)
    mask = np.tile(np.array([bool(name) for name in NAMES], np.float32), (batch, 1))
    proprio = rng.uniform(0.01, 0.08, (batch, 8)).astype(np.float32)
    return Observation(
        proprio, rng.normal(0, 0.1, (batch, DESK.spec.most_things, 12)).astype(np.float32), mask
    )


def test_every_environment_gets_an_action_in_the_box(agent):
    told = agent.reset(["open the drawer", "lift the cube"], [NAMES, NAMES])
    assert len(told) == 2
    assert all(0 <= one.confidence <= 1 for one in told)
    actions = agent.act(a_view(2))
    assert actions.shape == (2, 7)
    assert np.abs(actions).max() <= 1


def test_it_looks_again_after_as_many_steps_as_it_executes(agent, monkeypatch):
    looks = []
    act = agent.policy.act
    monkeypatch.setattr(agent.policy, "act", lambda *seen: looks.append(1) or act(*seen))
    agent.reset(["open the drawer"], [NAMES])
    for _ in range(7):
        agent.act(a_view(1))
    assert len(looks) == 3


def test_a_reset_drops_what_was_planned(agent):
    agent.reset(["open the drawer"], [NAMES])
    first = agent.act(a_view(1))
    agent.act(a_view(1))
    agent.reset(["open the drawer"], [NAMES])
    assert np.array_equal(agent.act(a_view(1)), first)


def test_spelling_and_punctuation_do_not_matter(agent):
    agent.reset(["Please, open the drawer!", "please open the drawer"], [NAMES, NAMES])
    view = a_view(1)
    both = Observation(*(np.repeat(field, 2, 0) for field in view))
    actions = agent.act(both)
    # The same numbers at two places in a batch: a processor may sum them in another order.
    assert np.allclose(actions[0], actions[1], rtol=0, atol=1e-6)


def test_who_is_told_nothing_holds_still_and_keeps_its_grip(agent):
    agent.reset(["", "open the drawer"], [NAMES, NAMES])
    view = a_view(2)
    actions = agent.act(view)
    assert not actions[0, :6].any()
    assert np.isclose((actions[0, 6] + 1) / 2 * 0.08, view.proprio[0, 7], atol=1e-6)
    assert actions[1, :6].any()


def test_what_is_hardly_understood_is_not_done_if_so_wished(encoder):
    sceptic = Agent(build(SMALL, spec_of(DESK)), encoder, confidence=1.1, kind=DESK)
    sceptic.reset(["open the drawer"], [NAMES])
    assert not sceptic.act(a_view(1))[0, :6].any()


def test_another_text_encoder_is_refused(encoder):
    policy = build(SMALL, spec_of(DESK))
    policy.encoder_sha256 = "f" * 64
    with pytest.raises(CheckpointError, match="ffffffffffff"):
        Agent(policy, encoder, kind=DESK)


def test_it_cannot_execute_more_than_it_predicts(encoder):
    with pytest.raises(CheckpointError, match="from 1 to the chunk, 8, not 9"):
        Agent(build(SMALL, spec_of(DESK)), encoder, execute=9, kind=DESK)


def test_acting_before_being_told_is_an_error(encoder):
    with pytest.raises(ValueError, match="reset"):
        Agent(build(SMALL, spec_of(DESK)), encoder, kind=DESK).act(a_view(1))


def test_in_the_control_with_no_words_the_policy_has_to_act_all_the_same(agent, encoder):
    spared, put_to_it = agent, Agent(agent.policy, encoder, hold_when_silent=False, kind=DESK)
    moved = []
    for one in (spared, put_to_it):
        one.reset([""], [NAMES])
        moved.append(np.abs(one.act(a_view(1))[0, :6]).max() > 0)
    assert moved == [False, True]


def strayed(history: int, encoder: TextEncoder, dynamics: Dynamics, monkeypatch: pytest.MonkeyPatch) -> float:
    """How far, rad, from where it always wants to go the hand of an agent goes once it had time to learn."""
    policy = build(replace(SMALL, history=history), spec_of(DESK))
    policy.get_parameter("language.code.2.bias").data[HOLD] = -100
    always = torch.tensor([0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 1.0]).expand(1, SMALL.chunk, 7)
    monkeypatch.setattr(policy, "act", lambda *_: always.clone())
    agent, world = Agent(policy, encoder, kind=DESK), World()
    scene = replace(draw_scene(0, SceneConfig()), dynamics=dynamics)
    state = world.build(scene)
    agent.reset(["open the drawer"], [DESK.spec.names(scene.names)])
    way = [state.ee_pos]
    for _ in range(10):
        state = world.step(agent.act(Observation(*(field[None] for field in observe(state))))[0])
        way.append(state.ee_pos)
    world.close()
    x, y = (way[-1] - way[6])[:2]
    return float(abs(np.arctan2(x, y)))


def test_with_a_memory_it_goes_where_it_wants_in_a_world_whose_axes_are_turned(encoder, monkeypatch):
    turned = Dynamics(control_yaw=0.8, latency=2)
    assert strayed(0, encoder, turned, monkeypatch) > 0.6
    assert strayed(40, encoder, turned, monkeypatch) < 0.15


def test_what_it_learned_of_a_world_outlives_a_command_and_ends_when_told_to_forget(encoder):
    policy = build(replace(SMALL, history=40), spec_of(DESK))
    policy.get_parameter("language.code.2.bias").data[HOLD] = -100
    agent, seen = Agent(policy, encoder, kind=DESK), a_view(1)
    agent.reset(["open the drawer"], [NAMES])
    for _ in range(5):  # the hand does not move, whatever it does
        agent.act(seen)
    assert agent.world is not None
    late = agent.world.delay[0]
    assert late > 0
    agent.reset(["lift the cube"], [NAMES])
    agent.act(seen)
    assert agent.world.delay[0] >= late
    agent.forget()
    assert agent.world is None


@pytest.mark.parametrize("history", [0, 40])
def test_with_a_memory_it_plans_from_where_things_are_by_all_that_it_saw(encoder, monkeypatch, history):
    network, plans = build(replace(SMALL, history=history), spec_of(DESK)), []
    agent = Agent(network, encoder, execute=1, kind=DESK)
    monkeypatch.setattr(
        agent, "plan", lambda _, seen: plans.append(seen) or np.zeros((1, SMALL.chunk, 7), np.float32)
    )
    agent.reset(["lift the cube"], [NAMES])
    rng, view = np.random.default_rng(0), a_view(1)
    things = view.entities.copy()
    things[:, :3, :3] += 1.0  # out of reach
    things[:, :3, 3:7] = 0, 0, 0, 1
    for _ in range(30):
        jittering = things.copy()
        jittering[:, :3, :3] += rng.normal(0, 0.005, (1, 3, 3)).astype(np.float32)
        agent.act(view._replace(entities=jittering))
    errors = [np.abs(plan.entities - things)[:, :3, :3].mean() for plan in plans]
    assert (np.mean(errors[15:]) < 0.5 * np.mean(errors[:3])) == (history > 0)


def test_without_a_memory_it_thinks_nothing_of_its_world(agent):
    agent.reset(["open the drawer"], [NAMES])
    agent.act(a_view(1))
    assert agent.world is None


def test_another_batch_is_of_other_worlds(encoder):
    agent = Agent(build(replace(SMALL, history=40), spec_of(DESK)), encoder, kind=DESK)
    for batch in (1, 2):
        agent.reset(["open the drawer"] * batch, [NAMES] * batch)
        agent.act(a_view(batch))
        assert agent.world is not None
        assert len(agent.world.delay) == batch
