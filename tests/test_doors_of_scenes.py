"""Scenes from wherever they were stored are read, or refused in one sentence; nothing else."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sim.common.errors import (
    BadScene,
)
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import SceneConfig, draw_scene
from sim.randomize.dynamics import Dynamics, Looks
from tests.fuzzing import fuzz
from tests.strange_values import SCENE, anything, refused_in_a_sentence


@some.composite
def nearly_scenes(draw: some.DrawFn) -> Any:
    """A sound scene as JSON has it, a part of which is anything."""
    raw = draw_scene(draw(some.integers(0, 3)), SceneConfig(world=draw(some.sampled_from(WORLDS)))).to_dict()
    at: Any = raw
    while True:
        keys = list(at) if isinstance(at, dict) else range(len(at))
        key = draw(some.sampled_from(keys))
        if not isinstance(at[key], (dict, list, tuple)) or not at[key] or draw(some.booleans()):
            break
        at[key] = at[key] if isinstance(at[key], dict) else list(at[key])
        at = at[key]
    at[key] = draw(anything)
    return raw


WORLDS = ("nominal", "train")


def takes_or_refuses_a_scene(raw: Any) -> None:
    with refused_in_a_sentence():
        scene = Scene.from_dict(raw)
        assert Scene.from_dict(scene.to_dict()) == scene


@given(anything | nearly_scenes())
def test_a_stored_scene_is_read_or_refused(raw: Any) -> None:
    takes_or_refuses_a_scene(raw)


@pytest.mark.faults
def test_a_stored_scene_is_read_or_refused_by_the_thousand(injected: Callable[..., None]) -> None:
    times = fuzz(takes_or_refuses_a_scene, anything | nearly_scenes())
    injected("a stored scene is anything", "drawn by hypothesis, sound ones with a part replaced", times)


@pytest.mark.parametrize(
    "change",
    [
        {"layout": "round"},
        {"layout": ["left_handed"]},
        {"seed": -1},
        {"seed": None},
        {"objects": [SCENE.objects[0].__dict__] * 10**6},
        {"objects": [{**SCENE.objects[0].__dict__, "size": [float("nan"), 0.04, 0.04]}]},
        {"objects": [{**SCENE.objects[0].__dict__, "colour": "mauve"}]},
        {"objects": {"0": 1}},
        {"joints": [0, 0, 0]},
        {"joints": [1e9, 0, 0, 0]},
        {"led": "yes"},
        {"shifts": [[0, 0, 0]]},
        {"dynamics": {"latency": 10**9}},
        {"dynamics": {"object_mass": 0.0}},
        {"dynamics": {"mass": 1.0}},
        {"looks": {"object_tint": [[0, 0, 0]]}},
        {"more": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_hostile_scene_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadScene):
        Scene.from_dict({**SCENE.to_dict(), **change})


def test_every_factor_may_be_had_as_far_as_it_is_held_out() -> None:
    for seed in range(30):
        scene = draw_scene(seed, SceneConfig(world="held_out"))
        assert Scene.from_dict(scene.to_dict()) == scene
    with pytest.raises(BadScene, match="latency is a whole number from 0 to 6"):
        Dynamics(latency=cast(Any, 1.5))
    with pytest.raises(BadScene, match="light_red"):
        Looks(light_red=float("nan"))
