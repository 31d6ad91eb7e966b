"""What is randomised: one entry per thing, with its training range and the wider held-out range.

`sim.randomize.presets` says by which names worlds are asked for.

Sources: Dactyl (OpenAI 2018, arXiv:1808.00177), Peng (Peng et al. 2018, arXiv:1710.06537), ADR (OpenAI
2019, arXiv:1910.07113). Where they name nothing, the reason is this desk's.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

Range = tuple[float, float]
Regime = Literal["train", "held_out"]
How = Regime | float
"""How a world has a factor: drawn from one of its ranges, or at a given value."""

MOST_TINTS = 5  # objects whose colours are drawn, the most that a scene may hold


@dataclass(frozen=True)
class Factor:
    """One thing that is drawn. The ranges include their ends; `held_out` contains `train`."""

    name: str
    unit: str  # "" for coefficients, scales (times nominal) and counts
    nominal: float
    train: Range
    held_out: Range
    scale: Literal["linear", "log", "whole"]
    reason: str
    either_way: bool = False  # many things have it: a given value is its size, each thing has its own sign

    @property
    def given(self) -> Range:
        """From where to where a value may be given."""
        return (0.0, self.held_out[1]) if self.either_way else self.held_out

    @cached_property
    def bearable(self) -> Range:
        """What a scene may hold, from wherever it comes: held out, and about as far again beyond it."""
        low, high = self.held_out
        if self.scale == "log":
            return low / 2, high * 2
        beyond = high - low
        return (low - beyond if low < 0 else 0.0), high + beyond

    def draw(self, rng: np.random.Generator, how: How) -> float:
        """A number from the training range, or one from the held-out range that is not in it.

        A given value is returned as it is, or with its sign drawn. Takes one number from `rng` in any case.
        """
        u = float(rng.random())
        if not isinstance(how, str):
            return -how if self.either_way and u < 0.5 else how
        (lower, upper), (low, high) = self.held_out, self.train
        if self.scale == "whole":
            inside = range(int(low), int(high) + 1)
            whole = range(int(lower), int(upper) + 1)
            choices = inside if how == "train" else [n for n in whole if n not in inside]
            return choices[int(u * len(choices))]
        to, back = (math.log, math.exp) if self.scale == "log" else (float, float)
        if how == "train":
            return min(max(back(to(low) + u * (to(high) - to(low))), low), high)
        below, above = to(low) - to(lower), to(upper) - to(high)
        at = u * (below + above)
        return back(to(lower) + at) if at < below else back(to(upper) - (at - below))

    def points(self, n: int) -> tuple[float, ...]:
        """About n values over all that may be given, evenly on the factor's scale; nominal is one of them."""
        low, high = self.given
        if self.scale == "whole":
            return tuple(range(int(low), int(high) + 1))
        to, back = (math.log, math.exp) if self.scale == "log" else (float, float)
        even = [back(x) for x in np.linspace(to(low), to(high), n)]
        even[int(np.argmin([abs(to(x) - to(self.nominal)) for x in even]))] = self.nominal
        return tuple(min(max(float(f"{x:.3g}"), low), high) for x in even)

    def trained(self, value: float) -> bool:
        """Whether the value is in the training range."""
        return self.train[0] <= value <= self.train[1]


PHYSICS: tuple[Factor, ...] = (
    Factor("object_mass", "kg", 0.10, (0.05, 0.15), (0.02, 0.50), "log", "Dactyl: x0.5 to 1.5"),
    Factor(
        "object_friction", "", 0.6, (0.4, 0.9), (0.15, 1.5), "log",
        "Dactyl: x0.7 to 1.3, Peng wider; what moves a pushed block most of all",
    ),
    Factor(
        "object_restitution", "", 0.0, (0.0, 0.3), (0.0, 0.7), "linear", "wood on wood to hard rubber",
    ),
    Factor(
        "finger_spinning_friction", "m", 0.01, (0.005, 0.02), (0.002, 0.05), "log",
        "up to a contact patch of a fingertip's breadth",
    ),
    Factor(
        "finger_rolling_friction", "m", 0.0005, (0.00025, 0.001), (0.0001, 0.003), "log", "soft pads to hard",
    ),
    Factor("joint_friction", "", 1.0, (0.5, 1.5), (0.2, 3.0), "log", "greased to stiff slides: 0.4 to 6 N"),
    Factor("joint_damping", "", 1.0, (0.3, 3.0), (0.1, 5.0), "log", "Dactyl: x0.3 to 3, log"),
    Factor(
        "detent", "N m", 0.25, (0.18, 0.35), (0.10, 0.60), "log",
        "below 0.1 the lever stops halfway, above 0.6 it slips from the hand",
    ),
    Factor("button_spring", "N", 3.0, (2.0, 4.5), (1.0, 8.0), "log", "push buttons: 1 to 8 N"),
    Factor("gravity_tilt_x", "rad", 0.0, (-0.03, 0.03), (-0.10, 0.10), "linear", "a desk that is not level"),
    Factor("gravity_tilt_y", "rad", 0.0, (-0.03, 0.03), (-0.10, 0.10), "linear", "a desk that is not level"),
    Factor(
        "actuator_gain", "", 0.20, (0.15, 0.30), (0.08, 0.45), "log",
        "Dactyl: x0.75 to 1.5, log; Peng: x0.5 to 2",
    ),
    Factor("force_limit", "", 1.0, (0.8, 1.25), (0.5, 2.0), "log", "Peng: x0.5 to 2, of gains"),
    Factor(
        "latency", "control steps", 0, (0, 1), (0, 3), "whole",
        "Dactyl and ADR delay by about a step; of 0.1 s here",
    ),
    Factor("action_scale", "", 1.0, (0.75, 1.25), (0.5, 1.6), "log", "another controller's full step"),
    Factor(
        "control_yaw", "rad", 0.0, (-0.26, 0.26), (-1.05, 1.05), "linear",
        "a camera or base mounted askew: 15 degrees; 'right' moves differently",
    ),
    Factor("table_height", "m", 0.0, (-0.02, 0.02), (-0.06, 0.06), "linear", "the arm still reaches"),
    Factor("start_x", "m", 0.0, (-0.04, 0.04), (-0.10, 0.10), "linear", "where a command left the hand"),
    Factor("start_y", "m", 0.0, (-0.06, 0.06), (-0.16, 0.16), "linear", "where a command left the hand"),
    Factor("start_z", "m", 0.0, (-0.03, 0.05), (-0.08, 0.12), "linear", "clear of anything stacked"),
    Factor("start_yaw", "rad", 0.0, (-0.30, 0.30), (-0.80, 0.80), "linear", "a turned wrist"),
)  # fmt: skip

SENSING: tuple[Factor, ...] = (
    Factor("position_noise", "m", 0.0, (0.0, 0.002), (0.0, 0.006), "linear", "a tracker's jitter"),
    Factor("orientation_noise", "rad", 0.0, (0.0, 0.03), (0.0, 0.10), "linear", "Dactyl: 0.1 rad"),
    Factor("position_bias", "m", 0.0, (0.0, 0.003), (0.0, 0.008), "linear", "Dactyl: 5 mm per episode"),
    Factor("dropout", "", 0.0, (0.0, 0.10), (0.0, 0.40), "linear", "Dactyl: markers are occluded"),
)

SCENE: tuple[Factor, ...] = (
    Factor(
        "object_size", "", 1.0, (0.94, 1.06), (0.80, 1.10), "linear",
        "Dactyl: x0.95 to 1.05; above 1.1 a tile needs an open hand. Nominal worlds draw it too",
    ),
    Factor("n_objects", "", 3, (2, 4), (1, 5), "whole", "what a sentence does not name distracts"),
    Factor(
        "fixture_shift", "m", 0.0, (-0.02, 0.02), (-0.05, 0.05), "linear",
        "furniture moved, per axis; a given value is how far, and the direction is drawn", True,
    ),
    Factor(
        "fixture_turn", "rad", 0.0, (-0.08, 0.08), (-0.20, 0.20), "linear", "furniture put down by eye", True,
    ),
)  # fmt: skip

LOOKS: tuple[Factor, ...] = (
    Factor(
        "object_tint", "", 0.0, (-0.06, 0.06), (-0.15, 0.15), "linear", "per channel; still the colour", True,
    ),
    Factor("light_x", "m", 0.0, (-0.5, 0.5), (-1.2, 1.2), "linear", "a lamp moved about the room"),
    Factor("light_y", "m", 0.0, (-0.5, 0.5), (-1.2, 1.2), "linear", "a lamp moved about the room"),
    Factor("light_red", "", 1.0, (0.9, 1.1), (0.7, 1.3), "linear", "warm to cold light"),
    Factor("light_green", "", 1.0, (0.95, 1.05), (0.85, 1.15), "linear", "warm to cold light"),
    Factor("light_blue", "", 1.0, (0.9, 1.1), (0.7, 1.3), "linear", "warm to cold light"),
    Factor("light_ambient", "", 0.62, (0.5, 0.7), (0.35, 0.85), "linear", "dusk to noon"),
    Factor("camera_x", "m", 0.0, (-0.02, 0.02), (-0.06, 0.06), "linear", "a tripod put back by eye"),
    Factor("camera_y", "m", 0.0, (-0.02, 0.02), (-0.06, 0.06), "linear", "a tripod put back by eye"),
    Factor("camera_z", "m", 0.0, (-0.03, 0.03), (-0.08, 0.08), "linear", "a tripod put back by eye"),
    Factor("camera_field", "", 1.0, (0.97, 1.03), (0.93, 1.10), "linear", "another lens of the same make"),
)  # fmt: skip

FACTORS = (*PHYSICS, *SENSING, *SCENE, *LOOKS)
REGIMES: tuple[Regime, ...] = ("train", "held_out")

_BY_NAME = {factor.name: factor for factor in FACTORS}


def factor_named(name: str) -> Factor:
    """The factor of that name; a KeyError is a mistake of the program."""
    return _BY_NAME[name]
