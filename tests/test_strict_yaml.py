"""YAML from anybody: read as it was meant, or refused in one sentence, before it costs anything."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from data.common.errors import is_users, sentence_of
from data.trials.examination.items import groups_of, is_examination
from robopolicy.cli.main import main
from robopolicy.common.strict_yaml import LARGEST, MOST, BadYaml, parse_yaml
from robopolicy.evaluation.levels.yours import commands_of, read_file
from sim.kinds.desk import DESK
from tests.doors import takes_or_refuses
from tests.fuzzing import fuzz
from tests.test_printable import ANY_TEXT

BOMB = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdef", "bcdefg", strict=True)
)
REFUSED = [
    ("lift: [a]\nstack: [b]\nlift: [c]\n", "'lift' stands twice, in line 1 and line 3"),
    ("a: {b: [c], b: [d]}", "'b' stands twice"),
    ("'a': [b]\na: [c]", "'a' stands twice"),
    (BOMB, "line 1 has an anchor"),
    ("a: *b", "line 1 has an anchor or alias"),
    ("<<: {a: [b]}", "no text"),
    ("a: !!str b", "line 1 has a tag"),
    ("!!python/object/apply:os.getcwd []", "has a tag"),
    ("[" * 5000, "deep"),
    ("a: " + "{b: " * 5000, "deep"),
    ("- " * 5000, "deep"),
    ("a: [" + "b," * (MOST + 1) + "]", f"at most {MOST} entries"),
    ("a: [2001-99-99]", "no text"),
    ("a: [" + "9" * 5000 + "]", "no text"),
    ("yes: [b]", "no text"),
    ("[a]: b", "no text"),
    ("a: b\n---\na: c", "no YAML"),
    ('a: "\\Uffffffff"', "no YAML"),
    ('a: "\\U00110000"', "no YAML"),
    ("a: [", "no YAML"),
    ("\x00", "no YAML"),
    ("%YAML 9.9\n---\na: b", "no YAML"),
]


@pytest.mark.parametrize(("text", "says"), REFUSED, ids=[text[:20] for text, _ in REFUSED])
def test_what_could_be_misread_is_refused_at_once_and_in_one_sentence(text: str, says: str, injected) -> None:
    begin = time.process_time()
    with pytest.raises(BadYaml, match=says) as error:
        parse_yaml(text)
    assert time.process_time() - begin < 5
    assert "\n" not in (sentence_of(error.value) or "")
    assert len(str(error.value)) < 400
    injected("YAML that is wrong, ambiguous or a bomb", "written into a file of commands", 1)


def test_plain_numbers_and_truth_values_are_read_and_other_numbers_refused() -> None:
    assert parse_yaml("a: [1, -0.5, .25, 2., on, off, 'on']") == {
        "a": [1, -0.5, 0.25, 2.0, True, False, "on"],
    }


@pytest.mark.parametrize("odd", ["0x1f", "010", "1_000", "1:30", ".inf", "12345678901"])
def test_numbers_that_could_be_misread_are_refused(odd: str) -> None:
    with pytest.raises(BadYaml, match=r"line 1 has .* write a number as 12 or -0\.5"):
        parse_yaml(f"a: {odd}")


def test_what_is_meant_is_read() -> None:
    assert parse_yaml("a: [b, 'yes', \"3\", c: d]\ne:\n- |\n  f\n  g\nh:\n") == {
        "a": ["b", "yes", "3", {"c": "d"}],
        "e": ["f\ng\n"],
        "h": None,
    }
    assert parse_yaml("") is None
    assert parse_yaml("\ufeffa: b") == {"a": "b"}


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path: Path, injected) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("lift: ['" + "lift it " * 1_300_000 + "']\n")
    with pytest.raises(ValueError, match=f"at most {LARGEST} KiB") as error:
        read_file(path, DESK)
    assert is_users(error.value)
    with pytest.raises(ValueError, match=r"KiB|YAML"):
        read_file(Path("/dev/zero"), DESK)
    injected("a file of commands that does not end", "10 MB, and /dev/zero", 2)


def test_a_sentence_that_is_too_long_is_refused_and_not_shown_whole(tmp_path: Path, capfd) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("lift: ['" + "lift it " * 10_000 + "']\n")
    assert main(["evaluate", "checkpoint=expert", "levels=yours", f"commands={path}", "n=1"]) == 2
    says = capfd.readouterr().err
    assert "at most 500 characters" in says
    assert len(says) < 700
    assert len(says.splitlines()) == 1


_PIECES = some.lists(
    some.one_of(
        some.sampled_from(
            [
                "lift",
                "stack",
                ":",
                " ",
                "\n",
                "- ",
                "[",
                "]",
                "{",
                "}",
                ",",
                "&a",
                "*a",
                "<<",
                "!!str",
                "'",
                '"',
            ]
            + [
                "\\",
                "\\U",
                "|",
                ">",
                "#",
                "%YAML",
                "---",
                "...",
                "? ",
                "{object}",
                "say",
                "goal",
                "[[lift, object]]",
                "g: [{say: x, goal: ",
                "}]",
                "turns",
                "where: {object: leftmost}",
                "begin",
                "yes",
                "-0.5",
                "\t",
                "~",
                "3",
                "0x1",
                "2001-1-1",
            ]
        ),
        some.text(max_size=3),
    ),
    max_size=30,
).map("".join)


def _read(text: str) -> object:
    raw = parse_yaml(text)
    return groups_of(raw, DESK) if is_examination(raw) else commands_of(raw, DESK.tasks)


def _read_or_refused(text: str) -> None:
    assert takes_or_refuses(_read, text)


@given(_PIECES | ANY_TEXT)
def test_any_text_is_a_file_of_commands_or_is_refused_in_one_sentence(text: str) -> None:
    _read_or_refused(text)


@pytest.mark.faults
def test_very_many_texts_are_files_of_commands_or_are_refused_in_one_sentence(injected) -> None:
    times = fuzz(_read_or_refused, _PIECES | ANY_TEXT, share=2, pure=True)
    injected("a file of commands of any text", "drawn by hypothesis, of pieces of YAML", times)
