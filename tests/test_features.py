"""Features: relative, symmetrical, finite."""

import math

import torch

from robopolicy.policies.networks.features import (
    HAND_DIM,
    OTHERS_DIM,
    PAIR_DIM,
    RELATION_DIM,
    THING_DIM,
    hand_features,
    others_features,
    pair_features,
    read_hand,
    relation,
    thing_features,
)
from sim.kinds.desk import DESK_SPEC as DESK

WRAPPED_QUARTER = -1  # column of the heading modulo 90 degrees
WRAPPED_HALF = -2


def a_hand(heading: float = 0.0) -> torch.Tensor:
    """(1, 8) pointing down, its heading about the world's z."""
    return torch.tensor([[0.4, 0.1, 0.2, math.cos(heading / 2), math.sin(heading / 2), 0.0, 0.0, 0.05]])


def a_thing(yaw: float = 0.0, x: float = 0.5) -> torch.Tensor:
    return torch.tensor(
        [[x, 0.0, 0.02, 0.0, 0.0, math.sin(yaw / 2), math.cos(yaw / 2), 0.04, 0.04, 0.04, 0.0, 0.0]]
    )


def test_the_hand_is_read_as_its_conventions_say():
    for heading in (-2.0, -0.5, 0.0, 1.0, 3.0):
        hand = read_hand(a_hand(heading))
        assert math.isclose(float(hand.heading), heading, abs_tol=1e-5)
        assert torch.allclose(hand.down, torch.tensor([[0.0, 0.0, -1.0]]), atol=1e-6)


def test_a_quaternion_and_its_negative_are_the_same_hand():
    proprio = a_hand(0.7)
    negative = proprio.clone()
    negative[:, 3:7] *= -1
    assert torch.allclose(
        hand_features(read_hand(proprio), DESK), hand_features(read_hand(negative), DESK), atol=1e-5
    )


def test_features_have_the_sizes_they_say():
    hand, thing = read_hand(a_hand()), a_thing()
    assert hand_features(hand, DESK).shape == (1, HAND_DIM)
    assert thing_features(thing, hand, DESK).shape == (1, THING_DIM)
    assert pair_features(thing, thing).shape == (1, PAIR_DIM)
    assert relation(thing[:, :3], thing[:, 0]).shape == (1, RELATION_DIM)
    assert others_features(thing[:, None], hand, thing, DESK).shape == (1, 1, OTHERS_DIM)


def test_turns_know_the_symmetries_of_cube_and_bar():
    gap = torch.zeros(1, 3)
    turns = [relation(gap, torch.tensor([0.2 + k * math.pi / 2]))[0] for k in range(3)]
    assert torch.allclose(turns[0][WRAPPED_QUARTER], turns[1][WRAPPED_QUARTER], atol=1e-5)
    assert torch.allclose(turns[0][WRAPPED_HALF], turns[2][WRAPPED_HALF], atol=1e-5)
    assert not torch.allclose(turns[0][WRAPPED_HALF], turns[1][WRAPPED_HALF], atol=1e-2)


def test_a_millimetre_shows_near_the_thing():
    near = relation(torch.tensor([[0.0, 0.0, 0.0], [0.001, 0.0, 0.0]]), torch.zeros(2))
    assert float((near[0] - near[1]).abs().max()) > 0.05


def test_things_without_size_or_far_away_give_finite_features():
    empty = torch.zeros(1, 12)
    hand = read_hand(a_hand())
    for features in (
        thing_features(empty, hand, DESK),
        pair_features(empty, empty),
        thing_features(a_thing(x=5.0), hand, DESK),
    ):
        assert torch.isfinite(features).all()
