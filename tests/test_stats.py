import math

import numpy as np
import pytest

from robopolicy.common.statistics import (
    difference_interval,
    mcnemar,
    mean_interval,
    paired,
    percent,
    ratio_interval,
    wilson,
)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [  # Newcombe (1998), Statistics in Medicine 17, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(successes: int, n: int, low: float, high: float) -> None:
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_wilson_says_nothing_when_nothing_was_tried() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_wilson_is_symmetric_between_success_and_failure() -> None:
    for k in range(31):
        low, high = wilson(k, 30)
        assert wilson(30 - k, 30) == pytest.approx((1 - high, 1 - low))


def test_wilson_refuses_impossible_counts() -> None:
    for successes, n in ((5, 4), (-1, 4)):
        with pytest.raises(ValueError, match="impossible"):
            wilson(successes, n)


@pytest.mark.parametrize("rate", [0.5, 0.7, 0.85, 0.95])
def test_wilson_covers_the_true_rate_about_95_times_in_100(rate: float) -> None:
    # Exact coverage by enumeration: no luck involved. Wilson's falls to 0.93 for n = 200 at worst.
    n = 200
    k = np.arange(n + 1)
    log_choose = np.concatenate([[0], np.cumsum(np.log((n - k[:-1]) / (k[:-1] + 1)))])
    chance = np.exp(log_choose + k * np.log(rate) + (n - k) * np.log(1 - rate))
    covered = [low <= rate <= high for low, high in (wilson(int(i), n) for i in k)]
    assert 0.93 <= chance[covered].sum() <= 0.97


@pytest.mark.parametrize(
    ("gained", "lost", "p"),
    [(0, 0, 1.0), (5, 5, 1.0), (6, 0, 2 / 64), (18, 5, 0.010622), (1, 9, 22 / 1024)],
)
def test_mcnemar_gives_the_exact_binomial_p_value(gained: int, lost: int, p: float) -> None:
    assert mcnemar(gained, lost) == pytest.approx(p, abs=1e-6)
    assert mcnemar(lost, gained) == mcnemar(gained, lost)


def test_mcnemar_cries_wolf_at_most_5_times_in_100() -> None:
    # Under no difference gained ~ Binomial(m, 1/2); sum the probability of p <= 0.05 exactly.
    for m in (5, 10, 40, 101):
        chance = [math.comb(m, k) / 2**m for k in range(m + 1)]
        assert sum(c for k, c in enumerate(chance) if mcnemar(k, m - k) <= 0.05) <= 0.05


def test_mcnemar_survives_thousands_of_pairs() -> None:
    assert 0 < mcnemar(2600, 2400) < 0.01


def test_paired_counts_only_where_the_two_differ() -> None:
    assert paired([True, False, False, True], [True, True, True, False]) == (2, 1)
    with pytest.raises(ValueError, match="same trials"):
        paired([True], [True, False])


def test_ratio_interval_gives_the_published_one() -> None:
    # Fagerland, Lydersen and Laake (2014), Statistics in Medicine 33, 2850-2875: data of Cavo et al. (2012)
    assert ratio_interval(59, gained=6, lost=16) == pytest.approx((0.7579, 0.9910), abs=5e-5)


def test_ratio_interval_turned_round_is_that_of_the_inverse() -> None:
    low, high = ratio_interval(40, gained=3, lost=9)
    assert ratio_interval(40, gained=9, lost=3) == pytest.approx((1 / high, 1 / low))


def test_ratio_interval_survives_what_never_or_always_succeeds() -> None:
    assert ratio_interval(0, 0, 0) == (0.0, math.inf)
    assert ratio_interval(0, gained=5, lost=0)[1] == math.inf
    assert ratio_interval(0, gained=0, lost=50)[0] == 0.0
    low, high = ratio_interval(500, 0, 0)
    assert 0.98 < low < 1 < high < 1.02


PAIRS_OF_RATES = ((0.9, 0.9), (0.9, 0.75), (0.5, 0.2))


def outcomes(first: float, second: float, n: int, seed: int = 0) -> np.ndarray:
    """10,000 experiments of n pairs each, alike in part: (10000, 3) both, gained, lost."""
    both = 0.5 * first * second + 0.5 * min(first, second)
    chances = [both, second - both, first - both, 1 - first - second + both]
    return np.random.default_rng(seed).multinomial(n, chances, 10_000)[:, :3]


@pytest.mark.parametrize(("first", "second"), PAIRS_OF_RATES)
def test_ratio_and_difference_intervals_hold_the_truth_about_95_times_in_100(
    first: float, second: float
) -> None:
    n = 100
    counts = [tuple(map(int, row)) for row in outcomes(first, second, n)]
    ratios = {row: ratio_interval(*row) for row in set(counts)}
    differences = {row: difference_interval(row[1], row[2], n) for row in set(counts)}
    held = np.mean([ratios[row][0] <= second / first <= ratios[row][1] for row in counts])
    assert 0.935 <= held <= 0.975  # standard error of the count 0.002
    held = np.mean([differences[row][0] <= second - first <= differences[row][1] for row in counts])
    assert 0.935 <= held <= 0.975


def test_difference_interval_is_about_the_difference() -> None:
    low, high = difference_interval(60, 20, 400)
    assert (low + high) / 2 == pytest.approx(0.1, abs=0.001)
    assert high - low == pytest.approx(2 * 1.96 * math.sqrt(0.2 - 0.01) / 20, rel=0.02)
    with pytest.raises(ValueError, match="impossible"):
        difference_interval(3, 4, 6)


def test_mean_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    values = np.random.default_rng(1).poisson(4.2, 400)
    low, high = mean_interval(list(values))
    assert low < values.mean() < high
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)
    assert mean_interval(list(values)) == (low, high)


def test_percent_names_rate_and_interval() -> None:
    assert percent(143, 200) == "71.5 % [64.9, 77.3]"
    assert percent(0, 0) == "-"
