"""Whatever is put through the doors of the world is taken, or refused in one sentence; nothing else."""

import warnings
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from sim.common.checks import number, numbers, one_of, truth, whole
from sim.common.errors import (
    BadArgument,
    BadSnapshot,
)
from sim.env import DeskEnv
from sim.randomize.presets import parse_world
from sim.state import State
from sim.task import Goal
from tests.fuzzing import fuzz
from tests.strange_values import (
    REFUSALS,
    SCENE,
    STILL,
    anything,
    odd_arrays,
    refused_in_a_sentence,
    wild_actions,
)

wild_options = (
    some.none()
    | anything
    | some.dictionaries(
        some.sampled_from(["scene", "task", "goal", "x"]),
        anything | some.sampled_from([SCENE, "lift", Goal("lift", 0), Goal("stack", 0, 3), Goal("x", 1)]),
        max_size=3,
    )
)
moves = some.one_of(
    some.tuples(some.just("reset"), wild_options),
    some.tuples(some.just("step"), wild_actions),
    some.tuples(some.just("step"), some.just(STILL)),
    some.tuples(some.sampled_from(["render", "save", "close"]), some.none()),
    some.tuples(some.just("restore"), some.just("saved") | anything),
)


def live_through(course: list[tuple[str, Any]]) -> None:
    """Whatever is asked of an environment is answered or refused, and its state stays finite."""
    env = DeskEnv(render_mode="rgb_array", size=(24, 18))
    saved: Any = None
    calls: dict[str, Callable[[Any], Any]] = {
        "reset": lambda options: env.reset(options=options)[1],
        "step": lambda action: env.step(action)[-1],
        "render": lambda _: env.render(),
        "save": lambda _: env.save_state(),
        "restore": lambda what: env.restore_state(saved if what == "saved" else what)[1],
        "close": lambda _: env.close(),
    }
    try:
        for name, value in course:
            with refused_in_a_sentence():
                came = calls[name](value)
                saved = came if name == "save" else saved
                if name in ("reset", "step", "restore"):
                    state: State = came["state"]
                    assert all(np.isfinite(field).all() for field in state[:2])
    finally:
        env.close()


@settings(max_examples=12)
@given(some.lists(moves, max_size=10))
def test_an_environment_lives_through_anything_in_any_order(course: list[tuple[str, Any]]) -> None:
    live_through([("reset", None), *course])


@pytest.mark.faults
def test_an_environment_lives_through_anything_by_the_thousand(injected: Callable[..., None]) -> None:
    times = fuzz(live_through, some.lists(moves, max_size=10), share=0.05)
    injected("calls of the environment, of anything, in any order", "drawn by hypothesis, up to ten", times)


def acts_or_refuses(env: DeskEnv, action: Any) -> None:
    with refused_in_a_sentence():
        assert all(np.isfinite(field).all() for field in env.step(action)[-1]["state"][:2])


@pytest.mark.faults
def test_an_action_is_carried_out_or_refused_by_the_thousand(injected: Callable[..., None]) -> None:
    env = DeskEnv()
    env.reset(seed=0)
    times = fuzz(lambda action: acts_or_refuses(env, action), wild_actions)
    env.close()
    injected("an action is anything", "drawn by hypothesis, nested values, arrays of odd types", times)


@given(anything | odd_arrays)
def test_checks_answer_whatever_they_are_asked(value: Any) -> None:
    checks = (
        whole(value, 0, 9),
        number(value, 0, 9),
        numbers(value, 3, 0, 9),
        one_of(value, ("a",)),
        truth(value),
    )
    assert all(type(answer) is bool for answer in checks)


@given(anything)
def test_a_worlds_name_is_known_or_refused(name: Any) -> None:
    with refused_in_a_sentence():
        parse_world(name)


def test_the_refusals_are_all_value_errors_but_gymnasiums() -> None:
    assert all(issubclass(one, ValueError) for one in REFUSALS[:-1])
    assert issubclass(BadSnapshot, BadArgument)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        DeskEnv(size=cast(Any, [32, 24])).close()
