"""Who acts in an evaluation, and how a policy is shown what to do."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch

from robopolicy.evaluation import actors
from robopolicy.evaluation.actors import PolicyActor
from robopolicy.evaluation.plan import make_plan
from robopolicy.evaluation.reference import demonstrated, shown
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.policies.agent import Agent
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.base.spec import spec_of
from robopolicy.policies.confidence import OOD_FEATURES, Confidence
from robopolicy.policies.registry import build
from robopolicy.policies.text.encoder import TextEncoder
from sim.desk.rows import observe
from sim.desk.sensors import sense
from sim.desk.simulator import World
from sim.desk.tasks.families import TASKS
from sim.kinds.desk import DESK
from sim.state import stack

Build = Callable[..., PolicyActor]


@pytest.fixture(scope="module")
def world():
    made = World()
    yield made
    made.close()


@pytest.fixture
def build_actor(monkeypatch: pytest.MonkeyPatch) -> Build:
    torch.manual_seed(0)
    policy = build(PolicyConfig(width=32, blocks=1, slot_width=8, code_width=8), spec_of(DESK))
    policy.get_parameter("language.code.2.bias").data[
        len(DESK.tasks)
    ] = -100  # untrained, it would as soon hold still
    encoder = TextEncoder(cache_folder="")
    monkeypatch.setattr(actors, "load_checkpoint", lambda _, kind: policy)
    monkeypatch.setattr(actors, "Agent", lambda policy, **options: Agent(policy, encoder, **options))
    return partial(PolicyActor, "anything", DESK)


@pytest.fixture
def actor(build_actor: Build) -> PolicyActor:
    return build_actor()


def test_the_expert_shows_how_the_desk_is_once_the_goal_is_reached(world: World):
    asked = make_plan(EvaluateConfig(levels=("shown",), n=len(TASKS), controls=())).levels[0]
    reached = 0
    for trial, scene in zip(asked.trials, asked.scenes, strict=True):
        before, after = demonstrated(world, scene, trial.goal, DESK)
        assert DESK.achieved(trial.goal, before, before) == np.False_
        reached += bool(DESK.achieved(trial.goal, before, after))
    assert reached >= len(TASKS) - 2


def test_a_policy_is_told_or_shown_and_then_acts_for_every_world(actor: PolicyActor, world: World):
    plan = make_plan(EvaluateConfig(levels=("seen", "shown"), n=3, controls=()))
    for asked in plan.levels:
        names = [DESK.spec.names(scene.names) for scene in asked.scenes]
        pairs = zip(asked.trials, asked.scenes, strict=True)
        told = [shown(world, s, t.goal, DESK) if t.first.demonstrated else t.sentence for t, s in pairs]
        actor.reset(told, names)
        states = [world.build(scene) for scene in asked.scenes]
        actions = actor.act([observe(state) for state in states])
        assert actions.shape == (3, 7)
        assert np.abs(actions).max() <= 1


def test_with_nothing_said_it_has_to_act(actor: PolicyActor, world: World):
    asked = make_plan(EvaluateConfig(levels=("seen",), n=2, controls=())).levels[0]
    actor.reset([""] * 2, [DESK.spec.names(scene.names) for scene in asked.scenes])
    states = [world.build(scene) for scene in asked.scenes]
    actions = actor.act([observe(state) for state in states])
    assert (np.abs(actions[:, :6]).max(1) > 0).all()


def test_a_policy_refuses_by_its_doubts_what_is_said_and_never_what_is_not(build_actor: Build, world: World):
    asked = make_plan(EvaluateConfig(levels=("seen",), n=2, controls=())).levels[0]
    names = [DESK.spec.names(scene.names) for scene in asked.scenes]
    seen = [observe(world.build(scene)) for scene in asked.scenes]
    ones = (1.0,) * len(OOD_FEATURES)
    for least, refused in ((0.0, False), (1.1, True)):
        actor = build_actor(doubts=Confidence(ones, ones, ones, 0.0, least))
        actor.reset([asked.trials[0].sentence, ""], names)
        actions = actor.act(seen)
        assert actor.refused.tolist() == [refused, False]
        assert (np.abs(actions[:, :6]).max(1) > 0).tolist() == [not refused, True]
        assert actor.done.tolist() == [False, False]
    sure = build_actor()
    sure.reset(["ghjk", ""], names)
    assert not sure.refused.any()


def test_what_is_shown_is_seen_through_the_sensors_too(world: World):
    asked = make_plan(
        EvaluateConfig(levels=("shown",), n=2, world="held_out:position_bias", controls=())
    ).levels[0]
    for trial, scene in zip(asked.trials, asked.scenes, strict=True):
        seen = sense(stack(demonstrated(world, scene, trial.goal, DESK)), scene)
        for at, observation in enumerate(shown(world, scene, trial.goal, DESK)):
            assert np.array_equal(observation.entities, seen.entities[at])
