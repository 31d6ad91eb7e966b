"""A property that is written once and holds for hundreds of drawn cases, for thousands, or for a million.

`ROBOPOLICY_FUZZ` says how many: `fast` (the default, `make test`), `faults` (`make faults`) or `overnight`
(`make fuzz-overnight`). A door is a function that raises where the property is violated:

    def a_command_is_never_interpolated(sentence: str) -> None: ...

    def test_a_command_is_never_interpolated() -> None:
        fuzz(a_command_is_never_interpolated, st.text())

    @pytest.mark.faults
    def test_no_command_of_thousands_is_interpolated(injected) -> None:
        times = fuzz(a_command_is_never_interpolated, st.text(), pure=True)
        injected("a hostile command", "drawn by hypothesis, text of any characters", times)
"""

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

CASES = {"fast": 200, "faults": 10_000, "overnight": 10_000}
CASES_OF_PURE_PARSERS = CASES | {"overnight": 1_000_000}
# Hypothesis remembers all cases of a run, to draw none twice: a million at once would fill the memory.
_BATCH = 10_000
_SETTINGS = settings(
    database=None,
    deadline=None,
    derandomize=False,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


def profile() -> str:
    """How much is fuzzed: fast, faults or overnight."""
    name = os.environ.get("ROBOPOLICY_FUZZ", "fast")
    if name not in CASES:
        raise ValueError(f"ROBOPOLICY_FUZZ is {name!r}; it is one of {', '.join(CASES)}")
    return name


def cases(share: float = 1.0, pure: bool = False) -> int:
    """How many cases a door gets: `share` of the profile's; `pure` parsers get a million overnight."""
    return max(1, round(share * (CASES_OF_PURE_PARSERS if pure else CASES)[profile()]))


def fuzz(check: Callable[..., Any], *drawn: st.SearchStrategy, share: float = 1.0, pure: bool = False) -> int:
    """Call `check` with values drawn from the strategies, one each, and return how often it passed.

    The same cases at every call: batch k is drawn with seed k. Where it fails, hypothesis shrinks the
    case and says it. A case that `check` rejects by `assume` isn't counted.
    """
    passed = 0

    def case(values: tuple) -> None:
        nonlocal passed
        check(*values)
        passed += 1

    left = cases(share, pure)
    for batch in range(-(-left // _BATCH)):
        size = min(_BATCH, left - batch * _BATCH)
        seed(batch)(settings(_SETTINGS, max_examples=size)(given(st.tuples(*drawn))(case)))()
    return passed
