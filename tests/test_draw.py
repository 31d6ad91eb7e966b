"""What is drawn: from a seed alone, free of overlap, and fit for what will be asked."""

import json

import numpy as np
import pytest

from sim.common.colours import COLOURS
from sim.desk.layouts import LAYOUTS
from sim.desk.scene import SHAPES, Scene
from sim.desk.scenes.sampler import SceneConfig, draw_scene, draw_scene_for, initial_state
from sim.desk.simulator import World
from sim.desk.tasks.families import TASKS
from sim.desk.tasks.geometry import bottom, in_drawer, in_tray, on_desk, rests_on
from sim.goal_draw import CannotDraw
from sim.kinds.desk import DESK
from sim.state import LIGHT
from sim.task import UnknownTask
from tests.states import joints_of, positions_of

SEEDS = range(60)


@pytest.mark.parametrize("n_objects", [1, 3, 5])
def test_the_same_seed_draws_the_same_scene(n_objects: int) -> None:
    config = SceneConfig(n_objects=n_objects)
    assert all(draw_scene(seed, config) == draw_scene(seed, config) for seed in SEEDS)
    assert len({draw_scene(seed, config) for seed in SEEDS}) == len(SEEDS)


def test_a_scene_survives_json() -> None:
    for seed in SEEDS:
        scene = draw_scene(seed)
        assert Scene.from_dict(json.loads(json.dumps(scene.to_dict()))) == scene


@pytest.mark.parametrize("n_objects", [1, 2, 3, 4, 5])
def test_no_two_objects_overlap(n_objects: int) -> None:
    for seed in SEEDS:
        state = initial_state(draw_scene(seed, SceneConfig(n_objects=n_objects)))
        for i in range(n_objects):
            for j in range(i):
                gap = np.hypot(*(state.pos(i) - state.pos(j))[:2])
                radii = sum(np.hypot(*state.size(k)[:2]) for k in (i, j)) / 2
                assert gap > radii or rests_on(state, i, j) or rests_on(state, j, i)


@pytest.mark.parametrize("n_objects", [3, 5])
def test_every_object_has_a_place_to_stand_on(n_objects: int) -> None:
    for seed in SEEDS:
        state = initial_state(draw_scene(seed, SceneConfig(n_objects=n_objects)))
        for i in range(n_objects):
            stacked = any(rests_on(state, i, j) for j in range(n_objects) if j != i)
            inside = in_drawer(state, i) or in_tray(state, i)
            assert stacked or inside or on_desk(state, i), bottom(state, i)


def test_physics_leaves_a_drawn_scene_as_it_was_drawn() -> None:
    world = World()
    for seed in range(30):
        scene = draw_scene(seed, SceneConfig(n_objects=4))
        drawn, built = initial_state(scene), world.build(scene)
        assert np.abs(positions_of(drawn) - positions_of(built)).max() < 0.002
        assert np.abs(joints_of(drawn) - joints_of(built)).max() < 0.005
        assert np.array_equal(drawn.things[:, LIGHT], built.things[:, LIGHT])
    world.close()


def test_objects_of_a_scene_have_names_of_their_own() -> None:
    for seed in SEEDS:
        names = draw_scene(seed, SceneConfig(n_objects=5)).names
        assert len(set(names)) == 5


def test_the_catalogue_is_as_large_as_promised() -> None:
    assert len(COLOURS) >= 8
    assert len(SHAPES) >= 4
    assert len(LAYOUTS) >= 2
    drawn = {thing.name for seed in range(300) for thing in draw_scene(seed).objects}
    assert drawn == {f"{colour} {shape}" for colour in COLOURS for shape in SHAPES}


def test_only_allowed_objects_and_layouts_are_drawn() -> None:
    config = SceneConfig(
        objects=(("red", "cube"), ("blue", "bar"), ("pink", "puck")), layouts=("left_handed",)
    )
    scenes = [draw_scene(seed, config) for seed in SEEDS]
    assert {scene.layout for scene in scenes} == {"left_handed"}
    assert {name for scene in scenes for name in scene.names} == {"red cube", "blue bar", "pink puck"}


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_scene_drawn_for_a_family_makes_it_possible_and_not_yet_done(task) -> None:
    for seed in range(20):
        scene, goal = draw_scene_for(task.name, seed)
        state = initial_state(scene)
        assert goal.task == task.name
        assert DESK.possible(goal, state)
        assert not DESK.achieved(goal, state, state)
        assert (scene, goal) == draw_scene_for(task.name, seed)


def test_a_filter_of_goals_is_obeyed() -> None:
    def only_cubes(goal, names) -> bool:
        return names[goal.object].endswith("cube")

    for seed in range(10):
        scene, goal = draw_scene_for("lift", seed, allows=only_cubes)
        assert scene.names[goal.object].endswith("cube")


def test_what_cannot_be_drawn_is_said_in_one_sentence() -> None:
    with pytest.raises(CannotDraw, match="stack"):
        draw_scene_for("stack", 0, SceneConfig(n_objects=1))
    with pytest.raises(UnknownTask, match="open_drawer"):
        draw_scene_for("open_draw", 0)
    with pytest.raises(ValueError, match="1 to 5"):
        draw_scene(0, SceneConfig(n_objects=6))
    with pytest.raises(ValueError, match="1 to 5"):
        draw_scene_for("lift", 0, SceneConfig(n_objects=6))
    with pytest.raises(ValueError, match="1 to 1000"):
        SceneConfig(n_objects=0)
    with pytest.raises(ValueError, match="right_handed"):
        SceneConfig(layouts=("sideways",))
    with pytest.raises(ValueError, match="different objects"):
        draw_scene(0, SceneConfig(n_objects=2, objects=(("red", "cube"),)))
