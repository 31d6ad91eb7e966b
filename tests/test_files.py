from pathlib import Path

import pytest

from data.common.atomic_io import as_text, publish_all, sweep, write_atomic


def _broken(path: Path) -> None:
    path.write_bytes(b"half")
    raise OSError("disk full")


def test_an_atomic_write_makes_its_folder_and_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a/b.json"
    write_atomic(path, "old and longer")
    write_atomic(path, "new")
    assert path.read_text() == "new"
    assert [file.name for file in path.parent.iterdir()] == ["b.json"]


def test_if_one_file_cannot_be_written_none_is_published_and_nothing_is_left(tmp_path: Path) -> None:
    write_atomic(tmp_path / "one", "old")
    with pytest.raises(OSError, match="disk full"):
        publish_all({tmp_path / "one": as_text("new"), tmp_path / "two": _broken})
    assert (tmp_path / "one").read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["one"]


def test_files_are_published_in_the_order_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", lambda self, to: order.append(Path(to).name) or replace(self, to))
    publish_all({tmp_path / name: as_text(name) for name in ("c", "a", "b")})
    assert order == ["c", "a", "b"]


def test_sweeping_takes_leftovers_of_that_file_only(tmp_path: Path) -> None:
    for name in (".a.json.12.partial", ".b.json.12.partial", "a.json"):
        (tmp_path / name).touch()
    sweep(tmp_path / "a.json")
    assert sorted(file.name for file in tmp_path.iterdir()) == [".b.json.12.partial", "a.json"]
