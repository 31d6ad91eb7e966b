"""Values of every kind, for doors that take a few, and what may come of them: an error that is ours."""

from collections.abc import Iterator
from contextlib import contextmanager

import gymnasium
import numpy as np
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

from sim.common.errors import (
    BadAction,
    BadArgument,
    BadRate,
    ClosedWorld,
    EmptyWorld,
    UnknownRenderer,
)
from sim.desk.cameras import UnknownCamera
from sim.desk.scenes.sampler import draw_scene
from sim.env import BadOptions, BadRenderMode
from sim.goal_draw import CannotDraw
from sim.randomize.presets import BadValue, UnknownWorld
from sim.task import UnknownTask

REFUSALS = (
    BadAction,
    BadArgument,
    BadOptions,
    BadRate,
    BadRenderMode,
    BadValue,
    CannotDraw,
    ClosedWorld,
    EmptyWorld,
    UnknownCamera,
    UnknownRenderer,
    UnknownTask,
    UnknownWorld,
    gymnasium.error.ResetNeeded,
)
SCENE = draw_scene(4)
STILL = np.zeros(7, np.float32)

scalars = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats()
    | some.text(max_size=8)
    | some.binary(max_size=4)
)
anything = some.recursive(
    scalars | some.complex_numbers() | some.just(10**4000),
    lambda deeper: (
        some.lists(deeper, max_size=8)
        | some.tuples(deeper, deeper)
        | some.dictionaries(some.text(max_size=5), deeper, max_size=4)
    ),
    max_leaves=12,
)
odd_arrays = arrays.arrays(arrays.scalar_dtypes(), arrays.array_shapes(min_dims=0, max_dims=3, max_side=8))
sevens = some.lists(some.floats() | some.integers(-2, 2), min_size=6, max_size=8)
wild_actions = anything | odd_arrays | sevens | sevens.map(np.array)


@contextmanager
def refused_in_a_sentence() -> Iterator[None]:
    """An error that is ours is fine if it says one thing, and says it briefly; any other is not."""
    try:
        yield
    except REFUSALS as error:
        text = str(error)
        assert text
        assert "\n" not in text
        assert len(text) < 1500
