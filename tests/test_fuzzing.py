"""The helper by which properties are fuzzed: it counts what it ran, repeats itself, and fails."""

import time

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from tests import fuzzing
from tests.fuzzing import cases, fuzz


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROBOPOLICY_FUZZ", "fast")


def test_a_door_is_asked_as_many_cases_as_are_counted() -> None:
    seen = []
    assert fuzz(seen.append, st.text()) == len(seen) == cases() == 200


def test_a_share_of_the_cases_is_asked_of_a_slow_door() -> None:
    assert fuzz(lambda _: None, st.integers(), share=0.1) == 20


def test_the_same_cases_are_asked_again() -> None:
    first, second = [], []
    fuzz(first.append, st.binary())
    fuzz(second.append, st.binary())
    assert first == second


def test_another_batch_asks_other_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzzing, "_BATCH", 100)
    seen = []
    assert fuzz(seen.append, st.integers(0, 2**64)) == 200
    assert len(set(seen[:100]) & set(seen[100:])) < 50


def test_a_violated_property_fails_with_its_smallest_case() -> None:
    def below_a_thousand(number: int) -> None:
        assert number < 1000, number

    with pytest.raises(AssertionError, match="1000"):
        fuzz(below_a_thousand, st.integers(0, 10**6))


def test_rejected_cases_are_not_counted() -> None:
    odd = []

    def check(number: int) -> None:
        assume(number % 2)
        odd.append(number)

    assert fuzz(check, st.integers()) == len(odd)


def test_pure_parsers_alone_are_asked_a_million_overnight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROBOPOLICY_FUZZ", "overnight")
    assert cases(pure=True) == 1_000_000
    assert cases() == 10_000


def test_an_unknown_amount_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROBOPOLICY_FUZZ", "lots")
    with pytest.raises(ValueError, match="'lots'; it is one of fast, faults, overnight"):
        cases()


def test_a_case_costs_a_few_milliseconds_at_most() -> None:
    began = time.process_time()
    fuzz(lambda text, number: None, st.text(), st.floats())
    assert time.process_time() - began < 200 * 0.02
