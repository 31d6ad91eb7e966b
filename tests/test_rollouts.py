"""Rollouts by the scripted expert: real physics, no network."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from robopolicy.evaluation.levels.base import LevelTrials
from robopolicy.evaluation.plan import make_plan
from robopolicy.evaluation.reference import ExpertActor
from robopolicy.evaluation.rollouts import (
    GROUP_SIZE,
    Group,
    groups_of,
    roll_out,
)
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.trial import Command, Trial
from robopolicy.policies.base.condition import Condition, GoalState
from sim.desk.scene import Scene
from sim.desk.sensors import sense
from sim.desk.simulator import World
from sim.kinds.desk import DESK
from sim.observation import Observation
from sim.randomize.dynamics import Dynamics
from sim.state import Array, State, stack
from tests.idle import STEPS, Idle
from tests.states import positions_of


@pytest.fixture(scope="module")
def asked() -> LevelTrials:
    return make_plan(EvaluateConfig(levels=("seen",), n=24, controls=())).levels[0]


@pytest.fixture(scope="module")
def worlds() -> Iterator[list[World]]:
    made = [World() for _ in range(GROUP_SIZE)]
    yield made
    for world in made:
        world.close()


def test_groups_keep_the_order_of_the_trials(asked: LevelTrials) -> None:
    groups = groups_of(asked, DESK)
    assert [len(group.trials) for group in groups] == [16, 8]
    assert [group.name for group in groups] == ["seen-000", "seen-001"]
    assert sum((group.trials for group in groups), ()) == asked.trials


def test_the_expert_succeeds_and_stops_at_success(asked: LevelTrials, worlds: list[World]) -> None:
    out = roll_out(groups_of(asked, DESK)[0], ExpertActor(DESK), worlds, STEPS)
    assert out.success.mean() >= 0.8
    assert (out.steps[out.success] < STEPS).all()
    assert (out.steps[~out.success] == STEPS).all()
    assert out.actions.shape == (16, out.steps.max(), 7)


def test_actions_replay_to_the_same_success(asked: LevelTrials, worlds: list[World]) -> None:
    group = groups_of(asked, DESK)[0]
    out = roll_out(group, ExpertActor(DESK), worlds, STEPS)
    i = int(out.success.argmax())
    before = state = worlds[-1].build(group.scenes[i])
    for action in out.actions[i, : out.steps[i]]:
        assert not DESK.achieved(group.trials[i].commands[0].goal, before, state)
        state = worlds[-1].step(action)
    assert DESK.achieved(group.trials[i].commands[0].goal, before, state)


def test_the_policy_always_sees_a_whole_batch(asked: LevelTrials, worlds: list[World]) -> None:
    actor = Idle()
    out = roll_out(groups_of(asked, DESK)[1], actor, worlds, 5)
    assert set(actor.sizes) == {GROUP_SIZE}
    assert len(out.success) == 8
    assert not out.success.any()
    assert (out.steps == 5).all()


class Curious(Idle):
    """Keeps all that it is ever given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[object] = []

    def reset(self, conditions: Sequence[Condition], names: Sequence[tuple[str, ...]]) -> None:
        self.given += [list(conditions), list(names)]  # the rollout goes on with its own

    def act(self, seen: Sequence[Observation]) -> Array:
        self.given.append(list(seen))
        return np.zeros((GROUP_SIZE, 7))


def parts_of(value: object) -> set[type]:
    """The types of everything that can be reached from a value."""
    if isinstance(value, list | tuple):
        return {type(value)}.union(*map(parts_of, value))
    return {type(value)}


def test_a_policy_gets_words_names_and_what_sensors_saw_and_never_the_truth(worlds: list[World]) -> None:
    plan = make_plan(EvaluateConfig(levels=("seen", "shown"), n=2, controls=()))
    reached: set[type] = set()
    for asked in plan.levels:
        actor = Curious()
        roll_out(groups_of(asked, DESK)[0], actor, worlds, 3)
        reached |= parts_of(actor.given)
    assert reached == {list, tuple, str, np.ndarray, Observation, GoalState}
    assert not reached & {State, Scene, Command, Trial}


def test_what_is_shown_is_made_in_a_world_of_the_group_before_it_begins(worlds: list[World]) -> None:
    said, seen = make_plan(EvaluateConfig(levels=("seen", "shown"), n=2, controls=())).levels
    told = Curious()
    demonstrated = Curious()
    roll_out(groups_of(said, DESK)[0], told, worlds, 3)
    roll_out(groups_of(seen, DESK)[0], demonstrated, worlds, 3)
    first, again = told.given[2], demonstrated.given[2]
    assert isinstance(first, list)
    assert isinstance(again, list)
    for one, other in zip(first, again, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    conditions = demonstrated.given[0]
    assert isinstance(conditions, list)
    for goal, observed in zip(conditions, first, strict=True):
        assert np.array_equal(goal.before.entities, observed.entities)
        assert not np.array_equal(goal.after.entities, goal.before.entities)


class Watcher(ExpertActor):
    """The expert, who remembers what its sensors saw and what there was to be seen."""

    def __init__(self) -> None:
        super().__init__(DESK)
        self.seen: list[list[Observation]] = [[] for _ in range(GROUP_SIZE)]
        self.states: list[list[State]] = [[] for _ in range(GROUP_SIZE)]
        self.resets = 0

    def reset(self, commands: Sequence[Command], scenes: Sequence[Scene], given: Sequence[int]) -> None:
        super().reset(commands, scenes, given)
        self.resets += 1

    def act(self, seen: Sequence[Observation], states: Sequence[State]) -> Array:
        for i in range(GROUP_SIZE):
            self.seen[i].append(Observation(*(field.copy() for field in seen[i])))
            self.states[i].append(states[i])
        return super().act(seen, states)


@pytest.mark.parametrize("world", ["nominal", "held_out:position_noise+dropout"])
def test_an_actor_sees_through_one_sensor_from_the_beginning_to_the_end(
    world: str, worlds: list[World]
) -> None:
    asked = make_plan(EvaluateConfig(levels=("seen",), n=4, world=world, controls=())).levels[0]
    trials = [trial._replace(commands=trial.commands * 2) for trial in asked.trials]  # told a second time
    actor = Watcher()
    out = roll_out(groups_of(asked._replace(trials=tuple(trials)), DESK)[0], actor, worlds, STEPS)
    assert actor.resets > 1  # a command in the middle, which is no reason to begin anew
    for i, steps in enumerate(out.steps):
        expected = sense(stack(actor.states[i][:steps]), asked.scenes[i])
        for field, live in zip(expected, zip(*actor.seen[i][:steps], strict=True), strict=True):
            assert np.array_equal(field, np.stack(live))
    as_it_is = [
        np.allclose(o.entities[:3, :3], positions_of(s))
        for o, s in zip(actor.seen[0], actor.states[0], strict=True)
    ]
    assert all(as_it_is) if world == "nominal" else not any(as_it_is)


class Forward:
    """Always goes forward, and remembers where the hands were."""

    context = None
    done = refused = np.zeros(GROUP_SIZE, bool)

    def __init__(self) -> None:
        self.hands: list[list[Array]] = []

    def begin(self) -> None:
        pass

    def reset(self, conditions: Sequence[Condition], names: Sequence[tuple[str, ...]]) -> None:
        pass

    def act(self, seen: Sequence[Observation]) -> Array:
        self.hands.append([one.proprio[:2].copy() for one in seen])
        return np.tile([0.4, 0, 0, 0, 0, 0, 1.0], (len(seen), 1))


def test_a_world_that_changes_obeys_from_then_on_as_the_next_one_did(worlds: list[World]) -> None:
    asked = make_plan(EvaluateConfig(levels=("seen",), n=2, controls=(), world="nominal")).levels[0]
    scenes = tuple(
        replace(scene, dynamics=Dynamics(control_yaw=yaw))
        for scene, yaw in zip(asked.scenes, (0.0, 1.0), strict=True)
    )
    actor = Forward()
    roll_out(Group("seen", 0, asked.trials, scenes, DESK, change_at=4), actor, worlds, 8)
    moved = np.diff(np.array(actor.hands), axis=0)[:, :2]  # (7, 2, 2)
    course = np.arctan2(moved[..., 1], moved[..., 0])
    np.testing.assert_allclose(course[1:3], [[0, 1], [0, 1]], atol=0.15)
    np.testing.assert_allclose(course[5:7, 0], [1, 1], atol=0.15)


@pytest.mark.long
def test_a_chain_goes_on_without_a_reset_and_ends_at_the_first_failure(worlds: list[World]) -> None:
    asked = make_plan(EvaluateConfig(levels=("chain",), n=GROUP_SIZE, controls=())).levels[0]
    group = groups_of(asked, DESK)[0]
    out = roll_out(group, ExpertActor(DESK), worlds, STEPS)
    assert out.ends.shape == (GROUP_SIZE, 5)
    assert out.success.mean() >= 0.8
    for trial, scene, success, steps, actions, ends, *_ in zip(asked.trials, asked.scenes, *out, strict=True):
        given = [int(end) for end in ends if end]
        assert given == sorted(given)
        assert steps == given[-1]
        before = state = worlds[0].build(scene)
        for k, command in enumerate(trial.commands[: len(given)]):
            for t in range(given[k - 1] if k else 0, given[k]):
                assert not DESK.achieved(command.goal, before, state)
                state = worlds[0].step(actions[t])
            done = bool(DESK.achieved(command.goal, before, state))
            assert done == (success or k + 1 < len(given))
            before = state
