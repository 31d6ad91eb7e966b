"""A desk with families of its own that take amounts, regions, fixtures and three things, for examinations."""

from math import pi

import numpy as np

from sim.desk.layouts import layout_of
from sim.desk.scene import Scene
from sim.desk.tasks.task import Task
from sim.kinds.desk import DeskKind
from sim.state import POS, State
from sim.task import Amount, Goal, Region


def never(before: State, after: State, *given: object) -> np.ndarray:
    """A judge, or what else must be true of an amount."""
    return np.zeros(after.gripper.shape, bool)


def may(state: State, *given: object) -> bool:
    """A condition."""
    return True


def still(*given: object) -> np.ndarray:
    """A skill."""
    return np.zeros(7)


def amount(word: str, unit: str, one: float, least: float, most: float, needed: bool = False) -> Amount:
    """An amount that nothing is measured of."""
    return Amount(
        word, unit, one, least, most, lambda *a: np.zeros(()), lambda a: 0.0, never, may, still, needed
    )


def family(name: str, arguments: int = 0, **more: object) -> Task:
    """A family that is possible anywhere and done nowhere, unless told otherwise."""
    return Task(name, never, (), possible=may, skill=still, arguments=arguments, **more)  # type: ignore[arg-type]


def outside(state: State, obj: int, other: int, region: Region) -> bool:
    """Whether the object is not in the region yet."""
    return not bool(region.holds(state.pos(obj)[:2]))


MORE_TASKS = (
    family("shift", 1, amount=amount("by", "m", 1.0, 0.03, 0.20)),
    family("spin", 1, amount=amount("by", "degrees", pi / 180, pi / 9, pi, needed=True)),
    family("set_drawer", amount=amount("to", "share of its travel", 0.18, 0.0, 0.18)),
    Task("settle_at", never, (), possible=outside, skill=still, arguments=1, in_region=True),
    family("visit", 1, about_fixtures=True),
    family("beside", 2, about_fixtures=True),
    family("amid", 3),
    family("hover", 1, about_fixtures=True),
    family("close_hand"),
)


class StandInDesk(DeskKind):
    """The desk with those families, which foresees what the symbolic effects of chains do."""

    more_tasks = MORE_TASKS
    regions = ("left", "far left")

    def region(self, scene: Scene, name: str) -> Region:
        (x0, x1), (y0, y1) = layout_of(scene.layout, scene.shifts).area
        return Region(name, (x1 - (x1 - x0) / 3 if "far" in name else x0, x1), (y1 - (y1 - y0) / 3, y1))

    def foreseen(self, goal: Goal, state: State, rng: np.random.Generator) -> State:
        symbols = getattr(self.task(goal.task), "symbols", None)
        if symbols:
            return symbols.effect(state, goal.object, goal.other, rng)
        hand = state.hand.copy()
        if goal.task == "close_hand":
            hand[7] = 0.0
        if goal.task == "hover":
            hand[POS] = state.pos(goal.object) + [0.0, 0.0, 0.1]
        return state._replace(hand=hand)


STAND_IN = StandInDesk()
