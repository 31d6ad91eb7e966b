"""Chains: five commands in a row on one desk, no reset in between; the first failure ends the chain.

This is the protocol LH-MTLC of CALVIN (Mees et al. 2022, arXiv:2112.03227) for our families. Which
orders are feasible is foreseen without physics: before each command a `Belief` holds a handful of desks
as they may be by then, and a goal is asked for only where `sim.desk.tasks.families.possible` holds on all of
them and the hand is free for it. Goals and things are as in training; the sentences are of the level
"paraphrase". No family occurs twice in a chain.

The chains are shipped as chains.json, so that everybody runs the same ones; `python -m data.trials.chains`
rewrites it. A chain is a pure function of its number, and what it asks for does not depend on the
words: another lexicon gives other sentences for the same goals.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data.common.atomic_io import write_atomic
from data.common.checksums import KEY, digest, read_sealed
from data.language.grammar import Describer, Grammar
from data.language.held_out import split_named
from sim.common.seeds import rng_of
from sim.desk.layouts import DOOR_TRAVEL, DRAWER_TRAVEL
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import SceneConfig, draw_scene, initial_state
from sim.desk.tasks import conditions as when
from sim.desk.tasks.conditions import BACKWARD, FORWARD, LEFT, RIGHT, Direction, Where
from sim.desk.tasks.families import TASKS, Goal, possible, task_named
from sim.desk.tasks.goal_draw import drawn_goals
from sim.desk.tasks.predicates import DOOR, DRAWER, DRAWER_OPEN, DRAWER_SHUT, LAMP, LED, in_drawer, in_tray
from sim.state import Array, State, yaw_of

N_CHAINS, LENGTH = 1000, 5
SPLIT = split_named("paraphrase")
SCENES = SceneConfig(n_objects=3, objects=SPLIT.objects)  # every layout, and furniture as it comes
DESKS = 8  # imagined in a belief
DRAG, FALL = 0.045, 0.07  # m: how far a hand drags what it has put down as it leaves, or throws a stack
SEED, VERSION, FILE = 7, 1, "chains.json"

# How much a family is preferred where it is feasible, if not 1: what needs a rare situation comes first.
APPEAL = {"take_out_of_drawer": 12.0, "unstack": 6.0, "put_in_drawer": 2.5, "put_behind": 1.5}
APPEAL |= dict.fromkeys(("push_forward", "push_backward", "push_left", "push_right"), 3.5)
APPEAL |= dict.fromkeys(("turn_on_led", "turn_off_led"), 2.0)
APPEAL |= dict.fromkeys(("lift", "stack", "put_in_tray", "turn_on_lamp", "turn_off_lamp"), 0.6)


class ChainsDamaged(ValueError):
    """The chains that are shipped are not as they were."""


class Chain(NamedTuple):
    """Five commands, to be given one after another on one desk."""

    seed: int  # the scene's
    goals: tuple[Goal, ...]  # (5,)
    sentences: tuple[str, ...]  # (5,)


class Belief(NamedTuple):
    """What is known of the desk when a command is given."""

    states: tuple[State, ...]  # desks as they may be by now; at the start, the real one alone
    last: Goal | None = None  # what has just been reached: it says where the hand is


def scene_of(chain: Chain) -> Scene:
    """The desk on which the chain begins: a pure function of its seed."""
    return draw_scene(chain.seed, SCENES)


# -- what a success leaves behind ----------------------------------------------------------------

Rng = np.random.Generator
Vec = tuple[float, float, float]
Effect = Callable[[State, Goal, Rng], State]
"""(desk, goal, generator) -> a desk on which the goal has just been reached."""


def _slid(state: State, joint: int, value: float) -> State:
    """Drawer or door at another place, m, with its handle and, for the drawer, what is in it."""
    yaw, low, high = float(state.fixture_yaw[joint]), -DOOR_TRAVEL, DOOR_TRAVEL
    way, inside = np.array([-np.sin(yaw), np.cos(yaw)]), []
    if joint == DRAWER:
        way, low, high = np.array([-np.cos(yaw), -np.sin(yaw)]), 0.0, DRAWER_TRAVEL
        inside = [i for i in range(state.n_objects) if in_drawer(state, i)]
    joints, points, objects = state.joints.copy(), state.fixture_pos.copy(), state.object_pos.copy()
    joints[joint] = np.clip(value, low, high)
    points[joint, :2] += (joints[joint] - state.joints[joint]) * way
    objects[inside, :2] += (joints[joint] - state.joints[joint]) * way
    return state._replace(joints=joints, fixture_pos=points, object_pos=objects)


def _lit(state: State, light: int, on: bool) -> State:
    lights = state.lights.copy()
    lights[light] = float(on)
    return state._replace(lights=lights)


def _object_at(state: State, obj: int, xyz: Array, turn: float = 0.0) -> State:
    """The object at another place and turned about z, upright."""
    pos, quat = state.object_pos.copy(), state.object_quat.copy()
    half = (float(yaw_of(quat[obj])) + turn) / 2
    pos[obj], quat[obj] = xyz, (0.0, 0.0, np.sin(half), np.cos(half))
    return state._replace(object_pos=pos, object_quat=quat)


def _moved(shift: Vec, spread: Vec, turn: tuple[float, float]) -> Effect:
    """Away from where it is by the shift, give or take the spread, m; turned by between two angles, rad."""

    def effect(state: State, goal: Goal, rng: Rng) -> State:
        xyz = state.object_pos[goal.object] + shift + rng.uniform(-1, 1, 3) * spread
        return _object_at(state, goal.object, xyz, rng.uniform(*turn))

    return effect


def _pushed(way: Direction) -> Effect:
    """By 6 to 14 cm: what is round rolls on for a while."""
    spread = (0.04, 0.02, 0.0) if way[0] else (0.02, 0.04, 0.0)
    return _moved((0.10 * way[0], 0.10 * way[1], 0.0), spread, (-0.4, 0.4))


def _put(where: Where, spread: tuple[float, float]) -> Effect:
    """At the place to which the expert takes it, give or take the spread in x and y, m."""

    def effect(state: State, goal: Goal, rng: Rng) -> State:
        spot = where(state, goal.object, goal.other)
        assert spot is not None, f"{goal} was asked for where there is no room for it"
        xy = spot.xy + rng.uniform(-1, 1, 2) * spread
        z = spot.support + float(state.object_size[goal.object, 2]) / 2
        return _object_at(state, goal.object, np.array([*xy, z]), rng.uniform(-np.pi, np.pi))

    return effect


PUSHES = {"push_left": LEFT, "push_right": RIGHT, "push_forward": FORWARD, "push_backward": BACKWARD}
SIDES = {"put_left_of": LEFT, "put_right_of": RIGHT, "put_in_front_of": BACKWARD, "put_behind": FORWARD}
EFFECTS: dict[str, Effect] = {
    "open_drawer": lambda s, _, rng: _slid(s, DRAWER, rng.uniform(DRAWER_OPEN, DRAWER_TRAVEL)),
    "close_drawer": lambda s, _, rng: _slid(s, DRAWER, rng.uniform(0.0, DRAWER_SHUT)),
    "slide_door_left": lambda s, _, rng: _slid(s, DOOR, s.joints[DOOR] + rng.uniform(0.10, 0.15)),
    "slide_door_right": lambda s, _, rng: _slid(s, DOOR, s.joints[DOOR] - rng.uniform(0.10, 0.15)),
    "turn_on_led": lambda s, *_: _lit(s, LED, True),
    "turn_off_led": lambda s, *_: _lit(s, LED, False),
    "turn_on_lamp": lambda s, *_: _lit(s, LAMP, True),
    "turn_off_lamp": lambda s, *_: _lit(s, LAMP, False),
    "lift": _moved((0, 0, 0.075), (0.01, 0.01, 0.025), (-0.2, 0.2)),
    **{name: _pushed(way) for name, way in PUSHES.items()},
    "rotate_left": _moved((0, 0, 0), (0.015, 0.015, 0), (0.6, 0.95)),
    "rotate_right": _moved((0, 0, 0), (0.015, 0.015, 0), (-0.95, -0.6)),
    "unstack": _put(when.on_free_desk, (0.02, 0.02)),
    "put_in_drawer": _put(when.inside_drawer, (0.015, 0.015)),
    "take_out_of_drawer": _put(when.on_free_desk, (0.02, 0.02)),
    "put_in_tray": _put(when.inside_tray, (0.025, 0.04)),
    "stack": _put(when.on_top, (0.008, 0.008)),
    **{name: _put(when.beside_on(side), (0.02, 0.02)) for name, side in SIDES.items()},
}
"""What each family leaves behind. The spreads are those of a fair success, wider than the expert's."""

# -- what may be asked for -----------------------------------------------------------------------

GRASPING = frozenset(task.name for task in TASKS if task.manner in ("carried", "turned"))
PRESSING = frozenset({"turn_on_led", "turn_off_led"})
DRAWER_PULLING = frozenset({"open_drawer", "close_drawer"})
FIST = PRESSING | PUSHES.keys()  # what a hand does with closed fingers


def feasible(belief: Belief, goal: Goal) -> bool:
    """Whether the goal can be reached in one act on every desk of the belief."""
    return (belief.last is None or _hand_may_go_on(belief.last, goal)) and all(
        possible(goal, state) and _in_the_clear(state, goal) for state in _once_left(belief, goal)
    )


def _hand_may_go_on(last: Goal, goal: Goal) -> bool:
    """Whether the hand can begin this as the last success left it: it gets no time to let go and leave."""
    if last.task == "lift":  # what hangs in the air is to be put somewhere
        return goal.object == last.object and goal.task in (*SIDES, "stack", "put_in_tray", "put_in_drawer")
    if goal.task in FIST and last.task in GRASPING | DRAWER_PULLING:
        return False  # it would close on what is between the fingers, and take it along
    if last.task in PRESSING:  # the button has to come up first
        return goal.task not in PRESSING
    if last.task in DRAWER_PULLING:  # open fingers catch on the handle
        return goal.object < 0
    return last.object < 0 or goal.other != last.object  # it moves yet, and is no landmark


def _once_left(belief: Belief, goal: Goal) -> tuple[State, ...]:
    """The desks when the hand has gone from where its last success left it to where it begins the goal."""
    states, last = belief.states, belief.last
    if last is None or last.object == goal.object >= 0:
        return states
    if last.task in GRASPING:
        return tuple(_dragged(state, last, i) for i, state in enumerate(states))
    if task_named(last.task).fixture == "lever switch" and goal.task in FIST:  # it may take the lever back
        return tuple(_lit(s, LAMP, bool(s.lights[LAMP] > 0.5) ^ bool(i % 2)) for i, s in enumerate(states))
    return states


def _dragged(state: State, last: Goal, i: int) -> State:
    """What has just been let go of, a little away; of the stacks, every other one is upset."""
    pos = state.object_pos[last.object].copy()
    way = np.array([np.cos(2 * np.pi * i / DESKS), np.sin(2 * np.pi * i / DESKS)])
    if last.task != "stack":
        pos[:2] += DRAG * way
    elif i % 2:
        pos = np.array([*(pos[:2] + FALL * way), float(state.object_size[last.object, 2]) / 2])
    return _object_at(state, last.object, pos)


def _in_the_clear(state: State, goal: Goal) -> bool:
    """Whether what is to be handled can be, and nothing stands where the drawer comes out."""
    if goal.task == "open_drawer":
        return not any(_near_drawer(state, i, DRAWER_TRAVEL) for i in range(state.n_objects))
    if goal.task == "take_out_of_drawer":  # what is long may lie crosswise: no room for the fingers
        return bool(np.ptp(state.object_size[goal.object, :2]) < 0.01)
    if goal.task in SIDES:  # nothing stands on the landmark, and it is some way to go
        there = when.beside_on(SIDES[goal.task])(state, goal.object, goal.other)
        far = there is not None and np.hypot(*(there.xy - state.object_pos[goal.object, :2])) > 0.08
        if not far or not when.graspable(goal.other, state):
            return False
    things = [i for i in (goal.object, goal.other) if i >= 0]
    return not any(in_drawer(state, i) or in_tray(state, i) or _near_drawer(state, i, 0.0) for i in things)


def _near_drawer(state: State, obj: int, travel: float) -> bool:
    """Where the drawer is, or comes to when it is pulled so much farther, m; but not inside it."""
    yaw = float(state.fixture_yaw[DRAWER])
    gap = state.object_pos[obj, :2] - state.fixture_pos[DRAWER, :2]
    deep, aside = gap @ (np.cos(yaw), np.sin(yaw)), gap @ (-np.sin(yaw), np.cos(yaw))
    return bool(deep > -travel - 0.06 and abs(aside) < 0.17 and not in_drawer(state, obj))


# -- drawing -------------------------------------------------------------------------------------


def beliefs(seed: int, goals: tuple[Goal, ...]) -> Iterator[Belief]:
    """What is known before each of the goals, and after the last: one more than there are goals."""
    belief, rng = Belief((initial_state(draw_scene(seed, SCENES)),)), rng_of("effects", seed)
    yield belief
    for goal in goals:
        before = _once_left(belief, goal)
        states = (EFFECTS[goal.task](before[i % len(before)], goal, rng) for i in range(DESKS))
        belief = Belief(tuple(states), goal)
        yield belief


def draw_chain(number: int, describer: Describer) -> Chain:
    """The chain of that number."""
    rng, words = rng_of("chain", SEED, number), rng_of("chain", SEED, number, LENGTH)
    seed, goals, names = 0, (), ()
    while len(goals) < LENGTH:
        seed = seed if goals else int(rng.integers(2**31))
        names = draw_scene(seed, SCENES).names
        *_, belief = beliefs(seed, goals)
        goal = _next_goal(belief, names, {goal.task for goal in goals}, rng)
        goals = (*goals, goal) if goal else ()
    return Chain(seed, goals, tuple(describer.describe(goal, names, words, 1)[0] for goal in goals))


def _next_goal(belief: Belief, names: tuple[str, ...], done: set[str], rng: Rng) -> Goal | None:
    """A goal of a family that is not done yet, by weighted random draw; None if none is feasible."""
    families = [task_named(name) for name in EFFECTS]
    drawn = drawn_goals(rng, families, APPEAL, len(names), skip=done)
    return next((goal for goal in drawn if SPLIT.allows(goal, names) and feasible(belief, goal)), None)


# -- the file ------------------------------------------------------------------------------------


def as_text(chains: tuple[Chain, ...]) -> str:
    """The file: a header, and one chain a line."""
    header = {
        "version": VERSION,
        "made_by": "python -m data.trials.chains",
        "level": SPLIT.name,
        "seed": SEED,
    }
    header[KEY] = digest({**header, "chains": [chain._asdict() for chain in chains]})
    rows = ",\n".join(json.dumps(chain._asdict(), separators=(",", ":")) for chain in chains)
    return json.dumps(header, indent=0).removesuffix("\n}") + f',\n"chains": [\n{rows}\n]\n}}\n'


@cache
def read_chains() -> tuple[Chain, ...]:
    """The chains that are shipped; raises `ChainsDamaged`."""
    path = Path(str(files("data.trials").joinpath(FILE)))
    raw = read_sealed(path)
    if raw is None:
        raise ChainsDamaged(f"{path} is damaged; `python -m data.trials.chains` makes it again")
    return tuple(
        Chain(row["seed"], tuple(Goal(*goal) for goal in row["goals"]), tuple(row["sentences"]))
        for row in raw["chains"]
    )


def main() -> None:
    """Rewrite the file."""
    grammar = Grammar(SPLIT.name)
    text = as_text(tuple(draw_chain(number, grammar) for number in range(N_CHAINS)))
    write_atomic(Path(__file__).with_name(FILE), text)


if __name__ == "__main__":
    main()
