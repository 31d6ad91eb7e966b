"""People describe play on one page together: for which segment a sentence is stored."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from data.store.annotations import Annotation, annotations_path, read_annotations
from robopolicy.viewer.live.play_segments import PlaySegment, PlaySegments
from robopolicy.viewer.page import annotation_controls
from robopolicy.viewer.page.config import PageConfig
from robopolicy.viewer.page.page import Page
from sim.kinds.desk import DESK
from tests.live_desks import OPEN, desk_at_work, finished
from tests.page_visitors import give, look, socket_to, until
from tests.plays import some_play

pytest.importorskip("viser", reason="the extra 'page' is not installed")

LINE = "It was told to"


class InTurn(PlaySegments):
    """Never shows one twice in a row."""

    shown: list[Any]

    def draw(self) -> PlaySegment:
        one = super().draw()
        while self.shown and one[:4] == self.shown[-1]:
            one = super().draw()
        self.shown.append(one[:4])
        return one


class Somebody:
    """A visitor who describes play."""

    def __init__(self, page: Page, socket: Any) -> None:
        self._page, self._socket = page, socket
        before = set(page.server.get_clients())
        look(socket)
        until(lambda: set(page.server.get_clients()) - before)
        (number,) = set(page.server.get_clients()) - before
        client = page.server.get_clients()[number]
        self.told: list[str] = []
        client.add_notification = lambda title, body, **_: self.told.append(body)
        self._own = client.gui._gui_input_handle_from_uuid
        until(lambda: "Store" in self.controls)
        self.types("Your name", f"visitor {number}")

    @property
    def controls(self) -> dict[str, Any]:
        all_visitors = self._page.server.gui._gui_input_handle_from_uuid
        return {one.label: one for one in [*all_visitors.values(), *self._own.copy().values()]}

    def types(self, line: str, text: str) -> None:
        give(self._socket, self.controls[line], text)
        until(lambda: self.controls[line].value == text)

    def writes(self, text: str) -> None:
        self.types(LINE, text)

    def asks_for_another(self) -> None:
        built = self._page.live.shared.latest.scene_number
        give(self._socket, self.controls["Show another segment"], True)
        until(lambda: self._page.live.shared.latest.scene_number > built)

    def stores(self) -> None:
        told = len(self.told)
        give(self._socket, self.controls["Store"], True)
        until(lambda: not self.controls[LINE].value or len(self.told) > told)


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return some_play(tmp_path_factory.mktemp("described") / "play")


@pytest.fixture
def page(play: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    annotations_path(play).unlink(missing_ok=True)
    monkeypatch.setattr(InTurn, "shown", [], raising=False)
    monkeypatch.setattr(annotation_controls, "PlaySegments", InTurn)
    monkeypatch.setattr(annotation_controls, "SETTLED", 0.0)
    with desk_at_work() as desk:
        page = Page(PageConfig(port=0, dataset=str(play), output=str(tmp_path), cameras=0), desk)
        desk.start = lambda: None  # it runs already
        page.start()
        yield page
        page.close()


@pytest.fixture
def comes(page: Page) -> Iterator[Callable[[], Somebody]]:
    with ExitStack() as stack:
        yield lambda: Somebody(page, stack.enter_context(socket_to(page)))


def said_of(one: Annotation) -> tuple[Any, ...]:
    return one.episode, one.start, one.stop, one.goal


@pytest.mark.long
def test_a_sentence_is_stored_for_the_segment_that_its_writer_saw(play: Path, comes) -> None:
    ada, ben = comes(), comes()
    ada.asks_for_another()
    ben.writes("do the first")
    ada.asks_for_another()
    ada.writes("do the second")
    ada.stores()
    ben.stores()
    first, second = InTurn.shown
    made = {one.sentence: said_of(one) for one in read_annotations(play, DESK)}
    assert made == {"do the first": first, "do the second": second}


def test_storing_moves_on_only_who_is_alone(page: Page, play: Path, comes) -> None:
    ada = comes()
    ada.asks_for_another()
    built = page.live.shared.latest.scene_number
    ada.writes("do the first")
    ada.stores()
    until(lambda: page.live.shared.latest.scene_number > built)
    comes()
    for sentence in ("do the second", "do just that"):
        ada.writes(sentence)
        ada.stores()
    first, second = InTurn.shown
    assert [said_of(one) for one in read_annotations(play, DESK)] == [first, second, second]


@pytest.mark.parametrize("then", ["do the first, and gently", "d", "it was the second"])
@pytest.mark.long
def test_what_was_written_of_two_segments_is_refused_and_kept(then: str, play: Path, comes) -> None:
    ada, ben = comes(), comes()
    ada.asks_for_another()
    ben.writes("do the first")
    ada.asks_for_another()
    ben.writes(then)
    ben.stores()
    assert "not sure which segment" in ben.told[-1]
    assert ben.controls[LINE].value == then
    assert not read_annotations(play, DESK)
    ben.writes("")
    ben.writes("do the second")
    ben.stores()
    assert [said_of(one) for one in read_annotations(play, DESK)] == InTurn.shown[1:]


def test_what_is_begun_just_after_another_asked_may_be_of_the_segment_before(
    play: Path, comes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotation_controls, "SETTLED", 90.0)
    ada, ben = comes(), comes()
    ada.asks_for_another()
    ada.writes("who asked knows")
    ben.writes("who did not ask may not have seen")
    ada.stores()
    ben.stores()
    assert [one.sentence for one in read_annotations(play, DESK)] == ["who asked knows"]
    assert "not sure which segment" in ben.told[-1]


def test_what_is_begun_while_the_desk_itself_is_on_show_is_of_no_segment(
    page: Page, play: Path, comes
) -> None:
    ada = comes()
    ada.asks_for_another()
    finished(page.live, page.live.shared.submit(OPEN))
    ada.writes("open the drawer")
    ada.stores()
    assert "not sure which segment" in ada.told[-1]
    assert not read_annotations(play, DESK)
