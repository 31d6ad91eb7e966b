"""Many requests in one batch."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from robopolicy.policies.agent import Agent
from robopolicy.policies.base.spec import BadSpec, spec_of
from robopolicy.policies.registry import build
from robopolicy.policies.text.encoder import TextEncoder
from robopolicy.serving import batched_policy as module
from robopolicy.serving.batched_policy import Answer, BatchedPolicy
from robopolicy.serving.protocol import (
    ENTITIES,
    NAMES,
    PROMPT,
    STATE,
    Request,
    Sessions,
    read_request,
)
from sim.desk.scenes.sampler import SceneConfig
from sim.kinds.desk import DESK
from sim.kinds.registry import kind_of_world
from sim.observation import Observation
from sim.state import Array
from tests.servers import SMALL, a_request, an_agent


@pytest.fixture(scope="module")
def agent() -> Agent:
    return an_agent()


def requests(n: int) -> list[Request]:
    said = ("open the drawer", "lift the cube", "", "close the drawer now")
    return [read_request(a_request(i, prompt=said[i % len(said)]), Sessions(), DESK.spec) for i in range(n)]


@pytest.mark.parametrize("head", ["regression", "flow"])
def test_an_answer_does_not_depend_on_who_else_asks(head: str) -> None:
    policy = BatchedPolicy(an_agent(head=head), DESK)
    asked = requests(16)
    alone = [policy.answer([request])[0] for request in asked]
    for size in {1, min(5, policy.rows), policy.rows}:
        for at in range(0, len(asked), size):
            together = policy.answer(asked[at : at + size])
            for one, other in zip(alone[at:], together, strict=False):
                assert np.array_equal(one.actions, other.actions)
                assert one.understood == other.understood


def test_a_chunk_holds_what_the_agent_would_do_in_closed_loop(agent: Agent) -> None:
    policy = BatchedPolicy(agent, DESK, refuse=False)
    for request in requests(4):
        answer = policy.answer([request])[0]
        alone = Observation(*(np.repeat(field[None], policy.rows, 0) for field in request.observation))
        told = agent.reset([request.prompt] * policy.rows, [request.names] * policy.rows)
        assert told[0]._replace(confidence=0) == answer.understood._replace(confidence=0)
        for step in range(agent.execute):
            assert np.array_equal(agent.act(alone)[0], answer.actions[step])


def test_a_policy_of_another_world_answers_about_that_world() -> None:
    kind = kind_of_world("examples.pucks:PUCKS")
    torch.manual_seed(0)
    untrained = build(replace(SMALL, head="regression"), spec_of(kind))
    untrained.get_parameter("language.code.2.bias").data[1] = 100  # it parks
    policy = BatchedPolicy(Agent(untrained, TextEncoder(cache_folder=""), kind=kind), kind=kind)
    scene = kind.draw(0, SceneConfig())
    world = kind.open()
    seen = kind.sensor(scene).observe(world.build(scene))
    names = [*kind.spec.names(scene.names)]
    asked = {PROMPT: f"put the {names[0]} on the mat", STATE: seen.proprio, NAMES: names}
    policy.warm_up()

    def answer(entities: Array) -> Answer:
        return policy.answer([read_request({**asked, ENTITIES: entities}, Sessions(), policy.world)])[0]

    there = answer(seen.entities)
    assert there.understood.family == "park"
    assert there.actions.shape == (SMALL.chunk, 7)
    assert not there.holds_still
    on_mat = seen.entities.copy()
    on_mat[:3, :2] = seen.entities[3, :2]
    assert answer(on_mat).why == f"The {there.understood.target} is on the mat already."
    with pytest.raises(BadSpec, match="among 3 objects and mat; in 'desk' there are 5 objects and drawer"):
        BatchedPolicy(policy.agent, DESK)


def test_who_says_nothing_is_told_that_the_robot_holds_still(agent: Agent) -> None:
    silent, told = BatchedPolicy(agent, DESK, refuse=False).answer([requests(3)[2], requests(3)[0]])
    assert (silent.holds_still, told.holds_still) == (True, False)
    assert not silent.actions[:, :6].any()
    assert told.actions[:, :6].any()


def test_only_the_first_request_of_a_prompt_costs_the_encoder(agent: Agent, monkeypatch) -> None:
    heard = []
    interpret = agent.interpret
    monkeypatch.setattr(agent, "interpret", lambda *given: heard.append(given) or interpret(*given))
    policy = BatchedPolicy(agent, DESK)
    for _ in range(3):
        policy.answer(requests(2))
    assert len(heard) == 2


def test_what_is_remembered_of_ever_new_prompts_is_bounded(agent: Agent, monkeypatch) -> None:
    monkeypatch.setattr(module, "CACHED_PROMPTS", 4)
    monkeypatch.setattr(module, "CACHED_TEXTS", 6)
    policy = BatchedPolicy(agent, DESK)
    for i in range(12):
        policy.answer([read_request(a_request(0, prompt=f"open drawer {i}"), Sessions(), DESK.spec)])
    assert len(policy._cached) == 4
    assert len(agent.encoder._cache._memory) <= 6
