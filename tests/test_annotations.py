"""People's sentences of play: stored with who and when, and kept out of training where they must be."""

from pathlib import Path

import pytest

from data.language.sentence import BadSentence
from data.store.annotations import (
    BadAnnotation,
    NoAnnotations,
    annotate,
    annotations_path,
    read_annotations,
    segments_by_people,
)
from data.store.concat import open_described
from data.store.episode import DatasetDamaged
from data.store.reader import open_dataset
from data.store.segments import Segment, segments_path
from robopolicy.cli.main import main
from robopolicy.common.errors import UnknownName
from robopolicy.policies.checkpoint import read_config
from robopolicy.training import calibration
from robopolicy.training.config import TrainConfig
from robopolicy.training.relabelling import RelabelConfig, relabel_dataset
from robopolicy.viewer.live.play_segments import PlaySegments
from robopolicy.viewer.live.records import REPLAYING
from sim.kinds.desk import DESK
from tests.live_desks import OPEN, desk_at_work, finished
from tests.plays import some_play


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = some_play(tmp_path_factory.mktemp("described") / "play")
    for _ in relabel_dataset(folder, RelabelConfig(sentences=2)):
        pass
    return folder


@pytest.fixture
def segments(play: Path) -> PlaySegments:
    annotations_path(play).unlink(missing_ok=True)
    return PlaySegments(play, DESK, seed=0)


def test_a_sentence_is_stored_with_who_and_when(segments: PlaySegments) -> None:
    segment = segments.draw()
    made, _ = segments.describe(segment, "Do the THING, please!", "  Ada  L. ")
    (read,) = read_annotations(segments.folder, DESK)
    assert read == made
    assert (read.sentence, read.who) == ("do the thing please", "Ada L.")
    assert read.when.endswith("+00:00")
    assert (read.episode, read.start, read.stop) == segment[:3]
    assert read.goal == segment.goal


def test_segments_that_nobody_described_come_first(segments: PlaySegments) -> None:
    seen = set()
    for _ in range(6):
        segment = segments.draw()
        assert segment[:4] not in seen
        seen.add(segment[:4])
        segments.describe(segment, "do the thing", "ada")


@pytest.mark.parametrize(
    ("sentence", "who"), [("", "ada"), ("  ", "ada"), ("x" * 501, "ada"), ("do it", " ")]
)
def test_what_says_nothing_or_of_nobody_is_refused(segments: PlaySegments, sentence: str, who: str) -> None:
    with pytest.raises((BadAnnotation, BadSentence)):
        segments.describe(segments.draw(), sentence, who)
    assert read_annotations(segments.folder, DESK) == []


def test_a_stretch_that_there_is_not_is_refused(segments: PlaySegments) -> None:
    goal = segments.draw().goal
    with pytest.raises(BadAnnotation, match="there is no segment"):
        annotate(segments.folder, 999, 0, 5, goal, "do it", "ada", DESK)


def test_a_damaged_file_is_said_to_be(segments: PlaySegments) -> None:
    annotations_path(segments.folder).write_text("{\n")
    with pytest.raises(DatasetDamaged):
        read_annotations(segments.folder, DESK)


def test_held_out_words_of_people_never_reach_training(segments: PlaySegments) -> None:
    segment = segments.draw()
    _, why = segments.describe(segment, "yank it", "ada")
    assert why is not None
    assert "yank" in why
    segments.describe(segment, "do the thing", "ada")
    found, left_out = segments_by_people(open_dataset(segments.folder, DESK))
    assert [segment.sentences for segment in found] == [("do the thing",)]
    assert len(left_out) == 1


def learned_from(segments: PlaySegments, describer: str) -> list[Segment]:
    return open_described([segments.folder], DESK, describer)[1]


def test_one_may_learn_from_the_grammars_sentences_from_peoples_or_from_both(segments: PlaySegments) -> None:
    segment = segments.draw()
    segments.describe(segment, "do the thing", "ada")
    segments.describe(segment, "do that thing", "ben")
    by_grammar, by_people, by_both = (learned_from(segments, d) for d in ("grammar", "human", "both"))
    assert {segment.describer for segment in by_grammar} == {"grammar"}
    (one,) = by_people
    assert one.describer == "human"
    assert one.sentences == ("do the thing", "do that thing")
    assert (one.episode, one.start, one.stop) == segment[:3]
    assert by_both == by_grammar + by_people
    assert one[:6] in [segment[:6] for segment in by_grammar]


def test_another_describer_is_refused() -> None:
    with pytest.raises(UnknownName, match="human"):
        TrainConfig(describer="humans")


@pytest.mark.parametrize("describer", ["human", "both"])
def test_nothing_is_learned_from_people_who_said_nothing_that_training_may_have(
    segments: PlaySegments, describer: str
) -> None:
    with pytest.raises(NoAnnotations, match="nobody has described it yet; let them do so on the page"):
        learned_from(segments, describer)
    segments.describe(segments.draw(), "yank it", "ada")
    with pytest.raises(NoAnnotations, match=r"held out .*yank"):
        learned_from(segments, describer)


@pytest.mark.long
def test_train_learns_from_peoples_sentences_alone_without_the_grammars(
    segments: PlaySegments, tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "N", 12)
    options = ["policy.width=32", "steps=2", "goal_steps=2", "samples.segments=4", "samples.sentences=4"]
    train = ["train", f"dataset={segments.folder}", f"output={tmp_path}", "describer=human", *options]
    segments_path(segments.folder).rename(tmp_path / "the grammar's")
    try:
        assert main(train) == 2
        assert "nobody has described it yet" in capsys.readouterr().err
        for _ in range(3):
            segments.describe(segments.draw(), "do the thing", "ada")
        assert main(train) == 0
    finally:
        (tmp_path / "the grammar's").rename(segments_path(segments.folder))
    trained = read_config(tmp_path)["trained"]
    assert (trained["segments"], trained["sentences"]) == (3, 1)
    assert trained["config"]["describer"] == "human"


def test_a_segment_is_shown_and_the_next_command_shows_the_desk_again(segments: PlaySegments) -> None:
    segment = segments.draw()
    with desk_at_work() as desk:
        built, number = desk.shared.latest.scene_number, desk.shared.latest.number
        desk.replay(segment.scene, segment.states)
        shown = desk.shared.wait_for_update(number + len(segment.states.gripper) - 1, 90)
        assert shown.scene_number == built + 1
        assert desk.shared.status.scene == segment.scene
        assert desk.shared.status.mode == REPLAYING
        finished(desk, desk.shared.submit(OPEN))
        assert desk.shared.status.scene == desk.scene
        assert desk.shared.latest.scene_number == built + 2
        assert desk.state.joint("drawer") > 0.1
