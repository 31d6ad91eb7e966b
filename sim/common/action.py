"""An action as it comes from outside, checked."""

import math
from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.common.errors import BadAction


def seven(action: NDArray[np.floating] | Sequence[float]) -> list[float]:
    """An action's numbers as they were given; raises `BadAction` if they are not seven finite ones.

    Plain Python: for seven numbers NumPy takes longer.
    """
    if isinstance(action, np.ndarray) and action.dtype.kind == "f" and action.shape == (7,):
        a = action.tolist()  # the usual case, at every step
        if math.isfinite(sum(map(abs, a))):
            return a
    try:
        if isinstance(action, np.ndarray):
            if action.dtype.kind not in "biufO":
                raise BadAction(action)
            action = action.tolist()
        if isinstance(action, (str, bytes, dict, set, frozenset)):
            raise BadAction(action)
        a = [_number(v) for v in islice(action, 8)]
    except (TypeError, ValueError, OverflowError):
        raise BadAction(action) from None
    if len(a) != 7 or not math.isfinite(sum(map(abs, a))):
        raise BadAction(action)
    return a


def _number(value: Any) -> float:
    if isinstance(value, (str, bytes)):
        raise TypeError
    return float(value)
