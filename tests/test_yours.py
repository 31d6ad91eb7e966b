from pathlib import Path

import pytest

from data.common.errors import is_users
from robopolicy.evaluation.levels.yours import YOURS, read_file
from robopolicy.evaluation.trials.config import EvaluateConfig
from sim.kinds.desk import DESK


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text)
    return path


def test_families_map_to_sentences(tmp_path: Path) -> None:
    text = "open_drawer: [pull it, 'drawer, open!']\nstack: ['{object} on {other}']\n"
    assert read_file(written(tmp_path, text), DESK)[0] == {
        "open_drawer": ["pull it", "drawer, open!"],
        "stack": ["{object} on {other}"],
    }


def test_families_that_play_is_not_described_by_are_asked_of_objects_too(tmp_path: Path) -> None:
    text = "put_near: ['{object} by {other}']\nput_between: ['{object} amid {other} and {third}']\n"
    config = EvaluateConfig(commands=str(written(tmp_path, text)), levels=("yours",), n=6)
    planned = YOURS.trials(config)
    for trial, scene in zip(planned.trials, planned.scenes, strict=True):
        names = [scene.names[row] for row in trial.goal.things if row >= 0]
        assert [trial.sentence.count(name) for name in names] == [1] * len(names)
    assert [trial.task for trial in planned.trials] == ["put_near", "put_between"] * 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("opn_drawer: [pull it]", "did you mean open_drawer"),
        ("open_drawer: pull it", "should have a list"),
        ("open_drawer: []", "should have a list"),
        ("open_drawer:", "should have a list"),
        ("open_drawer: ['']", "no text"),
        ("open_drawer: [3]", "no text"),
        ("open_drawer: [yes]", "no text"),
        ("open_drawer: ['open {object}']", "may use no placeholder"),
        ("lift: ['lift {other}']", "may use {object}"),
        ("put_near: ['{third} to {other}']", "may use {object} and {other}"),
        ("put_at: ['{object} to the left']", "put_at needs a region: write it as an item"),
        ("slide_door: ['half way, please']", "slide_door needs an amount: write it as an item"),
        ("stack: ['{objct} on {other}']", "may use {object} and {other}"),
        ("- open it", r"groups to lists of items.*this one holds \['open it'\]"),
        ("", "groups to lists of items.*this one holds None"),
        ("{}", "groups to lists of items.*this one holds {}"),
        ("g: []", "mine.yaml: no task family is called 'g'. A file maps task families to lists of sentences"),
        ("g: hello", "called 'g'. A file .* groups to lists of items"),
        ("g: [hello]", "called 'g'. A file .* groups to lists of items"),
        ("open_drawer: [", "no YAML"),
        ("!!python/object/apply:os.getcwd []", "has a tag"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("{", r"\{")) as error:
        read_file(written(tmp_path, text), DESK)
    assert is_users(error.value)
    assert "\n" not in str(error.value)


def test_absent_and_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no file of commands"):
        read_file(tmp_path / "none.yaml", DESK)
    (tmp_path / "picture.yaml").write_bytes(bytes(range(128, 256)))
    with pytest.raises(ValueError, match="cannot be read as text"):
        read_file(tmp_path / "picture.yaml", DESK)
    with pytest.raises(ValueError, match="cannot be read as text"):
        read_file(tmp_path, DESK)
