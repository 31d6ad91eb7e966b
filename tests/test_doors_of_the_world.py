"""Whatever is put through the doors of the world is taken, or refused in one sentence; nothing else."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import gymnasium
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

from sim.common.checks import number, numbers, one_of, truth, whole
from sim.common.errors import (
    BadAction,
    BadArgument,
    BadRate,
    BadScene,
    BadSnapshot,
    ClosedWorld,
    EmptyWorld,
    UnknownRenderer,
)
from sim.desk.cameras import CAMERAS, Camera, UnknownCamera, render
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import CannotDraw, SceneConfig, draw_scene, draw_scene_for
from sim.desk.simulator import World
from sim.desk.tasks.families import Goal
from sim.env import BadOptions, BadRenderMode, DeskEnv
from sim.randomize.dynamics import Dynamics, Looks
from sim.randomize.presets import BadValue, UnknownWorld, parse_world
from sim.state import State
from sim.task import UnknownTask
from tests.fuzzing import fuzz

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


# -- scenes from wherever they were stored ----------------------------------------------------------


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
        Dynamics(latency=1.5)  # pyright: ignore[reportArgumentType]
    with pytest.raises(BadScene, match="light_red"):
        Looks(light_red=float("nan"))


# -- the environment --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": (0, 0)},
        {"size": (-4, 10)},
        {"size": (10**9, 10**9)},
        {"size": (1.5, 20)},
        {"size": "big"},
        {"size": 300},
        {"n_objects": 0},
        {"n_objects": 6},
        {"n_objects": "a"},
        {"n_objects": 2.0},
        {"n_objects": True},
        {"control_hz": 10.5},
        {"control_hz": None},
        {"world": 5},
        {"world": ["train"]},
        {"world": "x" * 10**6},
        {"camera": ["desk"]},
        {"render_mode": np.zeros(3)},
        {"renderer": {}},
        {"config": {"n_objects": 2}},
    ],
    ids=str,
)
def test_an_environment_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(REFUSALS) as refusal:
        DeskEnv(**wrong)
    assert len(str(refusal.value)) < 1500


@pytest.mark.parametrize(
    "options",
    [
        {"scene": "a"},
        {"scene": SCENE.to_dict()},
        {"scene": SCENE, "goal": ("lift", 0)},
        {"scene": SCENE, "goal": Goal("lift", 7)},
        {"scene": SCENE, "goal": Goal("lift", -1)},
        {"scene": SCENE, "goal": Goal("stack", 1, 1)},
        {"scene": SCENE, "goal": Goal("open_drawer", 0)},
        {"scene": SCENE, "goal": Goal("fly", 0)},
        {"scene": SCENE, "goal": Goal("lift", "0")},  # pyright: ignore[reportArgumentType]
        {"task": ["lift"]},
        {"task": "lfit"},
        {"task": ""},
        {1: 2},
        ["task"],
        "task",
        0,
    ],
    ids=str,
)
def test_options_of_a_wrong_kind_are_refused(options: Any) -> None:
    env = DeskEnv()
    with pytest.raises((BadOptions, BadArgument, UnknownTask)):
        env.reset(options=options)
    env.close()


def test_a_closed_environment_says_so() -> None:
    env = DeskEnv(render_mode="rgb_array")
    env.reset(seed=0)
    saved = env.save_state()
    env.close()
    env.close()
    for late in (
        env.reset,
        env.render,
        env.save_state,
        lambda: env.step(STILL),
        lambda: env.restore_state(saved),
    ):
        with pytest.raises(ClosedWorld, match="make another one"):
            late()


def test_a_closed_world_says_so_and_an_empty_one_too() -> None:
    world = World(visuals=True)
    with pytest.raises(EmptyWorld):
        world.step(STILL)
    world.build(SCENE)
    world.close()
    for late in (world.state, world.poses, world.save, lambda: world.build(SCENE), lambda: render(world)):
        with pytest.raises(ClosedWorld):
            late()


def test_a_foreign_snapshot_is_refused_and_the_episode_goes_on() -> None:
    env = DeskEnv()
    env.reset(seed=0)
    saved = env.save_state()
    shot = saved.snapshot
    nan = ((float("nan"), 0.0),) * 9
    for wrong in (
        None,
        tuple(saved),
        saved._replace(snapshot=shot._replace(arm=nan)),
        saved._replace(snapshot=shot._replace(objects=shot.objects[:1])),
        saved._replace(
            snapshot=shot._replace(objects=(((0.0,) * 3, (0.0,) * 4, (0.0,) * 3, (0.0,) * 3),) * 3)
        ),
        saved._replace(snapshot=shot._replace(pending=((0.0,) * 6,))),
        saved._replace(snapshot=shot._replace(scene=SCENE.to_dict())),
        saved._replace(before=saved.before.at(None)),
        saved._replace(memory=(0, np.zeros((1, 1)))),
        saved._replace(goal=Goal("lift", 9)),
    ):
        with pytest.raises(BadArgument):
            env.restore_state(wrong)  # pyright: ignore[reportArgumentType]
    env.step(STILL)
    env.close()


def test_a_camera_that_sees_nothing_is_refused() -> None:
    for wrong in (
        {"eye": (float("nan"), 0.0, 1.0)},
        {"eye": (0.462, 0.0, 0.0)},
        {"up": (0.0, 0.0, 0.0)},
        {"field": 0.0},
        {"field": "wide"},
    ):
        with pytest.raises(BadArgument, match="camera"):
            replace(CAMERAS["desk"], **wrong)
    with pytest.raises(BadArgument, match="Camera"):
        render(World(), "desk")  # pyright: ignore[reportArgumentType]
    assert Camera() == CAMERAS["desk"]


def test_draws_of_a_wrong_seed_or_kind_are_refused() -> None:
    for seed in (-1, 1.0, "1", None, 2**70):
        with pytest.raises(BadArgument, match="seed"):
            draw_scene(seed)  # pyright: ignore[reportArgumentType]
        with pytest.raises(BadArgument, match="seed"):
            draw_scene_for("lift", seed)  # pyright: ignore[reportArgumentType]
    for wrong in ({"layouts": "left_handed"}, {"objects": (("red", "sphere"),) * 9}, {"objects": 5}):
        with pytest.raises(BadArgument):
            SceneConfig(**wrong)  # pyright: ignore[reportArgumentType]


def test_an_action_that_is_cut_is_said_to_be() -> None:
    env = DeskEnv()
    assert env.reset(seed=0)[1]["clipped"] is False
    told = [env.step(np.full(7, size, np.float32))[-1]["clipped"] for size in (1.0, 1.001, -1.0, -7.0, 0.0)]
    assert told == [False, True, False, True, False]
    env.close()


def test_what_falls_off_the_desk_is_said_to_have() -> None:
    env, (first, *rest) = DeskEnv(), SCENE.objects
    edge = replace(first, pos=(1.1, 0.0, 0.3))
    env.reset(options={"scene": replace(SCENE, objects=(edge, *rest))})
    told = [env.step(STILL)[-1]["fallen"] for _ in range(12)]
    assert told[0] == ()
    assert told[-1] == (first.name,)
    env.close()


def test_what_falls_off_the_floor_too_stays_in_the_observation_space() -> None:
    env, (first, *rest) = DeskEnv(control_hz=1), SCENE.objects
    env.reset(options={"scene": replace(SCENE, objects=(replace(first, pos=(15.0, 0.0, 1.0)), *rest))})
    for _ in range(4):
        seen, *_, info = env.step(STILL)
    assert info["state"].pos(0)[2] < -20
    assert env.observation_space.contains(seen)
    env.close()


# -- anything in any order --------------------------------------------------------------------------

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
        DeskEnv(size=[32, 24]).close()  # pyright: ignore[reportArgumentType]
