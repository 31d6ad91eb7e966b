from pathlib import Path

import pytest

from data.common.errors import is_users
from robopolicy.evaluation.levels.yours import read_file
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
