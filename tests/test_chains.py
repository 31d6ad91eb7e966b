"""Chains of five commands: the shipped file, and the rules by which their order is feasible."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from data.language.grammar import Grammar
from data.language.splits import goal_split, held_out_words_in, why_held_out
from data.trials.chains import (
    LENGTH,
    N_CHAINS,
    Belief,
    NotForChains,
    beliefs,
    draw_chain,
    feasible,
    read_chains,
    scene_of,
    symbols_of,
)
from sim.desk.scenes.sampler import initial_state
from sim.desk.tasks.families import TASKS, task_named
from sim.kinds.desk import DESK
from sim.state import State
from sim.task import Goal, goals_of
from tests.states import HALF, in_drawer, in_tray, state_with

CHAINS = read_chains()
SOME = CHAINS[::4]

MOMENTARY = ("lift", "push", "rotate", "slide")  # families that can be asked for again at once
SWITCHES = {  # (lid or light, how it is once it is done)
    "open_drawer": ("drawer", True),
    "close_drawer": ("drawer", False),
    "turn_on_led": ("led", True),
    "turn_off_led": ("led", False),
    "turn_on_lamp": ("lamp", True),
    "turn_off_lamp": ("lamp", False),
}


def known(state: State, last: Goal | None = None) -> Belief:
    """A desk that is known exactly, with the hand where that goal has left it."""
    return Belief((state,), last)


def test_the_file_holds_a_thousand_chains_of_five_different_families() -> None:
    assert len(CHAINS) == N_CHAINS == 1000
    for chain in CHAINS:
        assert len(chain.sentences) == len({goal.task for goal in chain.goals}) == LENGTH == 5


def test_no_two_chains_begin_on_the_same_desk() -> None:
    assert len({chain.seed for chain in CHAINS}) == N_CHAINS


def test_every_family_is_asked_for_at_least_a_hundred_times() -> None:
    counts = Counter(goal.task for chain in CHAINS for goal in chain.goals)
    assert set(counts) == {task.name for task in TASKS if task.symbols} == {task.name for task in TASKS}
    assert min(counts.values()) >= 100


def test_every_goal_is_one_that_its_scene_offers() -> None:
    for chain in CHAINS:
        n = len(scene_of(chain).objects)
        assert all(goal in goals_of(task_named(goal.task), n) for goal in chain.goals)


def test_goals_and_things_are_those_of_training() -> None:
    for chain in CHAINS:
        names = scene_of(chain).names
        assert len(set(names)) == len(names)
        assert {goal_split(goal, names) for goal in chain.goals} == {"train"}


@pytest.mark.long
def test_sentences_are_new_but_none_of_their_words_is() -> None:
    for chain in CHAINS:
        names = scene_of(chain).names
        for goal, sentence in zip(chain.goals, chain.sentences, strict=True):
            assert not held_out_words_in(sentence)
            assert why_held_out(sentence, goal, names) == "its wording is held out for the level paraphrase"


def test_the_first_command_is_possible_on_the_desk_that_is_drawn() -> None:
    assert all(DESK.possible(chain.goals[0], initial_state(scene_of(chain))) for chain in CHAINS)


def test_every_command_is_foreseen_to_be_feasible_when_its_turn_comes() -> None:
    for chain in SOME:
        for belief, goal in zip(beliefs(chain.seed, chain.goals), chain.goals, strict=False):
            assert feasible(belief, goal), (chain, goal)


def test_what_lasts_is_foreseen_to_be_done_once_it_is_done() -> None:
    for chain in SOME:
        _, *later = beliefs(chain.seed, chain.goals)
        for belief, goal in zip(later, chain.goals, strict=True):
            done = [not DESK.possible(goal, state) for state in belief.states]
            assert all(done) or goal.task.startswith(MOMENTARY), (chain, goal)


def test_what_is_open_or_on_is_neither_opened_nor_switched_on_again() -> None:
    for chain in CHAINS:
        scene = scene_of(chain)
        now = {"drawer": scene.joints[0] > 0.1, "led": scene.led, "lamp": scene.joints[3] > 0}
        for goal in chain.goals:
            if goal.task in SWITCHES:
                thing, becomes = SWITCHES[goal.task]
                assert now[thing] != becomes, chain
                now[thing] = becomes
            assert now["drawer"] or goal.task not in ("put_in_drawer", "take_out_of_drawer"), chain


def test_what_is_lifted_is_put_somewhere_next() -> None:
    for chain in CHAINS:
        for goal, then in pairwise(chain.goals):
            put = then.object == goal.object and task_named(then.task).manner == "carried"
            assert put or goal.task != "lift", chain


@pytest.mark.parametrize(("put", "undo"), [("stack", "unstack"), ("put_in_drawer", "take_out_of_drawer")])
def test_what_a_leaving_hand_may_upset_is_undone_at_once_or_not_at_all(put: str, undo: str) -> None:
    for chain in CHAINS:
        made = {goal.object: i for i, goal in enumerate(chain.goals) if goal.task == put}
        for i, goal in enumerate(chain.goals):
            if goal.task == undo and made.get(goal.object, i) < i:
                assert made[goal.object] == i - 1, chain


def test_what_has_been_put_in_the_drawer_is_only_taken_out_again() -> None:
    for chain in CHAINS:
        inside: set[int] = set()
        for goal in chain.goals:
            if goal.task == "take_out_of_drawer":
                inside.discard(goal.object)
            assert not {goal.object, goal.other} & inside
            if goal.task == "put_in_drawer":
                inside.add(goal.object)


def test_what_carries_something_is_left_alone() -> None:
    for chain in CHAINS:
        below: dict[int, int] = {}
        for goal in chain.goals:
            below.pop(goal.object, None)
            assert not {goal.object, goal.other} & set(below.values()), chain
            if goal.task == "stack":
                below[goal.object] = goal.other


def test_a_chain_drawn_again_is_the_chain_in_the_file() -> None:
    grammar = Grammar("paraphrase")
    for number in (0, 1, 2, 500, 999):
        assert draw_chain(number, grammar) == CHAINS[number]


def test_what_is_asked_for_does_not_depend_on_the_words() -> None:
    class Mumbler:
        def describe(self, goal: Goal, names: tuple[str, ...], rng: np.random.Generator, n: int) -> list[str]:
            return ["hm"]

        def forbid(self, goal: Goal, names: tuple[str, ...], rng: np.random.Generator, n: int) -> list[str]:
            return []

    assert draw_chain(3, Mumbler()).goals == CHAINS[3].goals


# -- the rules, one by one -----------------------------------------------------------------------


def test_a_drawer_is_not_opened_against_what_stands_before_it() -> None:
    before_it = state_with(objects=1, pos={0: (0.50, 0.23, HALF)})
    assert feasible(known(state_with(objects=1)), Goal("open_drawer"))
    assert not feasible(known(before_it), Goal("open_drawer"))


def test_a_goal_is_asked_for_only_if_it_is_possible_on_every_desk() -> None:
    shut, out = state_with(objects=1, drawer=0.0), state_with(objects=1, drawer=0.15)
    assert feasible(Belief((shut, shut)), Goal("open_drawer"))
    assert not feasible(Belief((shut, out)), Goal("open_drawer"))


def test_what_is_in_the_tray_or_the_drawer_is_not_handled_there() -> None:
    goals = [goal for task in TASKS for goal in goals_of(task, 3) if 0 in goal[1:]]
    tray = known(state_with(pos={0: in_tray()}))
    drawer = known(state_with(pos={0: in_drawer(0.15)}, drawer=0.15))
    assert {goal.task for goal in goals if feasible(tray, goal)} == set()
    assert {goal.task for goal in goals if feasible(drawer, goal)} == {"take_out_of_drawer"}


@pytest.mark.parametrize("task", ["turn_on_led", "push_left"])
@pytest.mark.parametrize("last", [Goal("rotate_left", 0), Goal("put_in_tray", 0), Goal("close_drawer")])
def test_a_hand_that_is_about_something_is_not_asked_to_make_a_fist(task: str, last: Goal) -> None:
    goal = Goal(task, 1 if task == "push_left" else -1)
    assert feasible(known(state_with(objects=2)), goal)
    assert not feasible(known(state_with(objects=2), last), goal)


def test_the_button_is_not_pressed_twice_running() -> None:
    lit = state_with(led=True)
    assert not feasible(known(lit, Goal("turn_on_led")), Goal("turn_off_led"))
    assert feasible(known(lit, Goal("turn_on_lamp")), Goal("turn_off_led"))


def test_a_family_that_says_nothing_of_what_it_leaves_behind_is_refused() -> None:
    with pytest.raises(NotForChains, match="no chain can ask for lift"):
        symbols_of(replace(task_named("lift"), symbols=None))
