"""What one world is like beyond its scene: plain numbers, drawn once, stored with the episode.

The defaults are the nominal world. `sim.randomize.factors` says from where to where each number is drawn,
`sim.randomize.draw` draws, and `sim.desk.build`, `sim.bullet.actuation`, `sim.desk.sensors` and
`sim.desk.cameras` apply. A number is the same for all objects of a world, so that one touch tells about the
next.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.common.checks import number, numbers, whole
from sim.common.errors import BadScene
from sim.randomize.factors import LOOKS, MOST_TINTS, PHYSICS, SENSING, Factor

GRAVITY = 9.81  # m/s2


@dataclass(frozen=True)
class Dynamics:
    """Physics, actuation and sensing of a world. SI units, world frame; scales are times nominal."""

    object_mass: float = 0.10  # kg
    object_friction: float = 0.6  # lateral; the desk's is 0.7, the fingers' 1.2, and Bullet multiplies
    object_restitution: float = 0.0
    finger_spinning_friction: float = 0.01  # m, of the fingertips: torsion about the normal
    finger_rolling_friction: float = 0.0005  # m, of the fingertips
    joint_friction: float = 1.0  # scale, of the drawer's and the door's
    joint_damping: float = 1.0  # scale, of the drawer's, the door's and the button's
    detent: float = 0.25  # N m that draws the lever to the nearer of its two ends
    button_spring: float = 3.0  # N, the most that brings the button up again
    gravity_tilt_x: float = 0.0  # rad, of gravity towards +x
    gravity_tilt_y: float = 0.0
    actuator_gain: float = 0.20  # of the position error, taken back in each physics step
    force_limit: float = 1.0  # scale, of the arm's torques and the fingers' force
    latency: int = 0  # control steps between an action and its effect
    action_scale: float = 1.0  # of shift and turn
    control_yaw: float = 0.0  # rad, of the frame of actions about the world's z
    position_noise: float = 0.0  # m, standard deviation per step, axis and object
    orientation_noise: float = 0.0  # rad, likewise, about each axis
    position_bias: float = 0.0  # m, standard deviation of each object's constant error, per axis
    dropout: float = 0.0  # chance per step that an object is not seen
    table_height: float = 0.0  # m, of the desk top over the arm's base
    start_x: float = 0.0  # m, of the tool from home at the beginning
    start_y: float = 0.0
    start_z: float = 0.0
    start_yaw: float = 0.0  # rad, of the hand

    def __post_init__(self) -> None:
        _check(self, (*PHYSICS, *SENSING))

    @property
    def gravity(self) -> tuple[float, float, float]:
        """The vector, m/s2: always as long as nominal."""
        x, y = self.gravity_tilt_x, self.gravity_tilt_y
        return (
            GRAVITY * math.sin(x),
            GRAVITY * math.cos(x) * math.sin(y),
            -GRAVITY * math.cos(x) * math.cos(y),
        )

    @property
    def start(self) -> tuple[float, float, float, float]:
        """Where the tool begins, from home: m, m, m, rad."""
        return self.start_x, self.start_y, self.start_z, self.start_yaw


@dataclass(frozen=True)
class Looks:
    """What a world looks like; only pictures know of it."""

    object_tint: tuple[tuple[float, float, float], ...] = ()  # added to each object's RGB; () is none
    light_x: float = 0.0  # m, of the light from where it is
    light_y: float = 0.0
    light_red: float = 1.0  # of the light's colour
    light_green: float = 1.0
    light_blue: float = 1.0
    light_ambient: float = 0.62  # of the light that comes from everywhere
    camera_x: float = 0.0  # m, of the camera's eye from where it is; it looks where it looked
    camera_y: float = 0.0
    camera_z: float = 0.0
    camera_field: float = 1.0  # scale, of the angle of view

    def __post_init__(self) -> None:
        _check(self, [factor for factor in LOOKS if factor.name != "object_tint"])
        tints = self.object_tint
        if (
            not isinstance(tints, tuple)
            or len(tints) > MOST_TINTS
            or not all(numbers(t, 3, -1, 1) for t in tints)
        ):
            raise BadScene("looks.object_tint", f"up to {MOST_TINTS} triples from -1 to 1", tints)


def _check(values: Dynamics | Looks, factors: Sequence[Factor]) -> None:
    """Refuse what physics or the camera could not bear; raises `BadScene`."""
    for factor in factors:
        value, (low, high) = getattr(values, factor.name), factor.bearable
        fits = whole(value, int(low), int(high)) if factor.scale == "whole" else number(value, low, high)
        if not fits:
            kind = "a whole number" if factor.scale == "whole" else "a number"
            raise BadScene(factor.name, f"{kind} from {low:g} to {high:g} {factor.unit}".rstrip(), value)
