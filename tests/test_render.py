"""Pictures: they show what is there, where left is left, and change nothing."""

from dataclasses import asdict, replace
from typing import Any, cast

import numpy as np
import pytest

from sim.bullet.egl import NoEgl, has_egl
from sim.common.colours import COLOURS
from sim.common.errors import UnknownRenderer
from sim.desk.cameras import CAMERAS, SIZE, Camera, UnknownCamera, camera_named, moved, render
from sim.desk.layouts import LEVER_TRAVEL
from sim.desk.scene import Scene, Thing
from sim.desk.scenes.sampler import draw_scene
from sim.desk.simulator import World
from sim.env import DeskEnv
from sim.randomize.dynamics import Looks
from sim.randomize.factors import LOOKS
from tests.states import handles_of, positions_of

SMALL = (240, 180)
DESK = Camera()


@pytest.fixture(scope="module")
def world():
    made = World(visuals=True)
    yield made
    made.close()


def scene_with(objects: tuple[Thing, ...] = (), led: bool = False, up: bool = False) -> Scene:
    return Scene(0, "right_handed", objects, (0.0, 0.0, 0.0, LEVER_TRAVEL if up else -LEVER_TRAVEL), led)


def thing(colour: str, x: float, y: float) -> Thing:
    return Thing(colour, "cube", (0.05, 0.05, 0.05), (x, y, 0.025), 0.0)


def patch(picture: np.ndarray, pixel: np.ndarray, half: int = 2) -> np.ndarray:
    """The mean colour around a pixel, 0 to 1."""
    x, y = np.round(pixel).astype(int)
    return picture[y - half : y + half + 1, x - half : x + half + 1].mean((0, 1)) / 255


@pytest.mark.parametrize(
    ("way", "axis", "sign"),
    [((0, 1, 0), 0, -1), ((0, -1, 0), 0, 1), ((1, 0, 0), 1, -1), ((-1, 0, 0), 1, 1)],
    ids=["left", "right", "forward", "backward"],
)
def test_directions_are_as_in_the_default_picture(way, axis: int, sign: int) -> None:
    for start in ((0.4, -0.2, 0.0), (0.5, 0.1, 0.0), (0.36, 0.2, 0.05)):
        step = DESK.project(np.add(start, np.multiply(0.1, way))) - DESK.project(start)
        assert sign * step[axis] > 20  # px
        assert abs(step[1 - axis]) < 0.2 * abs(step[axis])


def test_everything_that_can_be_handled_is_in_the_picture(world: World) -> None:
    for seed in range(10):
        state = world.build(draw_scene(seed))
        for camera in CAMERAS.values():
            pixels = camera.project(np.concatenate([positions_of(state), handles_of(state)]))
            assert (pixels > 0).all()
            assert (pixels < SIZE).all()


@pytest.mark.parametrize("colour", ["red", "green", "blue", "yellow", "purple"])
def test_an_object_is_seen_where_it_is_projected_in_its_colour(world: World, colour: str) -> None:
    scene = scene_with((thing(colour, 0.55, -0.05),))
    state = world.build(scene)
    picture = render(world, DESK, SMALL)
    seen = patch(picture, DESK.project(state.pos(0) + [0, 0, 0.025], SMALL))
    want = np.array(COLOURS[colour])
    assert seen @ want / np.linalg.norm(seen) / np.linalg.norm(want) > 0.97


def test_a_picture_has_the_size_asked_for(world: World) -> None:
    world.build(scene_with())
    picture = render(world, DESK, (200, 120))
    assert picture.shape == (120, 200, 3)
    assert picture.dtype == np.uint8


@pytest.mark.parametrize("light", ["led", "lamp"])
def test_a_light_can_be_seen_to_be_on(world: World, light: str) -> None:
    pictures = []
    for on in (False, True):
        world.build(scene_with(led=on and light == "led", up=on and light == "lamp"))
        pictures.append(render(world, DESK, SMALL).astype(int))
    place = (0.415, -0.31, 0.068) if light == "led" else (0.465, 0.33, 0.175)
    off, on = (patch(picture, DESK.project(place, SMALL), 1) for picture in pictures)
    assert np.abs(off - on).max() > 0.2
    assert np.ptp(off) < 0.15  # a pale dome
    assert np.ptp(on) > 0.3  # a coloured one


def test_a_light_that_changes_in_mid_episode_changes_in_the_picture(world: World) -> None:
    world.build(scene_with())
    dark = render(world, DESK, SMALL)
    world.restore(world.save()._replace(led=True))
    assert not np.array_equal(dark, render(world, DESK, SMALL))


def test_looking_changes_nothing_and_repeats_itself(world: World) -> None:
    world.build(draw_scene(2))
    before = world.state()
    first, second = render(world, DESK, SMALL), render(world, DESK, SMALL)
    assert np.array_equal(first, second)
    assert all(np.array_equal(a, b) for a, b in zip(before, world.state(), strict=True))


def test_both_cameras_and_the_shadow_make_different_pictures(world: World) -> None:
    world.build(draw_scene(2))
    pictures = [render(world, camera, SMALL) for camera in CAMERAS.values()]
    pictures.append(render(world, DESK, SMALL, shadow=True))
    assert len({picture.tobytes() for picture in pictures}) == 3
    assert all(picture.std() > 20 for picture in pictures)


def looks_with(world: World, **looks) -> np.ndarray:
    """A picture of one cube in a world of such looks."""
    world.build(replace(scene_with((thing("red", 0.5, -0.05),)), looks=Looks(**looks)))
    return render(world, DESK, SMALL).astype(float)


@pytest.mark.parametrize(
    ("factor", "value"),
    [(factor.name, factor.held_out[1]) for factor in LOOKS if factor.name != "object_tint"],
)
def test_each_factor_of_the_looks_changes_the_picture_and_nothing_else(
    world: World, factor: str, value: float
) -> None:
    plain = looks_with(world)
    before = world.state()
    changed = looks_with(world, **{factor: value})
    assert np.abs(plain - changed).mean() > 0.3
    assert all(np.array_equal(a, b) for a, b in zip(before, world.state(), strict=True))


def test_a_tint_is_added_to_the_objects_colour_alone(world: World) -> None:
    plain, tinted = looks_with(world), looks_with(world, object_tint=((-0.15, 0.15, 0.0),))
    pixel = DESK.project((0.5, -0.05, 0.05), SMALL)
    change = patch(tinted, pixel) - patch(plain, pixel)
    assert change[0] < -0.05
    assert change[1] > 0.05
    assert np.array_equal(plain[:, :60], tinted[:, :60])


def test_light_takes_the_colour_it_is_given(world: World) -> None:
    plain, warm = looks_with(world), looks_with(world, light_red=1.3, light_blue=0.7)
    assert warm[..., 0].mean() > plain[..., 0].mean() + 1
    assert warm[..., 2].mean() < plain[..., 2].mean() - 1


def test_the_moved_camera_sees_things_where_it_projects_them(world: World) -> None:
    looks = Looks(camera_x=0.06, camera_y=-0.06, camera_z=0.08, camera_field=1.1)
    picture = looks_with(world, **asdict(looks))
    seen = patch(picture, moved(DESK, looks).project((0.5, -0.05, 0.05), SMALL))
    assert seen[0] > 2 * seen[1]  # red
    assert not np.allclose(
        moved(DESK, looks).project((0.5, -0.05, 0.05), SMALL), DESK.project((0.5, -0.05, 0.05), SMALL), atol=1
    )


def test_the_environment_renders_only_if_it_was_made_to() -> None:
    blind, seeing = DeskEnv(), DeskEnv(render_mode="rgb_array", camera="front", size=SMALL)
    blind.reset(seed=0)
    seeing.reset(seed=0)
    assert blind.render() is None
    picture = seeing.render()
    assert picture is not None
    assert picture.shape == (180, 240, 3)
    blind.close()
    seeing.close()


def test_an_unknown_camera_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownCamera, match="desk, front"):
        camera_named("moon")


def test_the_graphics_card_draws_the_same_things_or_says_that_it_is_not_there() -> None:
    if not has_egl():
        with pytest.raises(NoEgl, match="tiny"):
            World(visuals=True, renderer="egl")
        return
    tiny, card = World(visuals=True), World(visuals=True, renderer="egl")
    pictures = []
    for world in (tiny, card):
        world.build(scene_with((thing("red", 0.5, -0.05),), led=True))
        pictures.append(render(world, DESK, SMALL).astype(float))
        world.close()
    assert np.corrcoef(pictures[0].ravel(), pictures[1].ravel())[0, 1] > 0.5  # lit differently


def test_an_unknown_renderer_is_refused() -> None:
    with pytest.raises(UnknownRenderer, match="tiny"):
        World(visuals=True, renderer=cast(Any, "gpu"))
