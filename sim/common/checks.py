"""Checks of arguments from outside: plain predicates that never raise, whatever the value.

Booleans and NaN do not count as numbers here.
"""

from collections.abc import Collection
from typing import Any

import numpy as np


def whole(value: Any, low: int, high: int) -> bool:
    """Whether it is a whole number in a range that includes its ends."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and bool(low <= value <= high)


def number(value: Any, low: float, high: float) -> bool:
    """Whether it is a number in a range that includes its ends."""
    kinds = (int, float, np.integer, np.floating)
    return isinstance(value, kinds) and not isinstance(value, bool) and bool(low <= value <= high)


def numbers(value: Any, n: int, low: float, high: float) -> bool:
    """Whether it is a tuple of n numbers in a range that includes its ends."""
    return isinstance(value, tuple) and len(value) == n and all(number(v, low, high) for v in value)


def one_of(value: Any, names: Collection[str]) -> bool:
    """Whether it is one of the names."""
    return isinstance(value, str) and value in names


def truth(value: Any) -> bool:
    """Whether it is true or false, and not merely taken for one of them."""
    return isinstance(value, (bool, np.bool_))
