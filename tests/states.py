"""States for tests, made by naming only what a test is about."""

from collections.abc import Mapping

import numpy as np

from sim.bullet.arm import HOME_POSE
from sim.common.colours import COLOURS
from sim.desk.constants import DRAWER, JOINTED, TRAY
from sim.desk.layouts import LEVER_TRAVEL
from sim.desk.scene import Scene, Thing
from sim.desk.scenes.sampler import initial_state
from sim.state import POS, Array, State

SIDE = 0.045  # m, of every cube
HALF = SIDE / 2
HERE = (0.42, -0.05, HALF)  # where object 0 stands; the next ones stand 12 cm apart along y

Vec = tuple[float, float, float]


def state_with(
    objects: int = 3,
    pos: Mapping[int, Vec] | None = None,
    yaw: Mapping[int, float] | None = None,
    hand: Vec = HOME_POSE[0],
    gripper: float = 0.08,
    drawer: float = 0.0,
    door: float = 0.0,
    button: float = 0.0,
    up: bool = False,
    led: bool = False,
) -> State:
    """A right-handed desk with cubes on it and everything shut, down and off, but for what is named."""
    places = {i: (HERE[0], HERE[1] + 0.12 * i, HALF) for i in range(objects)} | dict(pos or {})
    cubes = tuple(
        Thing(colour, "cube", (SIDE, SIDE, SIDE), places[i], (yaw or {}).get(i, 0.0))
        for i, colour in enumerate(list(COLOURS)[:objects])
    )
    joints = (drawer, door, button, LEVER_TRAVEL if up else -LEVER_TRAVEL)
    state = initial_state(Scene(0, "right_handed", cubes, joints, led))
    return state._replace(hand=np.array([*hand, *HOME_POSE[1], gripper]))


def positions_of(state: State) -> Array:
    """Where the movable objects are, m: (..., n_objects, 3)."""
    return state.objects[..., POS]


def handles_of(state: State) -> Array:
    """Where a hand acts on the furniture, m: (..., 5, 3)."""
    return state.things[..., state.n_objects :, POS]


def joints_of(state: State) -> Array:
    """How far the joints of drawer, door, button and lever have moved, m and rad: (..., 4)."""
    return np.stack([state.joint(name) for name in JOINTED], -1)


def in_drawer(drawer: float) -> Vec:
    """The place of a cube in the middle of the drawer when it is so far out."""
    x, y, _ = state_with(drawer=drawer).pos(DRAWER)
    return (float(x) + 0.115, float(y), 0.010 + HALF)


def in_tray() -> Vec:
    """The place of a cube in the middle of the tray."""
    x, y, _ = state_with().pos(TRAY)
    return (float(x), float(y), 0.005 + HALF)
