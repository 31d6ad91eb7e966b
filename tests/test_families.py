"""A family is one entry: one that is defined here alone goes all the way."""

import numpy as np
import pytest

from data.language.grammar import Grammar
from data.language.naming import tell
from data.language.splits import training_goal
from data.relabel.hindsight import reached_goals, relabel_episode
from data.store.episode import EpisodeRecord
from sim.desk.contact import Truth, released
from sim.desk.scenes.sampler import SceneConfig, initial_state
from sim.desk.simulator import World
from sim.desk.tasks.families import TASKS
from sim.desk.tasks.geometry import on_desk
from sim.desk.tasks.hindrances import take
from sim.desk.tasks.motions import put
from sim.desk.tasks.room import Spot, graspable, is_clear
from sim.desk.tasks.task import Task
from sim.kinds.desk import DESK, DeskKind
from sim.state import State, stack
from sim.task import Goal, UnknownTask, goals_of

NAME = "put_in_the_middle"
MIDDLE = np.array([0.45, 0.0])  # m, of the desk
NEAR, FAR = 0.03, 0.10  # m from it: there, and not there yet
STEPS, AFTER = 60, 6  # control steps: to do it in at most, and to look on afterwards


def distance(state: State, obj: int) -> np.ndarray:
    gap = state.pos(obj)[..., :2] - MIDDLE
    return np.hypot(gap[..., 0], gap[..., 1])


def judge(before: State, after: State, obj: int, other: int = -1) -> Truth:
    there = (distance(before, obj) >= FAR) & (distance(after, obj) <= NEAR)
    return there & on_desk(after, obj) & released(after, obj)


def can_be_put(state: State, obj: int, other: int = -1) -> bool:
    far = distance(state, obj) >= FAR and bool(on_desk(state, obj))
    return bool(far) and graspable(obj, state) and is_clear(state, MIDDLE, (obj,), 0.09)


def middle(state: State, obj: int, other: int = -1) -> Spot:
    return Spot(MIDDLE, 0.0)


CENTRE = Task(
    NAME,
    judge,
    ("put|place|set {object} in the middle", "bring|carry {object} to the middle |of_the_desk"),
    ("{object} is in the middle",),
    held_out=("set {object} in the middle",),
    possible=can_be_put,
    hindered=take,
    skill=put(middle),
    arguments=1,
    manner="carried",
    told="put {object} in the middle",
)
FAMILIES = (*TASKS, CENTRE)


class WiderDesk(DeskKind):
    """The desk, with one family more."""

    tasks = FAMILIES


WIDER = WiderDesk()


def played(seed: int) -> tuple[EpisodeRecord, Goal]:
    """What the expert does when it is told the goal, and the goal."""
    scene, goal = WIDER.draw_for(NAME, seed, SceneConfig(), training_goal)
    world = World()
    states, actions, left = [world.build(scene)], [], STEPS
    while left:
        actions.append(WIDER.expert(states[-1], goal, scene))
        states.append(world.step(actions[-1]))
        left = min(left - 1, AFTER) if WIDER.achieved(goal, states[0], states[-1]) else left - 1
    world.close()
    return EpisodeRecord(scene, stack(states), np.array(actions, np.float32)), goal


@pytest.fixture(scope="module")
def episodes() -> list[tuple[EpisodeRecord, Goal]]:
    return [played(seed) for seed in range(6)]


def test_the_grammar_asks_for_it_and_keeps_what_it_holds_out_from_training() -> None:
    goal, names, rng = Goal(NAME, 1), ("red cube", "white puck"), np.random.default_rng(0)
    train, unseen = (Grammar(split, tasks=FAMILIES) for split in ("train", "paraphrase"))
    said = train.describe(goal, names, rng, 200)
    assert len(said) > 100
    assert all("middle" in sentence for sentence in said)
    assert not any(sentence.startswith("set the") for sentence in said)
    assert any(sentence.startswith("set the") for sentence in unseen.describe(goal, names, rng, 200))
    assert train.forbid(goal, names, rng, 5)


def test_scenes_are_drawn_in_which_it_is_possible() -> None:
    for seed in range(20):
        scene, goal = WIDER.draw_for(NAME, seed, SceneConfig())
        state = initial_state(scene)
        assert goal in goals_of(CENTRE, len(scene.objects))
        assert WIDER.possible(goal, state)
        assert WIDER.hindrance(goal, state) is None


def test_the_expert_does_it(episodes: list[tuple[EpisodeRecord, Goal]]) -> None:
    for record, goal in episodes:
        assert WIDER.achieved(goal, record.states.at(0), record.states.at(-1))


def test_relabelling_finds_it_and_says_so(episodes: list[tuple[EpisodeRecord, Goal]]) -> None:
    grammar = Grammar("train", tasks=FAMILIES)
    for record, goal in episodes:
        found = relabel_episode(0, record, grammar, np.random.default_rng(0), 4, WIDER)
        mine = [segment for segment in found if segment.task == NAME]
        assert [segment.object for segment in mine] == [goal.object]
        assert all("middle" in sentence for sentence in mine[0].sentences)
        name = record.scene.names[goal.object]
        assert tell(goal, record.scene.names, FAMILIES) == f"put the {name} in the middle"


def test_who_is_not_told_of_it_does_not_know_it(episodes: list[tuple[EpisodeRecord, Goal]]) -> None:
    record, goal = episodes[0]
    assert goal not in [done for _, _, done in reached_goals(record.states, DESK)]
    with pytest.raises(UnknownTask, match="put_in_the_middle"):
        DESK.achieved(goal, record.states.at(0), record.states.at(-1))
