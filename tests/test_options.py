"""Numbers for every numeric option of every verb: meant, or refused in one sentence before work begins."""

import importlib
from dataclasses import replace
from functools import cache
from types import NoneType
from typing import Any, get_args

import pytest
from hypothesis import strategies as st
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from data.common.errors import is_users
from data.play.collection import PlayConfig
from robopolicy.cli.main import VERBS, main
from robopolicy.common.hydra_bridge.compose import build, composed
from robopolicy.common.hydra_bridge.options import options
from robopolicy.experiments.demo import DemoConfig
from tests.fuzzing import fuzz

WILD = (-1, 10**30, float("nan"), float("inf"))
NEGATIVE = "encoder.layer"  # counted from the last one
ZERO_IS_MEANT = {
    "seed": "the first one",
    "port": "any that is free",
    "cameras": "none",
    "change_at": "never",
    "n_controls": "none",
    "failures": "none",
    "videos": "none",
    "films": "none",
    "replays": "none",
    "varied_minutes": "none",
    "learning_rate": "nothing is learned: a control",
    "warmup": "none",
    "weight_decay": "none",
    "ema": "the weights as they are",
    "token_noise": "none",
    "token_drop": "none",
    "language_weight": "the sentence is not learned to be read",
    "goal_steps": "the goal-state half stays untrained",
    "threads": "as torch chooses",
    "forbidding": "none",
    "balance": "all families alike",
    "history": "no memory",
    "blocks": "a linear network",
    "layer": "the embedding",
}


@cache
def schema_and_tree(verb: str) -> tuple[type, DictConfig]:
    schema = importlib.import_module(f"robopolicy.cli.verbs.{verb}").CONFIG
    return schema, composed(verb, schema, [])


def is_number(hint: Any) -> bool:
    return set(get_args(hint) or (hint,)) <= {int, float, NoneType}


def numeric() -> list[tuple[str, str]]:
    """(verb, option) of all options that are a number."""
    return [
        (verb.name, option.key)
        for verb in VERBS
        for option in options(importlib.import_module(f"robopolicy.cli.verbs.{verb.name}").CONFIG)
        if is_number(option.type)
    ]


NUMERIC = numeric()


def refusal(verb: str, key: str, value: Any) -> str:
    """What is said of a value; "" if it is accepted. Fails where it is not one short sentence of ours."""
    schema, tree = schema_and_tree(verb)
    parent, _, name = key.rpartition(".")
    group = OmegaConf.select(tree, parent) if parent else tree
    as_written: Any = OmegaConf.to_container(group)
    try:
        OmegaConf.update(tree, key, value)
    except (OmegaConfBaseException, OverflowError) as error:  # the type: its sentence is main's, see below
        return str(error)
    try:
        build(schema, tree)
    except ValueError as error:
        refused = error
    else:
        return ""
    finally:
        group[name] = as_written[name]
    said = str(refused)
    assert is_users(refused), refused
    assert len(said) < 300, said
    assert len(said.splitlines()) == 1, said
    named = (key.rpartition(".")[2].removeprefix("varied_"), "execute")  # which is at most the chunk
    assert any(name in said for name in named), said
    return said


@pytest.mark.long
def test_every_numeric_option_refuses_what_cannot_be_meant(injected) -> None:
    accepted = [
        f"{verb} {key}={value}"
        for verb, key in NUMERIC
        for value in WILD
        if not refusal(verb, key, value) and not (value == -1 and key.endswith(NEGATIVE))
    ]
    assert accepted == []
    assert len(NUMERIC) > 100
    injected(
        "a number that cannot be meant, for each option of each verb",
        "-1, 1e30, NaN, infinity",
        len(WILD) * len(NUMERIC),
    )


@pytest.mark.long
def test_zero_is_refused_but_where_it_means_something() -> None:
    surprising = [
        f"{verb} {key}"
        for verb, key in NUMERIC
        if bool(refusal(verb, key, 0)) == (key.rpartition(".")[2] in ZERO_IS_MEANT)
    ]
    assert surprising == []


def any_number_is_meant_or_refused(option: tuple[str, str], value: float) -> None:
    assert refusal(*option, value) or abs(value) < 2**63


NUMBERS = st.one_of(st.integers(), st.floats(), st.integers(-3, 3), st.integers(10**300, 10**310))


@pytest.mark.long
def test_any_number_is_meant_or_refused() -> None:
    fuzz(any_number_is_meant_or_refused, st.sampled_from(NUMERIC), NUMBERS)


@pytest.mark.faults
def test_any_of_thousands_of_numbers_is_meant_or_refused(injected) -> None:
    times = fuzz(any_number_is_meant_or_refused, st.sampled_from(NUMERIC), NUMBERS, share=0.3)
    injected("any number for an option", "drawn by hypothesis, for each option of each verb", times)


@pytest.mark.long
@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "steps=0"],
        ["train", "log_every=0"],
        ["train", "learning_rate=nan"],
        ["train", "clip=-1"],
        ["play", "minutes=inf"],
        ["play", "workers=0"],
        ["evaluate", "n=1000000000"],
        ["ablate", "seeds=[-1]"],
        ["demo", "n=0"],
        ["demo", "varied_minutes=-1"],
        ["tasks", "sentences=0"],
        ["train", f"steps=1{'0' * 400}"],
        ["train", f"weight_decay=1{'0' * 400}"],
    ],
    ids=lambda arguments: f"{arguments[0]} {arguments[1][:20]}",
)
def test_it_is_said_in_one_sentence_with_exit_code_2(arguments: list[str], capfd) -> None:
    assert main(arguments) == 2
    err = capfd.readouterr().err
    assert err.startswith("robopolicy: ")
    assert len(err.splitlines()) == 1
    assert arguments[1].partition("=")[0].removesuffix("s") in err


def test_what_the_evaluation_of_a_demo_refuses_is_refused_before_the_play() -> None:
    with pytest.raises(ValueError, match="n must be at least 1"):
        DemoConfig(n=0)
    with pytest.raises(ValueError, match="no level"):
        DemoConfig(levels=("sen",))
    with pytest.raises(ValueError, match="workers must be at least 1"):
        replace(DemoConfig(play=PlayConfig(minutes=1)), workers=0)
