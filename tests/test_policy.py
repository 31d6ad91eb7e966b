"""The network: what it may and may not depend on."""

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch

from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.base.spec import spec_of
from robopolicy.policies.free.network import UNNAMED
from robopolicy.policies.networks.action_heads import TaskEmbedding
from robopolicy.policies.networks.reading import Choice, CodeBook, Reading
from robopolicy.policies.registry import build
from robopolicy.policies.slots.network import SlotsNetwork
from sim.desk.tasks.families import TASKS
from sim.kinds.desk import DESK
from sim.observation import Observation

SMALL = PolicyConfig(width=32, blocks=1, token_width=16, slot_width=8, code_width=8)
B, E, L = 3, 10, 6
SPEC = spec_of(DESK)
KINDS = SPEC.kinds_of([DESK.spec.names(("red cube", "blue bar", "green puck"))] * B)
HOLD = len(DESK.tasks)  # the code of holding still
CODES = {task.name: code for code, task in enumerate(TASKS)}


def a_policy(**changes: Any) -> Any:
    torch.manual_seed(0)
    made = build(dataclasses.replace(SMALL, **changes), spec_of(DESK)).eval()
    for parameter in made.parameters():  # some layers begin at zero, which would hide what they do
        parameter.data.add_(0.1 * torch.randn_like(parameter))
    return made


@pytest.fixture
def policy() -> SlotsNetwork:
    return a_policy()


def a_scene() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Proprio, entities, mask and names of a batch; two things are absent."""
    generator = torch.Generator().manual_seed(1)
    proprio = torch.randn(B, 8, generator=generator)
    entities = 0.2 * torch.randn(B, E, 12, generator=generator)
    mask = (KINDS >= 0).float()
    entities = entities * mask[..., None]
    names = torch.randn(B, E, 16, generator=generator)
    return proprio, entities, mask, names


def sentences() -> tuple[torch.Tensor, torch.Tensor]:
    mask = torch.ones(B, L)
    mask[0, 4:] = 0
    return torch.randn(B, L, 16, generator=torch.Generator().manual_seed(2)) * mask[..., None], mask


def choose(*rows: tuple[int, int, int]) -> Choice:
    return Choice(*(torch.tensor(column) for column in zip(*rows, strict=True)))


CHOICE = choose((0, 0, 1), (1, 6, -1), (2, 2, 9))


def act(policy: SlotsNetwork, choice: Choice, entities: torch.Tensor) -> torch.Tensor:
    proprio, _, mask, _ = a_scene()
    return policy.act(policy.control.embed(choice, E), proprio, entities, mask)


def test_the_order_of_the_things_does_not_matter(policy):
    proprio, entities, mask, names = a_scene()
    tokens, heard = sentences()
    order = torch.randperm(E, generator=torch.Generator().manual_seed(3))
    first = policy.interpret(tokens, heard, names, KINDS)
    second = policy.interpret(tokens, heard, names[:, order], KINDS[:, order])
    assert torch.equal(order[second.choice.object], first.choice.object)
    assert torch.allclose(first.probability, second.probability, atol=1e-5)
    place = order.argsort()
    moved = CHOICE._replace(
        object=place[CHOICE.object],
        other=torch.where(CHOICE.other < 0, -1, place[CHOICE.other]),
    )
    told, told_too = policy.control.embed(CHOICE, E), policy.control.embed(moved, E)
    actions = policy.act(told, proprio, entities, mask)
    assert torch.allclose(
        actions, policy.act(told_too, proprio, entities[:, order], mask[:, order]), atol=1e-5
    )


def test_absent_things_are_never_pointed_at_and_never_matter(policy):
    _, entities, mask, names = a_scene()
    joint = policy.read(*sentences(), names, KINDS).joint().exp()
    assert (joint[:, :, 3:5] == 0).all()
    assert (joint[..., 3:5] == 0).all()
    elsewhere = torch.where(mask[..., None] > 0, entities, torch.full_like(entities, 7.0))
    assert torch.equal(act(policy, CHOICE, entities), act(policy, CHOICE, elsewhere))


def test_padding_is_not_read(policy):
    _, _, _, names = a_scene()
    tokens, heard = sentences()
    padded = torch.cat([tokens, torch.randn(B, 3, 16)], 1)
    longer = torch.cat([heard, torch.zeros(B, 3)], 1)
    one, other = policy.read(tokens, heard, names, KINDS), policy.read(padded, longer, names, KINDS)
    assert torch.allclose(one.joint().exp(), other.joint().exp(), atol=1e-5)


def test_an_empty_sentence_is_read_without_complaint(policy):
    _, _, _, names = a_scene()
    heard = policy.interpret(torch.zeros(B, 1, 16), torch.zeros(B, 1), names, KINDS)
    assert ((heard.probability > 0) & (heard.probability <= 1)).all()


def test_who_must_act_does_not_hold_still(policy):
    _, _, _, names = a_scene()
    policy.get_parameter("language.code.2.bias").data[HOLD] = 100
    tokens, heard = sentences()
    assert (policy.interpret(tokens, heard, names, KINDS).choice.code == HOLD).all()
    must = torch.tensor([True, False, True])
    codes = policy.interpret(tokens, heard, names, KINDS, must).choice.code
    assert ((codes == HOLD) == ~must).all()


def test_only_what_makes_sense_is_read(policy):
    _, _, _, names = a_scene()
    reading = policy.read(*sentences(), names, KINDS)
    assert torch.allclose(reading.joint().exp().sum((1, 2, 3)), torch.ones(B), atol=1e-5)
    drawer, tray = 5, 9
    possible = reading.joint().isfinite()[0]
    assert possible[CODES["open_drawer"], drawer, E]
    assert not possible[CODES["open_drawer"], :drawer].any()
    assert possible[CODES["put_in_tray"], 1, tray]
    assert not possible[CODES["put_in_tray"], 1, drawer]
    assert possible[CODES["stack"], 1, 2]
    assert not possible[CODES["stack"], 1, 1]
    assert not possible[CODES["stack"], 1, E]
    assert possible[HOLD].any()


def test_holding_still_is_one_choice_however_many_things_there_are():
    score = torch.full((1, len(TASKS) + 1), -20.0)
    score[0, HOLD], score[0, CODES["open_drawer"]] = 0.0, 1.0
    book = CodeBook(SPEC, len(SPEC.families))
    reading = Reading(score, torch.zeros(1, E), torch.zeros(1, E + 1), KINDS[:1], book)
    choice, sure = reading.choose()
    assert int(choice.code) == HOLD  # eight things to hold still about, one drawer to open
    assert float(sure) == pytest.approx(8 / (8 + torch.e), abs=1e-3)


def test_the_negative_log_likelihood_of_a_choice_is_that_of_its_probability(policy):
    _, _, _, names = a_scene()
    reading = policy.read(*sentences(), names, KINDS)
    choice, sure = reading.choose()
    assert torch.allclose(reading.negative_log_likelihood(choice).neg().exp(), sure, atol=1e-6)
    held = reading.negative_log_likelihood(choose((HOLD, 0, -1), (HOLD, 1, -1), (HOLD, 0, -1))).neg().exp()
    assert torch.allclose(held, reading.joint().exp()[:, HOLD].sum((1, 2)), atol=1e-6)


def test_actions_are_in_the_box_and_depend_on_the_code_and_the_things(policy):
    _, entities, _, _ = a_scene()
    base = choose(*[(0, 0, -1)] * B)
    actions = act(policy, base, entities)
    assert actions.shape == (B, SMALL.chunk, 7)
    assert actions.abs().max() <= 1
    for other in (
        base._replace(code=base.code + 1),
        base._replace(object=base.object + 1),
        base._replace(other=base.other + 2),
    ):
        assert not torch.allclose(actions, act(policy, other, entities))


def test_with_no_related_thing_none_is_looked_at(policy):
    proprio, entities, _, _ = a_scene()
    told = policy.control.embed(choose((0, 5, -1), (1, 6, -1), (2, 7, -1)), E)
    features = policy.control.features(told, proprio, entities)
    elsewhere = entities.clone()
    elsewhere[:, :5] += 1
    assert torch.equal(features, policy.control.features(told, proprio, elsewhere))


def test_told_freely_it_has_pointers_and_no_code():
    policy = a_policy(conditioning="free")
    _, _, _, names = a_scene()
    heard = policy.interpret(*sentences(), names, KINDS)
    assert isinstance(heard.embedding, TaskEmbedding)
    assert (heard.choice.code == UNNAMED).all()
    assert torch.allclose(heard.embedding.object.sum(1), torch.ones(B), atol=1e-5)
    assert (heard.embedding.object[:, 3:5] < 1e-6).all()


def test_without_names_a_thing_is_known_by_its_row():
    policy = a_policy(named=False)
    _, _, _, names = a_scene()
    first = policy.read(*sentences(), names, KINDS).joint()
    assert torch.equal(first, policy.read(*sentences(), names.flip(1), KINDS).joint())


def test_a_pooled_sentence_has_no_order():
    policy = a_policy(pooled=True)
    _, _, _, names = a_scene()
    tokens, _ = sentences()
    mask = torch.ones(B, L)
    first = policy.read(tokens, mask, names, KINDS).joint().exp()
    assert torch.allclose(first, policy.read(tokens.flip(1), mask, names, KINDS).joint().exp(), atol=1e-5)
    mask[:, 0] = 0  # the first word goes unheard
    heard, _ = policy.language.hearing(tokens, mask, None)
    assert (heard.norm(dim=1) > 0).all()


def test_a_flow_gives_the_same_actions_for_the_same_view():
    policy = a_policy(head="flow")
    _, entities, _, _ = a_scene()
    actions = act(policy, CHOICE, entities)
    assert actions.shape == (B, SMALL.chunk, 7)
    assert torch.equal(actions, act(policy, CHOICE, entities))


def test_a_goal_state_is_read_by_what_changed_and_not_by_rows(policy):
    proprio, entities, mask, _ = (part.numpy() for part in a_scene())
    goal = entities.copy()
    goal[:, 0, :3] += 0.1
    now, then = Observation(proprio, entities, mask), Observation(proprio, goal, mask)
    heard = policy.interpret_goal_states(now, then, KINDS)
    order = np.array([2, 0, 1, *range(3, E)])
    shuffled = policy.interpret_goal_states(
        *(Observation(proprio, seen[:, order], mask[:, order]) for seen in (entities, goal)), KINDS[:, order]
    )
    assert torch.allclose(heard.probability, shuffled.probability, atol=1e-5)
    assert (torch.tensor(order)[shuffled.choice.object] == heard.choice.object).all()


def test_the_default_network_is_small():
    assert build(PolicyConfig(), spec_of(DESK)).n_parameters < 1_500_000
