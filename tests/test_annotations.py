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
from robopolicy.viewer.records import RECORDED
from robopolicy.viewer.stretches import Stretches
from tests.live_desks import OPEN, desk_at_work, finished
from tests.plays import some_play


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = some_play(tmp_path_factory.mktemp("described") / "play")
    for _ in relabel_dataset(folder, RelabelConfig(sentences=2)):
        pass
    return folder


@pytest.fixture
def stretches(play: Path) -> Stretches:
    annotations_path(play).unlink(missing_ok=True)
    return Stretches(play, seed=0)


def test_a_sentence_is_stored_with_who_and_when(stretches: Stretches) -> None:
    stretch = stretches.draw()
    made, _ = stretches.describe(stretch, "Do the THING, please!", "  Ada  L. ")
    (read,) = read_annotations(stretches.folder)
    assert read == made
    assert (read.sentence, read.who) == ("do the thing please", "Ada L.")
    assert read.when.endswith("+00:00")
    assert (read.episode, read.start, read.stop) == stretch[:3]
    assert read.goal == stretch.goal


def test_stretches_that_nobody_described_come_first(stretches: Stretches) -> None:
    seen = set()
    for _ in range(6):
        stretch = stretches.draw()
        assert stretch[:4] not in seen
        seen.add(stretch[:4])
        stretches.describe(stretch, "do the thing", "ada")


@pytest.mark.parametrize(
    ("sentence", "who"), [("", "ada"), ("  ", "ada"), ("x" * 501, "ada"), ("do it", " ")]
)
def test_what_says_nothing_or_of_nobody_is_refused(stretches: Stretches, sentence: str, who: str) -> None:
    with pytest.raises((BadAnnotation, BadSentence)):
        stretches.describe(stretches.draw(), sentence, who)
    assert read_annotations(stretches.folder) == []


def test_a_stretch_that_there_is_not_is_refused(stretches: Stretches) -> None:
    goal = stretches.draw().goal
    with pytest.raises(BadAnnotation, match="there is no stretch"):
        annotate(stretches.folder, 999, 0, 5, goal, "do it", "ada")


def test_a_damaged_file_is_said_to_be(stretches: Stretches) -> None:
    annotations_path(stretches.folder).write_text("{\n")
    with pytest.raises(DatasetDamaged):
        read_annotations(stretches.folder)


def test_held_out_words_of_people_never_reach_training(stretches: Stretches) -> None:
    stretch = stretches.draw()
    _, why = stretches.describe(stretch, "yank it", "ada")
    assert why is not None
    assert "yank" in why
    stretches.describe(stretch, "do the thing", "ada")
    found, left_out = segments_by_people(open_dataset(stretches.folder))
    assert [segment.sentences for segment in found] == [("do the thing",)]
    assert len(left_out) == 1


def learned_from(stretches: Stretches, describer: str) -> list[Segment]:
    return open_described([stretches.folder], describer)[1]


def test_one_may_learn_from_the_grammars_sentences_from_peoples_or_from_both(stretches: Stretches) -> None:
    stretch = stretches.draw()
    stretches.describe(stretch, "do the thing", "ada")
    stretches.describe(stretch, "do that thing", "ben")
    by_grammar, by_people, by_both = (learned_from(stretches, d) for d in ("grammar", "human", "both"))
    assert {segment.describer for segment in by_grammar} == {"grammar"}
    (one,) = by_people
    assert one.describer == "human"
    assert one.sentences == ("do the thing", "do that thing")
    assert (one.episode, one.start, one.stop) == stretch[:3]
    assert by_both == by_grammar + by_people
    assert one[:6] in [segment[:6] for segment in by_grammar]


def test_another_describer_is_refused() -> None:
    with pytest.raises(UnknownName, match="human"):
        TrainConfig(describer="humans")


@pytest.mark.parametrize("describer", ["human", "both"])
def test_nothing_is_learned_from_people_who_said_nothing_that_training_may_have(
    stretches: Stretches, describer: str
) -> None:
    with pytest.raises(NoAnnotations, match="nobody has described it yet; let them do so on the page"):
        learned_from(stretches, describer)
    stretches.describe(stretches.draw(), "yank it", "ada")
    with pytest.raises(NoAnnotations, match=r"held out .*yank"):
        learned_from(stretches, describer)


@pytest.mark.long
def test_train_learns_from_peoples_sentences_alone_without_the_grammars(
    stretches: Stretches, tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "N", 12)
    options = ["policy.width=32", "steps=2", "goal_steps=2", "samples.segments=4", "samples.sentences=4"]
    train = ["train", f"dataset={stretches.folder}", f"output={tmp_path}", "describer=human", *options]
    segments_path(stretches.folder).rename(tmp_path / "the grammar's")
    try:
        assert main(train) == 2
        assert "nobody has described it yet" in capsys.readouterr().err
        for _ in range(3):
            stretches.describe(stretches.draw(), "do the thing", "ada")
        assert main(train) == 0
    finally:
        (tmp_path / "the grammar's").rename(segments_path(stretches.folder))
    trained = read_config(tmp_path)["trained"]
    assert (trained["segments"], trained["sentences"]) == (3, 1)
    assert trained["config"]["describer"] == "human"


def test_a_stretch_is_shown_and_the_next_command_shows_the_desk_again(stretches: Stretches) -> None:
    stretch = stretches.draw()
    with desk_at_work() as desk:
        built, number = desk.board.frame.built, desk.board.frame.number
        desk.replay(stretch.scene, stretch.states)
        shown = desk.board.next_frame(number + len(stretch.states.gripper) - 1, 90)
        assert shown.built == built + 1
        assert desk.board.standing.scene == stretch.scene
        assert desk.board.standing.at == RECORDED
        finished(desk, desk.board.say(OPEN))
        assert desk.board.standing.scene == desk.scene
        assert desk.board.frame.built == built + 2
        assert desk.state.joints[0] > 0.1
