"""Worker processes: real ones, which are really killed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data.common.workers import LOSSES, WorkersLost, WorkFailed, WorkRefused, spawned
from tests import workhands


def test_results_come_in_the_order_of_the_units_or_as_they_are_finished_and_once_each() -> None:
    with spawned(2) as pool:
        assert list(pool.in_order(workhands.square, range(9))) == [x * x for x in range(9)]
        assert sorted(pool.as_finished(workhands.square, range(9))) == [(x, x * x) for x in range(9)]
        assert list(pool.in_order(workhands.square, [])) == []


def test_a_worker_that_is_killed_is_replaced_and_said_and_no_result_depends_on_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], injected: Callable[..., None]
) -> None:
    with spawned(2) as pool:
        assert list(pool.in_order(workhands.killed_at_first, [(x, tmp_path) for x in range(6)])) == [
            x * x for x in range(6)
        ]
    said = capfd.readouterr().err
    assert said.count("a worker process was lost, killed by SIGKILL; another does its work again") == 3
    injected("a worker process is killed half-way through its unit", "SIGKILL from within", 3)


def test_work_that_kills_every_worker_ends_in_one_sentence_with_the_rest_kept(
    injected: Callable[..., None],
) -> None:
    found: list[int] = []
    with spawned(1) as pool, pytest.raises(WorkersLost, match=f"{LOSSES} worker processes.*SIGKILL.*fewer"):
        found.extend(unit for unit, _ in pool.as_finished(workhands.killed, range(4)))
    assert found == [0, 1]
    injected("every worker is killed by the same unit of work", "SIGKILL from within", LOSSES, "that unit")


def test_workers_that_never_start_end_in_one_sentence_too() -> None:
    with pytest.raises(WorkersLost, match="with exit code 3"), spawned(2, workhands.never_ready) as pool:
        list(pool.in_order(workhands.square, range(4)))


def test_what_a_worker_may_not_write_is_told_in_its_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkRefused, match=f"can't write to {tmp_path}/file/x"), spawned(1) as pool:
        list(pool.in_order(workhands.writes, [tmp_path / "file/x"]))


def test_an_error_of_the_program_in_a_worker_shows_where_it_was() -> None:
    with pytest.raises(WorkFailed, match=r"workhands\.py(.|\n)*ZeroDivisionError"), spawned(1) as pool:
        list(pool.in_order(workhands.broken, [0]))


def test_a_pool_whose_work_was_broken_off_does_other_work_afterwards() -> None:
    with spawned(2) as pool:
        steps = pool.as_finished(workhands.square, range(50))
        next(steps)
        steps.close()
        assert list(pool.in_order(workhands.square, [7])) == [49]
