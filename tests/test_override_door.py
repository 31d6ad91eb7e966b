"""Options from the command line: accepted, or refused in one sentence; never anything else."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from robopolicy.cli.verbs.serve import ServeConfig
from robopolicy.common.hydra_bridge.compose import composed, load
from robopolicy.common.hydra_bridge.overrides import LONGEST, BadOverride, bracketed, check
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.training.config import TrainConfig
from tests.doors import takes_or_refuses
from tests.fuzzing import fuzz
from tests.test_printable import ANY_TEXT

VERBS = {"evaluate": EvaluateConfig, "train": TrainConfig, "serve": ServeConfig}
KEYS = [
    "seed",
    "n",
    "levels",
    "output",
    "world",
    "policy",
    "policy.chunk",
    "port",
    "speed",
    "hydra",
    "+x",
    "~n",
]
TRICKY = [
    *("", "null", "true", "[a,b]", "[[a],[b]]", "{a:1}", "${seed}", "${x}", "${oc.env:NO}", "${", "???", "'"),
    *("1e999", "range(1,9)", "glob(*)", "int(x)", "sort(a)", "extend_list(a)", "json_str({})", "a=b", "'a'b"),
    *("\\", "0x1", "9" * 5000, "[" * 15 + "]" * 15, "a,b", "${oc.decode:'['}", "${.}", "${..n}", "${output}"),
    *("nan", "-inf", "-1", "\x1b[31m", "\n", "\ud800"),
]
_VALUES = some.one_of(some.integers().map(str), some.floats().map(str), ANY_TEXT, some.sampled_from(TRICKY))
OVERRIDES = some.tuples(some.sampled_from(sorted(VERBS)), some.sampled_from(KEYS) | ANY_TEXT, _VALUES)


def _parse(argument: str, schema: type) -> None:
    check([bracketed(argument, schema, sweep=False)], schema, sweep=False)


def _read_or_refused(case: tuple[str, str, str]) -> None:
    verb, key, value = case
    assert takes_or_refuses(_parse, f"{key}={value}", VERBS[verb])


@given(OVERRIDES)
@pytest.mark.long
def test_any_option_is_read_or_refused_in_one_sentence(case: tuple[str, str, str]) -> None:
    _read_or_refused(case)


@pytest.mark.faults
def test_very_many_options_are_read_or_refused_in_one_sentence(injected) -> None:
    times = fuzz(_read_or_refused, OVERRIDES, share=0.3, pure=True)
    injected("an option of any text", "drawn by hypothesis, Hydra's and OmegaConf's grammar in it", times)


@pytest.mark.parametrize("value", TRICKY, ids=range(len(TRICKY)))
@pytest.mark.parametrize("key", ["n", "output"])
def test_what_is_tricky_is_taken_or_refused_in_one_sentence(key: str, value: str) -> None:
    assert takes_or_refuses(load, "evaluate", EvaluateConfig, [f"{key}={value}"])


@pytest.mark.parametrize(
    ("piece", "times", "says"),
    [
        ("[", 5000, "brackets open"),
        ("{a:", 1000, "brackets open"),
        ("(", 21, "brackets open"),
        ("x", 10**7, f"at most {LONGEST} characters"),
        ("9", 5000, "cannot be read"),
    ],
)
def test_what_would_take_for_ever_to_read_is_refused_at_once(piece, times, says, injected) -> None:
    begin = time.process_time()
    with pytest.raises(BadOverride, match=says) as error:
        composed("evaluate", EvaluateConfig, [f"seed={piece * times}"])
    assert time.process_time() - begin < 5
    assert len(str(error.value)) < 500
    injected("an option that is huge, or nested deeply", "thousands of brackets, millions of characters", 1)
