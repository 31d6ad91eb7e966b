"""The parts of the desk that have names."""

import numpy as np
import pytest

from sim.desk.layouts import LAYOUTS, Layout
from sim.desk.regions import REGIONS, UnknownRegion, region_of, regions_of
from sim.desk.scenes.sampler import SceneConfig, draw_scene
from sim.kinds.desk import DESK
from sim.state import Array
from sim.task import Truth

THIRDS, CORNERS = ("left", "right", "far", "near"), ("far left", "far right", "near left", "near right")
BOTH = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())


def points_in(layout: Layout) -> Array:
    """Points (n, 2) all over the free area, m, none of them on a line between two cells."""
    x, y = (np.linspace(low, high, 41)[1:-1] + 1e-4 for low, high in layout.area)
    return np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)


def inside(layout: Layout, name: str) -> Truth:
    return region_of(layout, name).holds(points_in(layout))


@BOTH
def test_every_point_of_the_free_area_is_in_the_middle_or_in_a_third(layout: Layout) -> None:
    thirds = np.any([inside(layout, name) for name in THIRDS], axis=0)
    assert (thirds ^ inside(layout, "middle")).all()


@BOTH
def test_a_corner_is_where_two_thirds_meet(layout: Layout) -> None:
    for name in CORNERS:
        across, along = (inside(layout, part) for part in name.split())
        assert (inside(layout, name) == (across & along)).all()
        assert inside(layout, name).any()


@BOTH
def test_opposite_thirds_share_no_point(layout: Layout) -> None:
    assert not (inside(layout, "left") & inside(layout, "right")).any()
    assert not (inside(layout, "far") & inside(layout, "near")).any()


@BOTH
def test_left_is_where_y_grows_and_far_where_x_grows(layout: Layout) -> None:
    at = {region.name: region.centre for region in regions_of(layout)}
    assert at["left"][1] > at["middle"][1] > at["right"][1]
    assert at["far"][0] > at["middle"][0] > at["near"][0]


def test_a_kind_says_its_regions_and_finds_them_in_a_scene() -> None:
    scene = draw_scene(0, SceneConfig(layouts=("left_handed",)))
    assert DESK.regions == REGIONS
    for name in DESK.regions:
        assert DESK.region(scene, name) == region_of(LAYOUTS["left_handed"], name)


@pytest.mark.parametrize("name", ["farleft", "centre", "", 3, ["left"]])
def test_a_name_of_no_region_is_answered_with_those_that_there_are(name: object) -> None:
    with pytest.raises(UnknownRegion, match="near right"):
        region_of(LAYOUTS["left_handed"], name)


def test_a_misspelt_region_is_answered_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean far left"):
        region_of(LAYOUTS["left_handed"], "farleft")
