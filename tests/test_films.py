"""Rollouts seen again; the scripted expert acted in them."""

from pathlib import Path

import numpy as np
import pytest

from robopolicy.evaluation.plan import make_plan
from robopolicy.evaluation.reference import ExpertActor
from robopolicy.evaluation.rollouts import GROUP_SIZE, groups_of, roll_out
from robopolicy.evaluation.trials.config import EvaluateConfig
from robopolicy.evaluation.trials.results import Result
from robopolicy.evaluation.trials.trial import Command, Trial
from robopolicy.reporting import videos
from robopolicy.reporting.video_io import Frame, read_mp4
from robopolicy.reporting.videos import chosen, film, films_of, montage, replay
from sim.desk.scene import Scene
from sim.desk.simulator import World
from sim.kinds.desk import DESK
from sim.task import Goal


@pytest.fixture(scope="module")
def results() -> list[Result]:
    """Eight rollouts that succeeded, one of them cut short."""
    level = make_plan(EvaluateConfig(levels=("seen",), n=8, controls=())).levels[0]
    worlds = [World() for _ in range(GROUP_SIZE)]
    out = roll_out(groups_of(level, DESK)[0], ExpertActor(DESK), worlds, 100)
    for world in worlds:
        world.close()
    found = [
        Result(trial, scene, bool(success), int(steps), actions[:steps], tuple(ends))
        for trial, scene, success, steps, actions, ends in zip(
            level.trials, level.scenes, *out[:4], strict=True
        )
        if success
    ]
    cut = found[0]
    return [cut._replace(success=False, steps=2, actions=cut.actions[:2]), *found[1:]]


def test_a_world_with_pictures_goes_the_same_way_as_one_without(results: list[Result]) -> None:
    result = results[1]
    ends = []
    for visuals in (False, True):
        world = World(visuals=visuals)
        before = state = world.build(result.scene)
        for action in result.actions:
            state = world.step(action)
        assert DESK.achieved(result.trial.goal, before, state)
        ends.append(np.concatenate([state.hand, state.things.ravel()]))
        world.close()
    assert np.array_equal(ends[0], ends[1])


def test_a_film_shows_every_step_and_how_it_ended(results: list[Result]) -> None:
    frames = list(replay(results[0], DESK))
    assert len(frames) == 1 + 2 + 8
    assert len({frame.shape for frame in frames}) == 1
    assert not np.array_equal(frames[0], frames[2])
    assert not np.array_equal(frames[2], frames[3])  # the caption says how it ended


@pytest.mark.long
def test_films_are_made_side_by_side_and_joined(results: list[Result], tmp_path: Path) -> None:
    short = [r._replace(success=i > 0, steps=3, actions=r.actions[:3]) for i, r in enumerate(results[1:3])]
    films = list(films_of(short, tmp_path, 2, DESK))
    assert [one.task for one in films] == [r.trial.task for r in short]
    assert [one.success for one in films] == [False, True]
    montage(films, tmp_path, "both", DESK)
    assert len(list(read_mp4(tmp_path / "both.mp4"))) == 2 * (1 + 3 + 8)
    assert (tmp_path / "both.gif").read_bytes().startswith(b"GIF89a")


def test_other_actions_make_another_film(results: list[Result], tmp_path: Path) -> None:
    result = results[0]
    other = result._replace(actions=result.actions * 0.5)
    files = {film(one, tmp_path, DESK).file for one in (result, other)}
    assert len(files) == len(list((tmp_path / "videos").iterdir())) == 2


def test_a_film_of_a_dialogue_says_each_sentence_in_its_time_and_lists_all_that_were_said(
    results: list[Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[str, str]] = []

    def noted(frame: Frame, sentence: str, note: str, *colour: object) -> Frame:
        del colour
        shown.append((sentence, note))
        return frame

    monkeypatch.setattr(videos, "captioned", noted)
    goals = {"open it": (Goal("open_drawer"),), "is it open?": (), "shut it": (Goal("close_drawer"),)}
    said = tuple(Command(sentence, asked) for sentence, asked in goals.items())
    trial = results[1].trial._replace(level="yours", commands=said)
    short = results[1]._replace(trial=trial, success=False, steps=4, actions=results[1].actions[:4])
    made = film(short._replace(ends=(3, 4)), tmp_path, DESK)
    assert [sentence for sentence, _ in shown[:5]] == ["open it"] * 4 + ["is it open?"]
    assert {note for _, note in shown[:5]} == {"yours"}
    assert (made.task, made.sentence) == ("", "open it / is it open?")


def test_films_of_nothing_are_none(tmp_path: Path) -> None:
    assert list(films_of([], tmp_path, 2, DESK)) == []


def test_films_are_of_different_families_as_far_as_they_go() -> None:
    def result(task: str, success: bool, seed: int) -> Result:
        trial = Trial("seen", seed, (Command("", (Goal(task),)),))
        scene = Scene(seed, "right_handed", (), (0, 0, 0, 0), led=False)
        return Result(trial, scene, success, 1, np.zeros((1, 7), np.float32))

    tasks = ["lift", "lift", "stack", "lift", "stack"]
    found = {"seen": [result(task, i != 1, i) for i, task in enumerate(tasks)]}
    assert [r.trial.seed for r in chosen(found, ["seen"], 3, 2)] == [0, 2, 3, 1]
    assert chosen(found, [], 3, 2) == []
