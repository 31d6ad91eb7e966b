"""Headings, angles and quaternions."""

import numpy as np
import pytest

from sim.rotations import (
    about_z,
    ahead,
    into_frame,
    leftward,
    out_of_frame,
    rotation_vector,
    tool_axis,
    tool_heading,
    wrap,
    yaw_of,
)
from sim.state import Array

ANGLES = np.linspace(-3.1, 3.1, 23)
POINTING_DOWN = (1.0, 0.0, 0.0, 0.0)  # xyzw, half a turn about x


def after(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The quaternion of a turn that follows another."""
    x, y, z, w = one
    matrix = np.array([[w, -z, y, x], [z, w, -x, y], [-y, x, w, z], [-x, -y, -z, w]])
    return matrix @ other


def test_the_heading_of_a_turn_about_the_vertical_is_its_angle() -> None:
    assert yaw_of(about_z(ANGLES)) == pytest.approx(ANGLES)


def test_a_hand_that_points_down_has_the_heading_that_it_was_turned_to() -> None:
    turned = np.array([after(about_z(angle), np.array(POINTING_DOWN)) for angle in ANGLES])
    assert wrap(tool_heading(turned) - ANGLES) == pytest.approx(np.zeros(len(ANGLES)), abs=1e-9)
    assert np.allclose([tool_axis(quat) for quat in turned], [0, 0, -1])


def test_differences_of_angles_are_brought_to_half_a_turn_either_way() -> None:
    assert wrap(np.array([0.0, np.pi, 3 * np.pi / 2, -3 * np.pi / 2])) == pytest.approx(
        [0.0, -np.pi, -np.pi / 2, np.pi / 2]
    )


def _into(vector: Array, yaw: float) -> tuple[float, float]:
    x, y = into_frame(vector[0], vector[1], yaw)
    return float(x), float(y)


def test_a_vector_goes_into_a_frame_and_out_again() -> None:
    for yaw in ANGLES:
        assert _into(ahead(yaw), yaw) == pytest.approx((1.0, 0.0))
        assert _into(leftward(yaw), yaw) == pytest.approx((0.0, 1.0))
        assert out_of_frame(*into_frame(0.3, -0.2, yaw), yaw) == pytest.approx((0.3, -0.2))


def test_a_rotation_vector_goes_the_shorter_way_round() -> None:
    assert rotation_vector(about_z(0.4)) == pytest.approx([0, 0, 0.4])
    assert rotation_vector(-about_z(0.4)) == pytest.approx([0, 0, 0.4])
    assert rotation_vector(about_z(2 * np.pi - 0.4)) == pytest.approx([0, 0, -0.4])
    assert rotation_vector(about_z(0.0)) == pytest.approx([0, 0, 0])
