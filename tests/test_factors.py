"""What is randomised, and from where to where."""

from dataclasses import fields

import numpy as np
import pytest

from sim.draw import SceneConfig
from sim.dynamics import Dynamics, Looks
from sim.factors import FACTORS, LOOKS, PHYSICS, SENSING, UnknownWorld, regime_of

each_factor = pytest.mark.parametrize("factor", FACTORS, ids=lambda factor: factor.name)


def draws(factor, regime, n: int = 2000) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.array([factor.draw(rng, regime) for _ in range(n)])


@each_factor
def test_the_held_out_range_holds_the_training_range_and_that_the_nominal_value(factor) -> None:
    (lower, upper), (low, high) = factor.held_out, factor.train
    assert lower <= low <= factor.nominal <= high <= upper
    assert low < high
    assert lower < low or high < upper


@each_factor
def test_a_training_draw_is_in_the_training_range_and_fills_it(factor) -> None:
    seen, (low, high) = draws(factor, "train"), factor.train
    assert all(factor.trained(value) for value in seen)
    assert seen.min() <= low + 0.02 * (high - low)
    assert seen.max() >= high - 0.02 * (high - low)


@each_factor
def test_a_held_out_draw_is_never_in_the_training_range(factor) -> None:
    seen, (lower, upper), (low, high) = draws(factor, "held_out"), factor.held_out, factor.train
    assert not any(factor.trained(value) for value in seen)
    assert (seen >= lower).all()
    assert (seen <= upper).all()
    assert (seen < low).any() == (lower < low)  # both sides, where there are two
    assert (seen > high).any() == (high < upper)


def test_a_log_scale_halves_as_often_as_it_doubles() -> None:
    factor = next(f for f in FACTORS if f.name == "joint_damping")  # x0.3 to 3
    seen = np.log(draws(factor, "train"))
    middle = np.mean(np.log(factor.train))
    assert abs(seen.mean() - middle) < 4 * seen.std() / np.sqrt(len(seen))


def test_every_number_of_a_world_is_a_factor_with_the_same_nominal_value() -> None:
    nominal = {f.name: f.nominal for f in (*PHYSICS, *SENSING)}
    assert nominal == {field.name: getattr(Dynamics(), field.name) for field in fields(Dynamics)}
    looks = {f.name: f.nominal for f in LOOKS if f.name != "object_tint"}
    assert looks == {f.name: getattr(Looks(), f.name) for f in fields(Looks) if f.name != "object_tint"}
    assert len({factor.name for factor in FACTORS}) == len(FACTORS)


def test_a_world_of_one_factor_leaves_the_others_alone() -> None:
    for factor in FACTORS:
        assert regime_of("nominal", factor.name) is None
        assert regime_of("train", factor.name) == regime_of(f"train:{factor.name}", factor.name) == "train"
        assert regime_of("held_out", factor.name) == "held_out"
        assert (regime_of("held_out:latency", factor.name) is None) == (factor.name != "latency")


def test_an_unknown_world_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownWorld, match="did you mean held_out:latency"):
        regime_of("held_out:latncy", "latency")
    with pytest.raises(UnknownWorld, match="nominal, train, held_out, and train:FACTOR"):
        SceneConfig(world="mars")
    with pytest.raises(UnknownWorld, match="did you mean train"):
        SceneConfig(world="tarin")
