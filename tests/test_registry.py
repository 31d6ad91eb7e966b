"""Kinds of policies: one entry of a tuple each, built and asked alike."""

from typing import Any

import pytest
import torch

from robopolicy.common.errors import UnknownName, UserError
from robopolicy.policies import registry
from robopolicy.policies.agent import Agent
from robopolicy.policies.base.condition import BadCondition, GoalState
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.base.spec import spec_of
from robopolicy.policies.registry import KINDS, build, check_policy, kind_named
from robopolicy.policies.text.encoder import TextEncoder
from robopolicy.training.config import TrainConfig
from sim.desk.rows import observe
from sim.desk.scenes.sampler import draw_scene, initial_state
from sim.kinds.desk import DESK

SMALL: dict[str, Any] = {"width": 32, "blocks": 1, "slot_width": 8, "code_width": 8}


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
@pytest.mark.parametrize("head", ["regression", "flow"])
def test_every_kind_with_every_head_is_told_a_sentence_and_acts(kind: str, head: str):
    torch.manual_seed(0)
    agent = Agent(
        build(PolicyConfig(kind, head, **SMALL), spec_of(DESK)), TextEncoder(cache_folder=""), kind=DESK
    )
    scene = draw_scene(0)
    agent.reset(["open the drawer"], [DESK.spec.names(scene.names)])
    seen = observe(initial_state(scene))
    assert agent.act(seen._replace(**{k: v[None] for k, v in seen._asdict().items()})).shape == (1, 7)


def test_a_kind_that_reads_no_goal_states_says_what_it_takes():
    agent = Agent(
        build(PolicyConfig("free", **SMALL), spec_of(DESK)), TextEncoder(cache_folder=""), kind=DESK
    )
    scene = draw_scene(0)
    seen = observe(initial_state(scene))
    with pytest.raises(BadCondition, match="cannot be told a goal state; it takes a sentence"):
        agent.reset([GoalState(seen, seen)], [DESK.spec.names(scene.names)])


def test_a_kind_that_is_added_to_the_tuple_is_built_and_named(monkeypatch: pytest.MonkeyPatch):
    mine = kind_named("slots")._replace(name="mine")
    monkeypatch.setattr(registry, "KINDS", (*KINDS, mine))
    assert TrainConfig(policy=PolicyConfig("mine", **SMALL)).policy.conditioning == "mine"
    assert (
        build(PolicyConfig("mine", **SMALL), spec_of(DESK)).n_parameters
        == build(PolicyConfig("slots", **SMALL), spec_of(DESK)).n_parameters
    )


def test_wrong_names_are_answered_with_the_nearest():
    with pytest.raises(UnknownName, match="no conditioning is called 'slot'; did you mean slots"):
        TrainConfig(policy=PolicyConfig(conditioning="slot"))
    with pytest.raises(UnknownName, match=r"no head is called 'mse'\. There are: regression, flow"):
        build(PolicyConfig(head="mse"), spec_of(DESK))
    with pytest.raises(UserError, match="codes must be at least 25"):
        check_policy(PolicyConfig(codes=3), spec_of(DESK))


@pytest.mark.parametrize("codes", [0, 7])
def test_spare_codes_are_never_chosen(codes: int):
    spec = spec_of(DESK)
    network = build(PolicyConfig(codes=len(spec.families) + codes, **SMALL), spec_of(DESK))
    kinds = spec.kinds_of([DESK.spec.names(draw_scene(0).names)])
    possible = network.book.sensible(kinds)[0].flatten(1).any(1)
    assert possible.tolist() == [True] * len(spec.families) + [False] * codes
