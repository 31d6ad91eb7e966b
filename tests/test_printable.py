"""Text of anybody, printed: it stands there, and does nothing else."""

import io
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as some
from rich.table import Table

from data.common.errors import LONGEST, sentence_of
from robopolicy.common.console import PlainConsole
from robopolicy.common.errors import UserError
from robopolicy.reporting.video_io import wrapped
from sim.common.printable import SHOWN, shown, visible
from tests.fuzzing import fuzz

ANY_TEXT = some.text(some.characters(exclude_categories=()), max_size=80)  # lone surrogates, too
STEERING = "\x1b[31m \x07 \x9b2J \x7f \r \u202e \u2066 \ud800"


def printed(*objects: object) -> str:
    stream = io.StringIO()
    console = PlainConsole(file=stream, width=400)
    console.print(*objects)
    console.rule(str(objects[0]))
    return stream.getvalue()


def _prints_as_text(text: str) -> None:
    table = Table(box=None)
    table.add_column(text)
    table.add_row(text)
    for out in (printed(text), printed(text, table)):
        assert all(one == "\n" or one == visible(one) for one in out)
    assert visible(visible(text)) == visible(text)
    assert len(shown(text)) <= SHOWN
    assert len(sentence_of(UserError(text * 100)) or "") <= LONGEST
    assert "\n" not in (sentence_of(UserError(text)) or "")


@given(ANY_TEXT)
def test_printing_any_text_never_raises_and_steers_no_terminal(text: str) -> None:
    _prints_as_text(text)


@pytest.mark.faults
def test_printing_very_many_texts_never_raises_and_steers_no_terminal(injected) -> None:
    times = fuzz(_prints_as_text, ANY_TEXT, pure=True)
    injected("text that would steer a terminal, printed", "drawn by hypothesis, any characters", times)


@pytest.mark.parametrize("text", ["[/red]", "[bold]it[/bold]", ":smile:", "e [/red] ü", "[link=x]", "\\["])
def test_markup_is_printed_as_it_was_typed(text: str) -> None:
    assert printed(text).startswith(f"{text}\n")


def test_what_steers_a_terminal_is_spelled_out_and_what_joins_letters_is_not() -> None:
    assert visible(STEERING) == r"\x1b[31m \x07 \x9b2J \x7f \r \u202e \u2066 \ud800"
    assert visible("می\u200cخواهم", keep="") == "می\u200cخواهم"
    assert visible("a\nb") == r"a\nb"
    assert visible("a\nb", keep="\n") == "a\nb"


def test_a_caption_of_any_length_has_lines() -> None:
    assert wrapped(visible(STEERING * 20), 200, 12)


def test_what_was_given_is_shown_in_few_characters() -> None:
    deep: list = []
    for _ in range(1000):
        deep = [deep]
    for given_ in ("x" * 10**7, ["y" * 10**5] * 10**5, {"k" * 10**6: 1}, deep, 10**4000):
        assert len(shown(given_)) <= SHOWN


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_what_an_encoding_lacks_is_spelled_out_and_stops_nothing(encoding: str, injected) -> None:
    program = (
        "from robopolicy.common.console import console, errors\n"
        "from sim.common.printable import forgive_encodings\n"
        "forgive_encodings()\n"
        "console.print('“lift” ü 机器人'); errors.print('“no” 机'); console.print('done')\n"
    )
    given_ = {**os.environ, "PYTHONIOENCODING": encoding}
    ran = subprocess.run([sys.executable, "-c", program], env=given_, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.decode(encoding).endswith("done\n")
    assert "\\u673a" in ran.stdout.decode(encoding)
    assert "\\u673a" in ran.stderr.decode(encoding)
    injected("a terminal that cannot show a letter", f"PYTHONIOENCODING={encoding}", 1)
