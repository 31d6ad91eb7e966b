"""A world of your own, whole: pucks on a plane, shoved and parked by a hand that is a point. NumPy alone.

docs/bring-your-own-world.md takes it from `robopolicy play env=examples.pucks:PUCKS` to commands.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sim.common.seeds import rng_of
from sim.desk.scenes.sampler import SceneConfig
from sim.kinds.skill_player import SkillPlayer
from sim.state import POS, SIZE, THING_DIM, Array, State
from sim.task import DONE, Hindrance, Task, Truth
from sim.world import WorldKind
from sim.world_spec import ActionSpec, Fixture, WorldSpec

WIDTH, HEIGHT = 0.04, 0.02  # m, of a puck
TOUCH = 0.04  # m between the middles of the hand and a puck that it shoves
LOW, HIGH = 0.01, 0.10  # m: heights of the hand, on the plane and above it
MAT = np.array([0.30, 0.25, 0.0])
ON_MAT = 0.05  # m from its middle
SHOVED = 0.08  # m

SPEC = WorldSpec(
    name="examples.pucks:PUCKS",
    robot="point",
    control_hz=5,
    action=ActionSpec(shift=0.1, turn=0.5, opening=0.06),
    workspace=((-0.5, -0.5, LOW), (0.5, 0.5, 0.2)),
    middle=(0.0, 0.0, 0.0),
    open_hand=0.05,
    most_objects=3,
    fixtures=(Fixture("mat"),),
)


def shoved_left(before: State, after: State, obj: int, other: int = -1) -> Truth:
    """Whether it went 8 cm to the left, along y, and not far aside."""
    shift = after.pos(obj) - before.pos(obj)
    return (shift[..., 1] > SHOVED) & (np.abs(shift[..., 0]) < 0.05) & (after.pos(obj)[..., 2] < HEIGHT)


def on_mat(state: State, obj: int, other: int = -1) -> Truth:
    """Whether it lies there, let go of."""
    gap, free = state.pos(obj) - state.pos("mat"), state.gripper > SPEC.open_hand
    return (np.hypot(gap[..., 0], gap[..., 1]) < ON_MAT) & (gap[..., 2] < HEIGHT) & free


def parked(before: State, after: State, obj: int, other: int = -1) -> Truth:
    """Whether it came to lie on the mat."""
    return on_mat(after, obj) & ~on_mat(before, obj)


def go(state: State, target: Array, grip: float) -> Array:
    """Straight towards a point, m."""
    return np.array([*np.clip((target - state.ee_pos) / SPEC.action.shift, -1, 1), 0, 0, 0, grip])


def come_to(state: State, point: Array, grip: float) -> Array:
    """Over the plane to above a point, then down on it."""
    there, high = np.hypot(*(point - state.ee_pos)[:2]) < 0.01, state.ee_pos[2] > HIGH - 0.01
    if not there and not high:
        return go(state, np.array([*state.ee_pos[:2], HIGH]), grip)
    return go(state, point if there else np.array([*point[:2], HIGH]), grip)


def shove(state: State, obj: int, other: int, style: Any) -> Array:
    """Come down behind it with a fist, and push."""
    x, y, _ = state.pos(obj)
    fist = state.gripper < 0.01 or state.ee_pos[2] > HIGH - 0.01  # made up there, where it takes no puck
    if fist and abs(state.ee_pos[0] - x) < 0.02 and -0.1 < state.ee_pos[1] - y < -0.03:
        return go(state, np.array([x, min(state.ee_pos[1] + 0.04, y), LOW]), -1.0)
    return come_to(state, np.array([x, y - 0.07, LOW]), -1.0 if fist else 1.0)


def park(state: State, obj: int, other: int, style: Any) -> Array:
    """Grasp it, lift it, carry it, put it down and let go."""
    gap = state.pos(obj) - state.ee_pos
    if np.hypot(*gap[:2]) > 0.012 or abs(gap[2]) > 0.012:
        return come_to(state, np.array([*state.pos(obj)[:2], LOW]), 1.0)
    if np.hypot(*(MAT - state.ee_pos)[:2]) < 0.02:
        return go(state, np.array([*MAT[:2], LOW]), 1.0 if state.ee_pos[2] < HEIGHT else -1.0)
    held = state.gripper < SPEC.open_hand
    if held and state.ee_pos[2] < HIGH - 0.01:
        return go(state, np.array([*state.ee_pos[:2], HIGH]), -1.0)
    return go(state, np.array([*MAT[:2], HIGH]) if held else state.ee_pos, -1.0)


TASKS = (
    Task(
        "shove_left",
        shoved_left,
        ("shove|push|slide|move {object} to_the_left|left|leftwards",),
        held_out=("move {object} leftwards", "slide {object} left"),
        possible=lambda state, obj, other: bool(abs(state.pos(obj)[1]) < 0.35),
        skill=shove,
        arguments=1,
        manner="pushed",
        told="shoved {object} to the left",
    ),
    Task(
        "park",
        parked,
        ("put|place|park|set|drop|bring|carry {object} on|onto {fixture}",),
        held_out=("carry {object} onto {fixture}", "drop {object} on {fixture}"),
        possible=lambda state, obj, other: not on_mat(state, obj),
        hindered=lambda state, obj, other: (
            Hindrance(DONE, "{0} is on the mat already", (obj,)) if on_mat(state, obj) else None
        ),
        skill=park,
        arguments=1,
        fixture="mat",
        manner="carried",
        told="put {object} on {fixture}",
    ),
)


# -- the world ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PuckScene:
    """Where the pucks lie."""

    seed: int
    names: tuple[str, ...]
    places: tuple[tuple[float, float], ...]  # m

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class Pucks:
    """A plane with pucks that runs."""

    def build(self, scene: PuckScene) -> State:
        self._scene, self._held = scene, -1
        self._hand = np.array([0.0, 0.0, HIGH, 1.0, 0.0, 0.0, 0.0, SPEC.action.opening])
        self._things = np.zeros((len(scene.names) + 1, THING_DIM))
        self._things[:, 6] = 1.0
        self._things[:-1, :2], self._things[:-1, 2] = np.array(scene.places).reshape(-1, 2), HEIGHT / 2
        self._things[:-1, SIZE], self._things[-1, POS] = (WIDTH, WIDTH, HEIGHT), MAT
        return self.state()

    def step(self, action: Any) -> State:
        a = np.clip(np.asarray(action, float), -1, 1)
        grip, hand, pucks = a[6] > 0, self._hand, self._things[:-1]
        near = np.linalg.norm(pucks[:, POS] - hand[POS], axis=1)
        closes = not grip and hand[7] > WIDTH  # on what is there, and on nothing once it is a fist
        self._held = -1 if grip else int(near.argmin()) if closes and near.min() < 0.018 else self._held
        hand[7] = SPEC.action.opening if grip else WIDTH if self._held >= 0 else 0.0
        for _ in range(10):
            hand[POS] = np.clip(hand[POS] + SPEC.action.shift * a[:3] / 10, *SPEC.workspace)
            gap = pucks[:, :2] - hand[:2]
            away = np.maximum(np.linalg.norm(gap, axis=1, keepdims=True), 1e-6)
            if self._held < 0 and not grip and hand[2] < HEIGHT:  # a fist shoves
                pucks[:, :2] += np.maximum(TOUCH - away, 0) * gap / away
        pucks[:, 2] = HEIGHT / 2
        if self._held >= 0:
            pucks[self._held, POS] = hand[POS]
        return self.state()

    def state(self) -> State:
        n = len(self._scene.names)
        return State(self._hand.copy(), self._things.copy(), (*self._scene.names, "mat"), n)

    def close(self) -> None:
        """There is nothing to give back."""


class PuckKind(WorldKind):
    """Pucks on a plane."""

    spec, tasks = SPEC, TASKS

    def draw(self, seed: int, config: SceneConfig) -> PuckScene:
        rng = rng_of("pucks", seed)
        colours = rng.permutation(sorted({colour for colour, _ in config.objects}))[: config.n_objects]
        spots = rng.permutation([(x, y) for x in (-0.3, -0.1, 0.1) for y in (-0.3, -0.1, 0.1)])[
            : len(colours)
        ]
        places = (spots + rng.uniform(-0.04, 0.04, spots.shape)).tolist()
        return PuckScene(seed, tuple(f"{colour} puck" for colour in colours), tuple(map(tuple, places)))

    def scene_from(self, raw: Any) -> PuckScene:
        return PuckScene(raw["seed"], tuple(raw["names"]), tuple(map(tuple, raw["places"])))

    def open(self, pictures: bool = False) -> Pucks:
        return Pucks()

    def player(self, rng: np.random.Generator, scene: PuckScene) -> SkillPlayer:
        return SkillPlayer(rng, self)


PUCKS = PuckKind()
