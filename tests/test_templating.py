"""Text that is put into a page stays text, whoever typed it."""

import html
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from jinja2 import UndefinedError

from robopolicy.common.templating import renderer
from robopolicy.reporting.svg import Bar, Series, bars, curve, lines
from robopolicy.viewer.drawing.replay_page import with_caption
from sim.common.printable import visible

HOSTILE = '<img src=x onerror=alert(1)> "it\'s" & {{ 7 * 7 }} {% raw %} \x1b[31m'
ROOT = Path(__file__).resolve().parent.parent / "robopolicy"
TEMPLATES = sorted(path for folder in ROOT.rglob("templates") for path in folder.iterdir())


@given(some.text(some.characters(exclude_categories=()), max_size=80))
def test_any_text_is_shown_as_it_is_and_is_never_markup(text: str) -> None:
    shown = renderer("robopolicy.viewer.drawing")("title.html", sentence=text).strip()
    inside = shown.removeprefix("<title>").removesuffix("</title>")
    assert not set("<>\"'") & set(inside)
    assert html.unescape(inside) == visible(text, keep="\n")


def test_labels_of_plots_are_never_markup() -> None:
    drawn = [
        bars([Bar(HOSTILE, 50, 40, 60, HOSTILE)]),
        curve([1, 2], [2.0, 1.0], HOSTILE, HOSTILE),
        lines([Series(HOSTILE, (0, 1), (1, 2), (0, 1), (2, 3))], HOSTILE, (0, 1), 0),
    ]
    for one in drawn:
        assert "<img" not in one
        assert "&lt;img" in one
        assert "{{ 7 * 7 }}" in one


def test_a_page_with_a_caption_holds_what_was_typed_as_text_only() -> None:
    page = with_caption("<html><head><title>x</title></head><body>3D</body></html>", HOSTILE, HOSTILE)
    assert "<img" not in page
    assert page.count("&lt;img") == 3  # title, sentence, how it ended
    assert page.startswith("<html><head><title>&lt;img")
    assert page.endswith("</body></html>")
    assert ">3D<" in page


def test_a_name_that_a_template_uses_and_nobody_gave_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="sentence"):
        renderer("robopolicy.viewer.drawing")("title.html")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_turns_escaping_off(path: Path) -> None:
    assert not re.search(r"\|\s*safe|autoescape|Markup", path.read_text())
