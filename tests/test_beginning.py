"""Trials whose scenes the scripted expert begins: what is seen, judged, kept and shown of them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from data.language.held_out import train_objects
from examples.pucks import MAT, Pucks
from robopolicy.common.world_option import scenes_in
from robopolicy.evaluation.beginning import begin, begin_again
from robopolicy.evaluation.errand import at_rest
from robopolicy.evaluation.levels.base import LevelTrials
from robopolicy.evaluation.levels.unseen import SEEN
from robopolicy.evaluation.plan import Plan
from robopolicy.evaluation.reference import ExpertActor
from robopolicy.evaluation.rollout_cache import RolloutCache
from robopolicy.evaluation.rollouts import Group, roll_out
from robopolicy.evaluation.trials.judges import BEGIN, TIME
from robopolicy.evaluation.trials.trial import Command, Trial
from robopolicy.reporting import videos
from sim.kinds.desk import DESK
from sim.task import Goal
from sim.visible import FILMED
from tests.nudges import MAX_STEPS, NUDGES, SCENE, Doer, NudgeKind, came_of, nudged

PARK = Goal("park", 0)
SHOVE = Command("shove it", (Goal("shove_left", 1),))


class FourKind(NudgeKind):
    """Four worlds a process."""

    per_process = 4


class FilmedKind(NudgeKind):
    """The picture of a world is where its pucks are, in cm from its left near corner."""

    def picture(
        self, world: Any, cameras: tuple[str, ...] = (), size: tuple[int, int] = FILMED
    ) -> NDArray[np.uint8]:
        return np.round(100 * (world.state().objects[:, :2] + 0.5)).astype(np.uint8)


def test_what_a_trial_begins_with_is_done_before_sensors_and_judges_look() -> None:
    actor = Doer(Goal("shove_left", 1))
    result = came_of(actor, SHOVE, begin=(PARK,))
    assert result.success
    assert result.n_begin > 0
    np.testing.assert_allclose(actor.seen[0].entities[0, :2], MAT[:2], atol=0.05)
    assert len(actor.seen) == result.steps == len(result.acted)
    assert not came_of(Doer(), Command("park it", (PARK,)), begin=(PARK,)).success  # it lies there already


def test_it_begins_as_it_was_when_it_is_seen_again() -> None:
    result = came_of(ExpertActor(NUDGES), SHOVE, begin=(PARK, nudged(2, 0.1)))
    assert result.success
    world = NUDGES.open()
    before = state = begin_again(world, result)
    np.testing.assert_allclose(before.pos(0)[:2], MAT[:2], atol=0.05)
    for action in result.acted:
        assert not NUDGES.achieved(SHOVE.goal, before, state)
        state = world.step(action)
    assert NUDGES.achieved(SHOVE.goal, before, state)


def test_films_show_it_from_the_first_command_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(videos, "captioned", lambda picture, *_: picture)
    result = came_of(ExpertActor(NUDGES), SHOVE, begin=(PARK,))
    frames = np.array(list(videos.replay(result, FilmedKind())), float)  # (frames, pucks, 2)
    assert len(frames) == 1 + result.steps + videos.HOLD
    np.testing.assert_allclose(frames[0, 0], 100 * (MAT[:2] + 0.5), atol=5)
    assert frames[-1, 1, 1] - frames[0, 1, 1] > 7


def test_a_scene_that_could_not_be_begun_is_a_failure_of_its_own_and_spares_the_others() -> None:
    kind = FourKind()
    away = replace(SCENE, places=((0.9, 0.9), *SCENE.places[1:]))  # where no hand can be sent
    trials = tuple(Trial("mine", 4, (SHOVE,), begin=begin) for begin in ((PARK,), (), (PARK,)))
    group = Group("mine", 0, trials, (away, SCENE, SCENE), kind)
    out = roll_out(group, ExpertActor(kind), [kind.open() for _ in range(4)], MAX_STEPS)
    lost, plain, begun = (out.result(i, trial, group.scenes[i]) for i, trial in enumerate(trials))
    assert (lost.success, lost.cause, lost.steps, lost.ends, lost.completed) == (False, BEGIN, 0, (), 0)
    assert len(lost.actions) == lost.n_begin > 0
    assert (plain.success, begun.success) == (True, True)
    assert plain.n_begin == 0
    assert videos.verdict_of(lost, kind) == "could not be begun"


def test_a_row_that_could_not_be_begun_never_moves_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NudgeKind, "expert", lambda *_: np.zeros(7))
    steps = []
    monkeypatch.setattr(Pucks, "step", lambda world, _: steps.append(1) or world.state())
    result = came_of(Doer(), SHOVE, begin=(PARK, PARK))
    assert result.cause == BEGIN
    assert len(steps) == 2 * NUDGES.spec.steps(12.0)


def test_all_of_it_is_kept_on_disk(tmp_path: Any) -> None:
    trial = Trial("mine", 4, (Command("nudge it", (nudged(0, 0.1),)), SHOVE), begin=(Goal("park", 2),))
    group = Group("mine", 0, (trial,), (SCENE,), NUDGES)
    out = roll_out(group, ExpertActor(NUDGES), [NUDGES.open()], MAX_STEPS)
    cache = RolloutCache(tmp_path, {"code": "a"})
    cache.put(group, out)
    kept = cache.get(group)
    assert kept is not None
    one, other = (found.result(0, trial, SCENE) for found in (out, kept))
    assert np.array_equal(one.actions, other.actions)
    assert one.errors == other.errors
    assert one.errors[0] is not None
    assert one.errors[1:] == (None,)
    assert one.n_begin == other.n_begin > 0
    assert one.cause == other.cause != TIME


def test_whatever_is_asked_tells_plans_apart() -> None:
    trial = Trial("mine", 4, (SHOVE,))
    asked = [
        trial, trial._replace(begin=(PARK,)),
        *(trial._replace(commands=(Command("shove it", goals),))
          for goals in ((), (nudged(1, 0.1),), (nudged(1, 0.2),), (PARK, PARK))),
    ]  # fmt: skip
    plans = [str(Plan((LevelTrials(SEEN, (one,), (SCENE,)),)).to_json()) for one in asked]
    assert len(set(plans)) == len(asked)


@pytest.mark.parametrize("world", ["nominal", "held_out:latency+control_yaw"])
@pytest.mark.parametrize("task", ["lift", "open_drawer", "put_in_tray", "turn_on_led"])
def test_on_the_desk_the_expert_begins_a_scene_and_rests(task: str, world: str) -> None:
    scene, goal = DESK.draw_for(task, 1, scenes_in(world, 3, train_objects()))
    desk = DESK.open()
    before = desk.build(scene)
    begun = begin(desk, scene, before, (goal,), DESK)
    assert begun.ready
    assert DESK.achieved(goal, before, begun.state)
    hand = begun.state.ee_pos
    for _ in range(5):
        state = desk.step(at_rest(begun.state, DESK))
    desk.close()
    assert np.abs(state.ee_pos - hand).max() < 0.005
    assert DESK.achieved(goal, before, state)
