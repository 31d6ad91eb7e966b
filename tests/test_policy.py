"""The network: what it may and may not depend on."""

import pytest
import torch

from robopolicy.policy import Choice, Policy, PolicyConfig

SMALL = PolicyConfig(width=32, blocks=1, token_width=16, slot_width=8, code_width=8)
B, E, L = 3, 10, 6


@pytest.fixture
def policy() -> Policy:
    torch.manual_seed(0)
    made = Policy(SMALL).eval()
    for parameter in made.parameters():  # some layers begin at zero, which would hide what they do
        parameter.data.add_(0.1 * torch.randn_like(parameter))
    return made


def a_scene() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Proprio, entities, mask and names of a batch; two things are absent."""
    generator = torch.Generator().manual_seed(1)
    proprio = torch.randn(B, 8, generator=generator)
    entities = 0.2 * torch.randn(B, E, 12, generator=generator)
    mask = torch.ones(B, E)
    mask[:, 3:5] = 0
    entities = entities * mask[..., None]
    names = torch.randn(B, E, 16, generator=generator)
    return proprio, entities, mask, names


def sentences() -> tuple[torch.Tensor, torch.Tensor]:
    mask = torch.ones(B, L)
    mask[0, 4:] = 0
    return torch.randn(B, L, 16, generator=torch.Generator().manual_seed(2)) * mask[..., None], mask


def test_the_order_of_the_things_does_not_matter(policy):
    proprio, entities, mask, names = a_scene()
    tokens, heard = sentences()
    order = torch.randperm(E, generator=torch.Generator().manual_seed(3))
    reading = policy.read(tokens, heard, names, mask)
    shuffled = policy.read(tokens, heard, names[:, order], mask[:, order])
    assert torch.allclose(reading.object[:, order], shuffled.object, atol=1e-5)
    assert torch.allclose(reading.other[:, :-1][:, order], shuffled.other[:, :-1], atol=1e-5)
    place = order.argsort()
    choice = Choice(torch.tensor([0, 1, 2]), torch.tensor([0, 6, 2]), torch.tensor([1, -1, 9]))
    moved = choice._replace(
        object=place[choice.object],
        other=torch.where(choice.other < 0, -1, place[choice.other]),
    )
    actions = policy.act(choice, proprio, entities, mask)
    assert torch.allclose(actions, policy.act(moved, proprio, entities[:, order], mask[:, order]), atol=1e-5)


def test_absent_things_are_never_pointed_at_and_never_matter(policy):
    proprio, entities, mask, names = a_scene()
    reading = policy.read(*sentences(), names, mask)
    assert (reading.object.exp()[:, 3:5] < 1e-6).all()
    assert (reading.other.exp()[:, 3:5] < 1e-6).all()
    choice = Choice(torch.tensor([0, 1, 2]), torch.tensor([0, 6, 2]), torch.tensor([1, -1, 9]))
    elsewhere = torch.where(mask[..., None] > 0, entities, torch.full_like(entities, 7.0))
    assert torch.equal(
        policy.act(choice, proprio, entities, mask), policy.act(choice, proprio, elsewhere, mask)
    )


def test_padding_is_not_read(policy):
    _, _, mask, names = a_scene()
    tokens, heard = sentences()
    padded = torch.cat([tokens, torch.randn(B, 3, 16)], 1)
    longer = torch.cat([heard, torch.zeros(B, 3)], 1)
    for one, other in zip(
        policy.read(tokens, heard, names, mask), policy.read(padded, longer, names, mask), strict=True
    ):
        assert torch.allclose(one, other, atol=1e-5)


def test_an_empty_sentence_is_read_without_complaint(policy):
    _, _, mask, names = a_scene()
    reading = policy.read(torch.zeros(B, 1, 16), torch.zeros(B, 1), names, mask)
    assert all(torch.isfinite(part.exp()).all() for part in reading)


def test_the_thing_that_is_related_to_is_another_one(policy):
    _, _, mask, names = a_scene()
    choice = policy.read(*sentences(), names, mask).choose()
    assert (choice.object != choice.other).all()


def test_actions_are_in_the_box_and_depend_on_the_code_and_the_things(policy):
    proprio, entities, mask, _ = a_scene()
    base = Choice(torch.zeros(B, dtype=torch.long), torch.zeros(B, dtype=torch.long), torch.full((B,), -1))
    actions = policy.act(base, proprio, entities, mask)
    assert actions.shape == (B, SMALL.chunk, 7)
    assert actions.abs().max() <= 1
    for other in (
        base._replace(code=base.code + 1),
        base._replace(object=base.object + 1),
        base._replace(other=base.other + 2),
    ):
        assert not torch.allclose(actions, policy.act(other, proprio, entities, mask))


def test_with_no_related_thing_none_is_looked_at(policy):
    proprio, entities, _, _ = a_scene()
    choice = Choice(torch.tensor([0, 1, 2]), torch.tensor([5, 6, 7]), torch.full((B,), -1))
    features = policy.control.features(choice, proprio, entities)
    elsewhere = entities.clone()
    elsewhere[:, :5] += 1
    assert torch.equal(features, policy.control.features(choice, proprio, elsewhere))


def test_the_default_network_is_small():
    assert Policy().n_parameters < 1_500_000
