"""The simulation behind the page, without a page; the scripted expert stands in for a policy."""

import threading
import time
from typing import Any

import numpy as np
import pytest

from data.language.sentence import LONGEST, BadSentence
from robopolicy.common.errors import UnknownName, UserError
from robopolicy.runtime.scene_request import SceneRequest
from robopolicy.viewer.live.real_time import RealTimeClock
from robopolicy.viewer.live.records import DONE, NOT_BEGUN, REFUSED, STOPPED, WAITING
from robopolicy.viewer.live.session import SUGGESTED_LEVELS
from robopolicy.viewer.live.shared import BadCommand, QueueFull
from robopolicy.viewer.live.suggestions import suggestions
from robopolicy.viewer.page import html_text
from sim.desk.scenes.sampler import initial_state
from sim.kinds.desk import DESK
from sim.world import WorldKind
from tests.live_desks import CLOSE, OPEN, desk_at_work, finished, shut


def test_a_command_is_carried_out_and_told_in_words() -> None:
    with desk_at_work() as desk:
        one = finished(desk, desk.shared.submit(OPEN))
        assert one.status == DONE
        assert any("drawer" in words for words in one.happened)
        assert one.understood is not None
        assert one.understood.family == "open_drawer"
        assert desk.state.joint("drawer") > 0.1


def test_commands_of_several_visitors_wait_in_line() -> None:
    with desk_at_work() as desk:
        numbers = [desk.shared.submit(sentence) for sentence in (OPEN, CLOSE)]
        assert desk.shared.status.history[-1].status == WAITING
        outcomes = [finished(desk, number) for number in numbers]
        assert [one.status for one in outcomes] == [DONE, DONE]
        assert desk.state.joint("drawer") < 0.03


def test_stop_ends_what_is_done_and_what_waits() -> None:
    with desk_at_work() as desk:
        numbers = [desk.shared.submit(sentence) for sentence in ("dance", OPEN)]
        _until_it_moves(desk)
        desk.stop()
        assert [finished(desk, number).status for number in numbers] == [STOPPED, STOPPED]
        assert desk.state.joint("drawer") < 0.03


def _until_it_moves(desk) -> None:
    at = desk.shared.latest.number
    assert desk.shared.wait_for_update(at + 10, 90).number > at + 10


def test_a_reset_ends_the_command_and_builds_what_was_wished_for() -> None:
    with desk_at_work() as desk:
        number = desk.shared.submit("dance")
        _until_it_moves(desk)
        built = desk.shared.latest.scene_number
        desk.reset(SceneRequest(DESK, seed=5, layout="left_handed", n_objects=2, dynamics={"latency": 2.0}))
        assert finished(desk, number).status == STOPPED
        _until(lambda: desk.shared.status.scene.seed == 5)
        scene = desk.shared.status.scene
        assert (scene.layout, len(scene.objects), scene.dynamics.latency) == ("left_handed", 2, 2)
        _until(lambda: desk.shared.latest.scene_number == built + 1)
        assert finished(desk, desk.shared.submit("wait")).status == DONE


def _until(true) -> None:
    end = time.monotonic() + 90
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_suggestion_is_known_so_its_success_is() -> None:
    with desk_at_work() as desk:
        (first, *_) = desk.shared.status.suggestions
        assert finished(desk, desk.shared.submit(first.sentence)).success is False  # it holds still
        assert finished(desk, desk.shared.submit("hum a tune")).success is None


def test_a_command_out_of_its_depth_is_refused_and_nothing_moves() -> None:
    with desk_at_work() as desk:
        number = desk.shared.latest.number
        one = finished(desk, desk.shared.submit("make me a coffee"))
        assert one.status == REFUSED
        assert desk.shared.latest.number == number
        assert "I do not know" in html_text.history(desk.shared.status)
        assert finished(desk, desk.shared.submit(OPEN)).status == DONE


def test_what_is_done_already_is_said_and_nothing_moves() -> None:
    with desk_at_work() as desk:
        number = desk.shared.latest.number
        one = finished(desk, desk.shared.submit(CLOSE))
        assert (one.status, one.why) == (NOT_BEGUN, "The drawer is shut already.")
        assert desk.shared.latest.number == number
        assert "The drawer is shut already." in html_text.history(desk.shared.status)
        assert finished(desk, desk.shared.submit(OPEN)).status == DONE
        assert finished(desk, desk.shared.submit(OPEN)).why == "The drawer is open already."


@pytest.mark.parametrize("seed", range(20, 30))
def test_only_what_can_be_done_is_suggested(seed: int) -> None:
    scene = SceneRequest(DESK, seed=seed).scene()
    state, names = initial_state(scene), scene.names
    offered = suggestions(state, names, np.random.default_rng(seed), SUGGESTED_LEVELS, DESK)
    assert offered
    for one in offered:
        assert DESK.possible(one.goal, state)
        assert DESK.hindrance(one.goal, state) is None


def test_suggestions_hold_seen_and_unseen_sentences() -> None:
    with desk_at_work() as desk:
        offered = desk.shared.status.suggestions
        assert sum(one.seen for one in offered) == 2
        assert {"paraphrase", "synonym"} <= {one.level for one in offered}
        assert len({one.sentence for one in offered}) == len(offered)


@pytest.mark.parametrize("sentence", ["", "   ", "x" * (LONGEST + 1)])
def test_what_is_no_command_is_refused(sentence: str) -> None:
    with desk_at_work() as desk, pytest.raises((BadCommand, BadSentence)):
        desk.shared.submit(sentence)


def test_only_so_many_commands_wait() -> None:
    with desk_at_work(queue=2) as desk:
        desk.shared.submit("dance")
        _until_it_moves(desk)
        desk.shared.submit(OPEN)
        desk.shared.submit(OPEN)
        with pytest.raises(QueueFull):
            desk.shared.submit(OPEN)


def test_a_policy_that_is_not_there_is_trouble_and_the_old_one_stays() -> None:
    with desk_at_work() as desk:
        good = desk._load

        def load(name: str, kind: WorldKind):
            if name != "benchmark":
                raise UserError(f"no checkpoint at {name}")
            return good(name, kind)

        desk._load = load
        desk.switch("nowhere")
        _until(lambda: desk.shared.status.error)
        assert desk.shared.status.checkpoint == "benchmark"
        assert finished(desk, desk.shared.submit(OPEN)).status == DONE


def test_a_crash_in_a_command_does_not_end_the_desk(capsys: pytest.CaptureFixture[str]) -> None:
    with desk_at_work() as desk:
        agent: Any = desk._agent
        act = agent.act
        agent.act = lambda _: 1 / 0
        assert finished(desk, desk.shared.submit(OPEN)).status == STOPPED
        assert desk.shared.status.error
        agent.act = act
        assert finished(desk, desk.shared.submit(OPEN)).status == DONE
    assert "ZeroDivisionError" in capsys.readouterr().err


@pytest.mark.alone
def test_time_passes_as_on_the_wall_and_thirty_frames_a_second_are_shown() -> None:
    with desk_at_work(speed=1.0, max_steps=15) as desk:
        begin, at = time.monotonic(), desk.shared.latest.number
        one = finished(desk, desk.shared.submit("dance"))
        passed = time.monotonic() - begin
        frames = desk.shared.latest.number - at
        assert one.seconds == pytest.approx(1.5)
        assert passed > 1.9  # the command, and half a second to come to rest
        assert frames == 60
        assert desk.shared.status.real_time_factor <= 1.02


def test_pace_catches_up_small_delays_and_forgets_large_ones() -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    clock = RealTimeClock(2.0, lambda: now[0], sleep)
    clock.wait(0.2)
    assert slept == [pytest.approx(0.1)]
    now[0] += 0.15  # late by 50 ms of the 100
    clock.wait(0.2)
    assert len(slept) == 1
    clock.wait(0.2)
    assert slept[1] == pytest.approx(0.05)
    now[0] += 10.0
    clock.wait(0.2)
    clock.wait(0.2)
    assert slept[2] == pytest.approx(0.1)
    assert clock.factor < 0.2


@pytest.mark.alone
def test_a_slow_visitor_misses_frames_and_delays_nobody() -> None:
    with desk_at_work(max_steps=40) as desk:
        seen: list[int] = []

        def look_lazily() -> None:
            for _ in range(4):
                seen.append(desk.shared.wait_for_update(seen[-1] if seen else 0).number)
                time.sleep(0.1)

        lazy = threading.Thread(target=look_lazily)
        lazy.start()
        begin = time.monotonic()
        finished(desk, desk.shared.submit("dance"))
        assert time.monotonic() - begin < 3
        lazy.join()
        assert max(np.diff(seen)) > 5


def test_the_same_wish_gives_the_same_scene() -> None:
    request = SceneRequest(DESK, seed=7, dynamics={"object_mass": 0.3})
    assert request.scene() == request.scene()
    assert request.scene().dynamics.object_mass == 0.3
    assert shut(0) == shut(0)


def test_wishes_for_what_there_is_not_are_refused() -> None:
    with pytest.raises(UnknownName, match="layout"):
        SceneRequest(DESK, layout="round")
    with pytest.raises(UnknownName, match="object_mass"):
        SceneRequest(DESK, dynamics={"objectmass": 1.0})
