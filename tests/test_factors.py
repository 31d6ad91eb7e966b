"""What is randomised, and from where to where."""

from dataclasses import fields

import numpy as np
import pytest

from sim.randomize.dynamics import Dynamics, Looks
from sim.randomize.factors import FACTORS, LOOKS, PHYSICS, SENSING

each_factor = pytest.mark.parametrize("factor", FACTORS, ids=lambda factor: factor.name)


def draws(factor, how, n: int = 2000) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.array([factor.draw(rng, how) for _ in range(n)])


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


@each_factor
def test_a_given_value_is_what_is_drawn_or_that_with_its_sign_drawn(factor) -> None:
    value = factor.given[1]
    seen = draws(factor, value, 200)
    assert set(np.abs(seen)) == {value}
    assert (seen < 0).any() == factor.either_way
    rngs = [np.random.default_rng(0) for _ in range(2)]
    for rng, how in zip(rngs, (value, "train"), strict=True):
        factor.draw(rng, how)
    assert rngs[0].random() == rngs[1].random()  # what is drawn next is the same
