"""The desk's furniture as URDF text, built from boxes and cylinders.

Every fixture stands in a frame of its own (see `sim.desk.layouts`) and is one small body with at most one
joint, so that a layout is nothing but base poses. Collision shapes equal the visual ones, except for
what is decoration (`solid=False`), which has none.
"""

from dataclasses import dataclass

from sim.desk import layouts as at
from sim.figures import Part, Vec

WOOD = (0.72, 0.55, 0.38)
DARK = (0.36, 0.27, 0.20)
METAL = (0.62, 0.64, 0.67)
SLATE = (0.30, 0.36, 0.44)
CREAM = (0.90, 0.88, 0.82)
SIGNAL = (0.80, 0.22, 0.18)
LED_LIT = (0.25, 1.0, 0.35)
LAMP_LIT = (1.0, 0.86, 0.20)


def box(size: Vec, xyz: Vec, colour: Vec, solid: bool = True) -> Part:
    """A box with full extents `size`, its centre at `xyz`, m, in the link's frame."""
    return Part("box", size, xyz, colour, solid)


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(map(str, values))


def _geometry(part: Part) -> str:
    if part.kind == "box":
        return f'<box size="{_numbers(part.size)}"/>'
    return f'<cylinder radius="{part.size[0]}" length="{part.size[1]}"/>'


def _link(name: str, parts: tuple[Part, ...], mass: float, visuals: bool) -> str:
    shapes = []
    for i, part in enumerate(parts):
        where = f'<origin xyz="{_numbers(part.xyz)}"/><geometry>{_geometry(part)}</geometry>'
        if visuals:
            red, green, blue = part.colour
            paint = f'<material name="{name}{i}"><color rgba="{red} {green} {blue} 1"/></material>'
            shapes.append(f"<visual>{where}{paint}</visual>")
        if part.solid:
            shapes.append(f"<collision>{where}</collision>")
    inertia = mass * 0.003  # a body of roughly 10 cm
    return (
        f'<link name="{name}"><inertial><mass value="{mass}"/><inertia ixx="{inertia}" ixy="0" ixz="0" '
        f'iyy="{inertia}" iyz="0" izz="{inertia}"/></inertial>{"".join(shapes)}</link>'
    )


@dataclass(frozen=True)
class Hinge:
    """The one joint of a fixture."""

    kind: str  # prismatic or revolute
    xyz: Vec
    axis: Vec
    lower: float
    upper: float
    mass: float  # of what moves, kg
    damping: float  # N s/m or N m s/rad
    friction: float  # N or N m: held by a motor of that strength


@dataclass(frozen=True)
class Bulb:
    """What lights up: a sphere that is only looked at."""

    radius: float
    xyz: Vec
    lit: Vec  # its colour when it is on
    dark: Vec = CREAM


@dataclass(frozen=True)
class Fixture:
    """A piece of furniture: what stands still, what moves and how."""

    name: str
    still: tuple[Part, ...]
    moving: tuple[Part, ...] = ()
    joint: Hinge | None = None
    bulb: Bulb | None = None

    def urdf(self, visuals: bool) -> str:
        """The fixture as URDF text; `visuals` says whether it can be rendered."""
        base = _link("base", self.still, 0.0, visuals)
        if self.joint is None:
            return f'<robot name="{self.name}">{base}</robot>'
        j = self.joint
        return (
            f'<robot name="{self.name}">{base}{_link("moving", self.moving, j.mass, visuals)}'
            f'<joint name="joint" type="{j.kind}"><parent link="base"/><child link="moving"/>'
            f'<origin xyz="{_numbers(j.xyz)}"/><axis xyz="{_numbers(j.axis)}"/>'
            f'<limit lower="{j.lower}" upper="{j.upper}" effort="50" velocity="3"/></joint></robot>'
        )


def _drawer() -> Fixture:
    depth, width, height = at.DRAWER_INSIDE
    wall = 0.008
    outer = width + 2 * wall  # of the drawer
    body = outer + 0.008  # of the cabinet's inside
    roof = 0.066
    still = (
        box((0.19, 0.008, roof), (0.095, body / 2 + 0.004, roof / 2), WOOD),
        box((0.19, 0.008, roof), (0.095, -body / 2 - 0.004, roof / 2), WOOD),
        box((0.008, body, roof), (0.186, 0, roof / 2), WOOD),
        box((0.19, body + 0.016, 0.006), (0.095, 0, roof + 0.003), WOOD),
    )
    middle = wall + depth / 2
    rise = at.DRAWER_FLOOR + height / 2
    post = at.HANDLE_HEIGHT + 0.020
    moving = (
        box((depth + 2 * wall, outer, 0.006), (middle, 0, at.DRAWER_FLOOR - 0.003), CREAM),
        box((wall, outer, height), (wall / 2, 0, rise), DARK),
        box((wall, outer, height), (depth + 1.5 * wall, 0, rise), CREAM),
        box((depth, wall, height), (middle, width / 2 + wall / 2, rise), CREAM),
        box((depth, wall, height), (middle, -width / 2 - wall / 2, rise), CREAM),
        box((at.HANDLE_OUT, 0.016, 0.012), (-at.HANDLE_OUT / 2, 0, 0.045), METAL),
        box((0.014, at.HANDLE_WIDTH, post - 0.039), (-at.HANDLE_OUT, 0, (post + 0.039) / 2), METAL),
    )
    slide = Hinge("prismatic", (0, 0, 0), (-1, 0, 0), 0.0, at.DRAWER_TRAVEL, 0.6, 4.0, 2.0)
    return Fixture("drawer", still, moving, slide)


def _door() -> Fixture:
    still = (
        box((0.05, 0.34, 0.014), (0.02, 0, 0.007), DARK),
        box((0.008, 0.34, 0.15), (0.045, 0, 0.075), CREAM),
        box((0.05, 0.010, 0.15), (0.02, 0.175, 0.075), WOOD),
        box((0.05, 0.010, 0.15), (0.02, -0.175, 0.075), WOOD),
    )
    moving = (
        box((0.010, 0.155, 0.125), (0.005, 0, 0.080), SLATE),
        box((at.KNOB_OUT, 0.014, 0.014), (-at.KNOB_OUT / 2, 0, 0.070), METAL),
        box((0.018, at.KNOB_WIDTH, 0.060), (-at.KNOB_OUT, 0, at.KNOB_HEIGHT - 0.008), METAL),
    )
    slide = Hinge("prismatic", (0, 0, 0), (0, 1, 0), -at.DOOR_TRAVEL, at.DOOR_TRAVEL, 0.6, 4.0, 2.0)
    return Fixture("door", still, moving, slide)


def _button() -> Fixture:
    still = (
        box((0.075, 0.075, 0.030), (0, 0, 0.015), SLATE),
        Part("cylinder", (0.008, 0.06), (0.055, 0, 0.03), METAL, solid=False),
    )
    moving = (Part("cylinder", (0.020, 0.024), (0, 0, at.BUTTON_HEIGHT - 0.012), SIGNAL),)
    press = Hinge("prismatic", (0, 0, 0), (0, 0, -1), 0.0, at.BUTTON_TRAVEL, 0.05, 1.0, 0.0)
    return Fixture("button", still, moving, press, Bulb(0.018, (0.055, 0, 0.068), LED_LIT))


def _lever() -> Fixture:
    still = (
        box((0.045, 0.080, 0.030), (0.005, 0, 0.015), SLATE),
        box((0.030, 0.012, 0.075), (0.010, 0.022, 0.0375), SLATE),
        box((0.030, 0.012, 0.075), (0.010, -0.022, 0.0375), SLATE),
        Part("cylinder", (0.007, 0.16), (0.045, 0, 0.08), METAL, solid=False),
    )
    moving = (
        box((at.LEVER_LENGTH, 0.012, 0.012), (-at.LEVER_LENGTH / 2, 0, 0), METAL),
        box((0.022, at.LEVER_WIDTH, 0.030), (-at.LEVER_LENGTH, 0, 0), SIGNAL),
    )
    # Turning about +y lifts a tip that points along -x.
    pivot, travel = (0, 0, at.LEVER_HEIGHT), at.LEVER_TRAVEL
    turn = Hinge("revolute", pivot, (0, 1, 0), -travel, travel, 0.1, 0.02, 0.06)
    return Fixture("lever", still, moving, turn, Bulb(0.030, (0.045, 0, 0.175), LAMP_LIT))


def _tray() -> Fixture:
    depth, width, rim = at.TRAY_SIZE
    wall = 0.006
    still = (
        box((depth, width, at.TRAY_FLOOR), (0, 0, at.TRAY_FLOOR / 2), WOOD),
        box((wall, width, rim), (depth / 2 - wall / 2, 0, rim / 2), DARK),
        box((wall, width, rim), (-depth / 2 + wall / 2, 0, rim / 2), DARK),
        box((depth, wall, rim), (0, width / 2 - wall / 2, rim / 2), DARK),
        box((depth, wall, rim), (0, -width / 2 + wall / 2, rim / 2), DARK),
    )
    return Fixture("tray", still)


FURNITURE: tuple[Fixture, ...] = (_drawer(), _door(), _button(), _lever(), _tray())
"""In the order of `sim.desk.constants.FIXTURES`."""
