"""Chains: five commands in a row on one desk, no reset in between; the first failure ends the chain.

This is the protocol LH-MTLC of CALVIN (Mees et al. 2022, arXiv:2112.03227) for our families. Which
orders are feasible is foreseen without physics: before each command a `Belief` holds a handful of desks
as they may be by then, and a goal is asked for only where it is possible on all of them and the hand is
free for it. What a success leaves behind, each family says itself (`sim.desk.tasks.symbols`). Goals and
things are as in training; the sentences are of the level "paraphrase". No family occurs twice in a chain.

The chains are shipped as chains.json, so that everybody runs the same ones; `python -m data.trials.chains`
rewrites it. A chain is a pure function of its number, and what it asks for does not depend on the
words: another lexicon gives other sentences for the same goals.
"""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data.common.atomic_io import write_atomic
from data.common.checksums import KEY, digest, read_sealed
from data.language.grammar import Describer, Grammar
from data.language.splits import split_named
from sim.common.seeds import rng_of
from sim.desk.scene import Scene
from sim.desk.scenes.sampler import SceneConfig, draw_scene, initial_state
from sim.desk.tasks.families import TASKS, task_named
from sim.desk.tasks.symbols import DESKS, Symbols
from sim.desk.tasks.task import Task
from sim.goal_draw import drawn_goals
from sim.state import State
from sim.task import Goal

N_CHAINS, LENGTH = 1000, 5
SPLIT = split_named("paraphrase")
SCENES = SceneConfig(n_objects=3, objects=SPLIT.objects)  # every layout, and furniture as it comes
SEED, VERSION, FILE = 7, 1, "chains.json"

GRIPPING = ("carried", "turned")  # manners of handling an object that leave it between the fingers
FAMILIES = tuple(task for task in TASKS if task.symbols)  # what a chain may ask for
WEIGHTS = {task.name: task.symbols.weight for task in FAMILIES if task.symbols}


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


# -- what may be asked for -----------------------------------------------------------------------


def feasible(belief: Belief, goal: Goal) -> bool:
    """Whether the goal can be reached in one act on every desk of the belief."""
    task = task_named(goal.task)
    symbols = symbols_of(task)
    return (belief.last is None or _hand_may_go_on(belief.last, goal)) and all(
        task.possible(state, goal.object, goal.other) and symbols.clear(state, goal.object, goal.other)
        for state in _once_left(belief, goal)
    )


def symbols_of(task: Task) -> Symbols:
    """What a planner knows of the family. Raises `NotForChains`."""
    if task.symbols is None:
        raise NotForChains(task.name)
    return task.symbols


class NotForChains(ValueError):
    """The family says nothing of what it leaves behind."""

    def __init__(self, task: str) -> None:
        super().__init__(f"no chain can ask for {task}: its family has no `symbols`")


def _hand_may_go_on(last: Goal, goal: Goal) -> bool:
    """Whether the hand can begin this as the last success left it: it gets no time to let go and leave."""
    before, task = task_named(last.task), task_named(goal.task)
    left, does = symbols_of(before).fingers, symbols_of(task).fingers
    if before.lifts:  # what hangs in the air is to be put somewhere
        return goal.object == last.object and task.sets_down
    if does == "fist" and (before.manner in GRIPPING or left == "handle"):
        return False  # it would close on what is between the fingers, and take it along
    if left == does == "fist" and before.fixture and before.fixture == task.fixture:
        return False  # what has been pressed has to come up first
    if left == "handle":  # open fingers catch on the handle
        return goal.object < 0
    return last.object < 0 or goal.other != last.object  # it moves yet, and is no landmark


def _once_left(belief: Belief, goal: Goal) -> tuple[State, ...]:
    """The desks when the hand has gone from where its last success left it to where it begins the goal."""
    states, last = belief.states, belief.last
    if last is None or last.object == goal.object >= 0:
        return states
    leaving = symbols_of(task_named(last.task)).leaving
    if leaving is None:
        return states
    fist = symbols_of(task_named(goal.task)).fingers == "fist"
    return tuple(leaving(state, last.object, i, fist) for i, state in enumerate(states))


# -- drawing -------------------------------------------------------------------------------------


def beliefs(seed: int, goals: tuple[Goal, ...]) -> Iterator[Belief]:
    """What is known before each of the goals, and after the last: one more than there are goals."""
    belief, rng = Belief((initial_state(draw_scene(seed, SCENES)),)), rng_of("effects", seed)
    yield belief
    for goal in goals:
        before = _once_left(belief, goal)
        effect = symbols_of(task_named(goal.task)).effect
        states = (effect(before[i % len(before)], goal.object, goal.other, rng) for i in range(DESKS))
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


def _next_goal(
    belief: Belief, names: tuple[str, ...], done: set[str], rng: np.random.Generator
) -> Goal | None:
    """A goal of a family that is not done yet, by weighted random draw; None if none is feasible."""
    drawn = drawn_goals(rng, FAMILIES, WEIGHTS, len(names), skip=done)
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
