"""Rollouts by the scripted expert: real physics, no network."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from robopolicy.evaluation.plan import Row, make_plan
from robopolicy.evaluation.reference import ExpertPlayer
from robopolicy.evaluation.rollouts import (
    CAUSES,
    FELL,
    FORBIDDEN,
    GROUP,
    TIME,
    Job,
    Player,
    Rollouts,
    jobs_of,
    roll_out,
    roll_out_all,
)
from robopolicy.evaluation.trials import Command, Trial
from sim.desk.scene import Scene, Thing
from sim.desk.sensors import sense
from sim.desk.simulator import World
from sim.desk.tasks.families import achieved
from sim.observation import Observation
from sim.randomize.dynamics import Dynamics
from sim.state import Array, State, stack
from tests.test_plan import Wanted

STEPS = 100


class Idle:
    """Does nothing, and remembers the batches that it was shown."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    context = None

    def begin(self) -> None:
        pass

    def reset(self, commands: Sequence[Command], scenes: Sequence[Scene]) -> None:
        self.sizes += [len(commands), len(scenes)]

    def act(self, seen: Sequence[Observation], states: Sequence[State]) -> Array:
        self.sizes += [len(seen), len(states)]
        return np.zeros((len(states), 7))


@pytest.fixture(scope="module")
def row() -> Row:
    return make_plan(Wanted(levels=("seen",), n=24, controls=())).rows[0]


@pytest.fixture(scope="module")
def worlds() -> Iterator[list[World]]:
    made = [World() for _ in range(GROUP)]
    yield made
    for world in made:
        world.close()


def all_of(jobs: list[Job], workers: int) -> dict[str, Rollouts]:
    return {job.name: out for job, out in roll_out_all(jobs, ExpertPlayer, STEPS, workers)}


def test_groups_keep_the_order_of_the_trials(row: Row) -> None:
    jobs = jobs_of(row.trials, row.scenes, row.name)
    assert [len(job.trials) for job in jobs] == [16, 8]
    assert [job.name for job in jobs] == ["seen-000", "seen-001"]
    assert sum((job.trials for job in jobs), ()) == row.trials


def test_the_expert_succeeds_and_stops_at_success(row: Row, worlds: list[World]) -> None:
    out = roll_out(jobs_of(row.trials, row.scenes, "seen")[0], ExpertPlayer(), worlds, STEPS)
    assert out.success.mean() >= 0.8
    assert (out.steps[out.success] < STEPS).all()
    assert (out.steps[~out.success] == STEPS).all()
    assert out.actions.shape == (16, out.steps.max(), 7)


def test_actions_replay_to_the_same_success(row: Row, worlds: list[World]) -> None:
    job = jobs_of(row.trials, row.scenes, "seen")[0]
    out = roll_out(job, ExpertPlayer(), worlds, STEPS)
    i = int(out.success.argmax())
    before = state = worlds[-1].build(job.scenes[i])
    for action in out.actions[i, : out.steps[i]]:
        assert not achieved(job.trials[i].commands[0].goal, before, state)
        state = worlds[-1].step(action)
    assert achieved(job.trials[i].commands[0].goal, before, state)


def test_the_policy_always_sees_a_whole_batch(row: Row, worlds: list[World]) -> None:
    player = Idle()
    out = roll_out(jobs_of(row.trials, row.scenes, "seen")[1], player, worlds, 5)
    assert set(player.sizes) == {GROUP}
    assert len(out.success) == 8
    assert not out.success.any()
    assert (out.steps == 5).all()


@pytest.mark.long
def test_figures_do_not_depend_on_the_number_of_workers(row: Row) -> None:
    jobs = jobs_of(row.trials, row.scenes, "seen")
    one, two = all_of(jobs, 1), all_of(jobs, 2)
    assert one.keys() == two.keys() == {"seen-000", "seen-001"}
    for name in one:
        for a, b in zip(one[name], two[name], strict=True):
            assert np.array_equal(a, b)


class Broken:
    context = None

    def begin(self) -> None:
        pass

    def reset(self, commands: Sequence[Command], scenes: Sequence[Scene]) -> None:
        raise RuntimeError("a broken player")

    def act(self, seen: Sequence[Observation], states: Sequence[State]) -> Array:
        raise AssertionError


def broken() -> Player:
    return Broken()


def test_an_error_in_a_worker_reaches_the_caller(row: Row) -> None:
    with pytest.raises(RuntimeError, match="broken player"):
        list(roll_out_all(jobs_of(row.trials, row.scenes, "seen"), broken, STEPS, 1))


def test_no_jobs_start_no_workers() -> None:
    assert list(roll_out_all([], broken, STEPS, 2)) == []


class Watcher(ExpertPlayer):
    """The expert, who remembers what its sensors saw and what there was to be seen."""

    def __init__(self) -> None:
        self.seen: list[list[Observation]] = [[] for _ in range(GROUP)]
        self.states: list[list[State]] = [[] for _ in range(GROUP)]
        self.told = 0

    def reset(self, commands: Sequence[Command], scenes: Sequence[Scene]) -> None:
        super().reset(commands, scenes)
        self.told += 1

    def act(self, seen: Sequence[Observation], states: Sequence[State]) -> Array:
        for i in range(GROUP):
            self.seen[i].append(Observation(*(field.copy() for field in seen[i])))
            self.states[i].append(states[i])
        return super().act(seen, states)


@pytest.mark.parametrize("world", ["nominal", "held_out:position_noise+dropout"])
def test_a_player_sees_through_one_sensor_from_the_beginning_to_the_end(
    world: str, worlds: list[World]
) -> None:
    row = make_plan(Wanted(levels=("seen",), n=4, world=world, controls=())).rows[0]
    trials = [trial._replace(then=trial.commands[:1]) for trial in row.trials]  # told a second time
    player = Watcher()
    out = roll_out(jobs_of(trials, row.scenes, "seen")[0], player, worlds, STEPS)
    assert player.told > 1  # a command in the middle, which is no reason to begin anew
    for i, steps in enumerate(out.steps):
        expected = sense(stack(player.states[i][:steps]), row.scenes[i])
        for field, live in zip(expected, zip(*player.seen[i][:steps], strict=True), strict=True):
            assert np.array_equal(field, np.stack(live))
    as_it_is = [
        np.allclose(o.entities[:3, :3], s.object_pos)
        for o, s in zip(player.seen[0], player.states[0], strict=True)
    ]
    assert all(as_it_is) if world == "nominal" else not any(as_it_is)


class Forward:
    """Always goes forward, and remembers where the hands were."""

    context = None

    def __init__(self) -> None:
        self.hands: list[list[Array]] = []

    def begin(self) -> None:
        pass

    def reset(self, commands: Sequence[Command], scenes: Sequence[Scene]) -> None:
        pass

    def act(self, seen: Sequence[Observation], states: Sequence[State]) -> Array:
        del seen
        self.hands.append([state.ee_pos[:2] for state in states])
        return np.tile([0.4, 0, 0, 0, 0, 0, 1.0], (len(states), 1))


def test_a_world_that_changes_obeys_from_then_on_as_the_next_one_did(worlds: list[World]) -> None:
    row = make_plan(Wanted(levels=("seen",), n=2, controls=(), world="nominal")).rows[0]
    scenes = tuple(
        replace(scene, dynamics=Dynamics(control_yaw=yaw))
        for scene, yaw in zip(row.scenes, (0.0, 1.0), strict=True)
    )
    player = Forward()
    roll_out(Job("seen", 0, row.trials, scenes, change_at=4), player, worlds, 8)
    moved = np.diff(np.array(player.hands), axis=0)[:, :2]  # (7, 2, 2)
    course = np.arctan2(moved[..., 1], moved[..., 0])
    np.testing.assert_allclose(course[1:3], [[0, 1], [0, 1]], atol=0.15)
    np.testing.assert_allclose(course[5:7, 0], [1, 1], atol=0.15)


# -- several commands, and commands that forbid ---------------------------------------------------


@pytest.mark.long
def test_a_chain_goes_on_without_a_reset_and_ends_at_the_first_failure(worlds: list[World]) -> None:
    row = make_plan(Wanted(levels=("chain",), n=GROUP, controls=())).rows[0]
    job = jobs_of(row.trials, row.scenes, "chain")[0]
    out = roll_out(job, ExpertPlayer(), worlds, STEPS)
    assert out.ends.shape == (GROUP, 5)
    assert out.success.mean() >= 0.8
    for trial, scene, success, steps, actions, ends, *_ in zip(row.trials, row.scenes, *out, strict=True):
        given = [int(end) for end in ends if end]
        assert given == sorted(given)
        assert steps == given[-1]
        before = state = worlds[0].build(scene)
        for k, command in enumerate(trial.commands[: len(given)]):
            for t in range(given[k - 1] if k else 0, given[k]):
                assert not achieved(command.goal, before, state)
                state = worlds[0].step(actions[t])
            done = bool(achieved(command.goal, before, state))
            assert done == (success or k + 1 < len(given))
            before = state


class Stubborn(ExpertPlayer):
    """Does what it is asked, even what it is forbidden."""

    def reset(self, commands: Sequence[Command], scenes: Sequence[Scene]) -> None:
        super().reset([command._replace(refrain=False) for command in commands], scenes)


def test_what_is_forbidden_must_not_be_done(worlds: list[World]) -> None:
    row = make_plan(Wanted(levels=("pairs",), n=40, controls=())).rows[0]
    forbidden = [i for i, trial in enumerate(row.trials) if trial.refrain]
    assert len(forbidden) == 8
    job = Job("pairs", 0, tuple(row.trials[i] for i in forbidden), tuple(row.scenes[i] for i in forbidden))
    still = roll_out(job, ExpertPlayer(), worlds, 40)
    assert still.success.all()
    assert (still.steps == 40).all()
    stubborn = roll_out(job, Stubborn(), worlds, 60)
    assert not stubborn.success.any()
    assert (stubborn.steps < 60).any()


# -- why a rollout failed ---------------------------------------------------------------------------

SIZE = (0.045, 0.045, 0.045)
CUBE = Thing("blue", "cube", SIZE, (0.45, 0.0, 0.023), 0.0)
OFF = Thing("red", "cube", SIZE, (1.1, 0.0, 0.05), 0.0)
"""It has nothing under it: the desk ends at x = 0.95."""


class Disobedient(ExpertPlayer):
    """Does what it is told not to do."""

    def reset(self, commands: Sequence[Command], scenes: Sequence[Scene]) -> None:
        super().reset([command._replace(refrain=False) for command in commands], scenes)


@pytest.mark.parametrize(
    ("trial", "success", "cause"),
    [
        (Trial("seen", 0, "lift", 0, -1, "lift it"), False, FELL),
        (Trial("seen", 0, "lift", 1, -1, "lift it"), False, TIME),
        (Trial("seen", 0, "stack", 1, 0, "stack it"), False, FELL),
        (Trial("seen", 0, "open_drawer", -1, -1, "open it"), False, TIME),
        (Trial("pairs", 0, "lift", 1, -1, "do not lift it", refrain=True), True, ""),
    ],
)
def test_a_rollout_says_why_it_failed(
    trial: Trial, success: bool, cause: str, worlds: list[World], injected: Callable[..., None]
) -> None:
    scene = Scene(0, "right_handed", (OFF, CUBE), (0.0, 0.0, 0.0, -0.45), led=False)
    out = roll_out(Job("seen", 0, (trial,), (scene,)), Idle(), worlds, 12)
    assert (bool(out.success[0]), CAUSES[out.causes[0]], int(out.steps[0])) == (success, cause, 12)
    if cause == FELL:
        injected("a target falls off the desk in a trial", "a scene with an object beyond its edge", 1)


def test_what_was_forbidden_and_done_is_a_cause_of_its_own(row: Row, worlds: list[World]) -> None:
    job = jobs_of(row.trials[:4], row.scenes[:4], "seen")[0]
    job = job._replace(trials=tuple(trial._replace(refrain=True) for trial in job.trials))
    out = roll_out(job, Disobedient(), worlds, STEPS)
    assert (~out.success).sum() >= 3
    assert {CAUSES[cause] for cause in out.causes[~out.success]} == {FORBIDDEN}
