"""The page's controls with which people watch segments of play and say what was done in them.

All visitors see the same segment, and any of them may ask for another. So a sentence is stored only if one
segment was on show from its first letter to its last, and for that one, whatever is on show when it is sent.
"""

import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

from robopolicy.common.errors import UserError
from robopolicy.viewer.live.play_segments import PlaySegment, PlaySegments
from robopolicy.viewer.live.records import REPLAYING
from robopolicy.viewer.live.session import LiveSession
from robopolicy.viewer.page import html_text
from robopolicy.viewer.page.panel import guarded

SETTLED = 3.0  # s after which a visitor who begins to write must have noticed that another segment came
ABOUT = (
    "Watch what the robot did, and say it as a command: what would have made it do that? It is stored with "
    "your name and the time, for the segment that is on show while you write."
)


class NothingShown(UserError):
    """No segment was shown yet that a sentence could describe."""

    def __init__(self) -> None:
        super().__init__("nothing was shown yet; press “Show another segment”, watch, and say it then")


class UnclearSegment(UserError):
    """It is unclear which segment a sentence describes."""

    def __init__(self) -> None:
        super().__init__(
            "it is not sure which segment this is of: none was on show when you began to write, or another "
            "came; empty the line, watch what is on show now, and say it then"
        )


class Shown(NamedTuple):
    """The segment that all visitors see."""

    segment: PlaySegment
    since: float  # s of the monotonic clock
    asker: int | None  # client id of the visitor who asked for it, and so knows that it is another


class Draft(NamedTuple):
    """What a visitor has typed so far, and the one segment that was on show meanwhile."""

    sentence: str = ""
    segment: PlaySegment | None = None  # None: unclear which

    def edited(self, sentence: str, on_show: PlaySegment | None, sure: bool) -> "Draft":
        """The draft after an edit.

        `sure`: whether a draft begun now must be about the segment on show. Only an empty draft can be
        begun anew; a longer one is about the segment it began with, or unclear.
        """
        if not self.sentence:
            return Draft(sentence, on_show if sure else None)
        return Draft(sentence, self.segment if self.segment is on_show else None)


class AnnotationControls:
    """Shows one segment at a time to all visitors and stores their sentences. `folder` holds the dataset."""

    def __init__(self, server: Any, live: LiveSession, folder: Path) -> None:
        self._server, self._live = server, live
        self._segments = PlaySegments(folder, kind=live.kind)
        self._lock = threading.RLock()  # guards `_shown` and the file of sentences
        self._shown: Shown | None = None
        gui = server.gui
        self._folder = gui.add_folder("Describe play", order=1.7)
        with self._folder:
            gui.add_html(html_text.note(ABOUT))
            another = gui.add_button("Show another segment", icon="player-skip-forward", color="gray")
            again = gui.add_button("Show it again", icon="player-play", color="gray")
        another.on_click(lambda event: guarded(event.client, lambda: self.show_another(event.client_id)))
        again.on_click(lambda event: guarded(event.client, lambda: self.show_again(event.client_id)))

    def welcome(self, client: Any) -> None:
        """Add a new visitor's own lines: their name, and the sentence."""
        with self._folder, client.gui.add_form(None) as form:
            who = client.gui.add_text("Your name", "")
            text = client.gui.add_text("It was told to", "")
            send = client.gui.add_button("Store", icon="pencil", color="gray")
            outcome = client.gui.add_html("")
        draft = Draft()
        send.on_click(lambda _: form.submit())

        @text.on_update
        async def _(_: Any) -> None:  # a coroutine, because in threads one edit could overtake another
            nonlocal draft
            draft = draft.edited(text.value, *self._on_show(client.client_id))

        @form.on_submit
        def _(_: Any) -> None:
            guarded(client, store)

        def store() -> None:
            described, outcome.content = draft.segment, self._store(draft, who.value)
            text.value = ""
            self._move_on(described, client.client_id)

    def show_another(self, asker: int | None) -> None:
        """Show another segment, if possible one that nobody has described."""
        with self._lock:
            self._shown = Shown(self._segments.draw(), time.monotonic(), asker)
            self.show_again(asker)

    def show_again(self, asker: int | None) -> None:
        """Show the segment from its beginning."""
        with self._lock:
            if self._shown is None:
                self.show_another(asker)
            else:
                self._live.replay(self._shown.segment.scene, self._shown.segment.states)

    def _on_show(self, visitor: int) -> tuple[PlaySegment | None, bool]:
        """The segment, and whether what the visitor begins to write now must be about it."""
        shown = self._shown
        if shown is None:
            return None, False
        visible = self._live.shared.status.mode == REPLAYING
        settled = shown.asker == visitor or time.monotonic() - shown.since > SETTLED
        return shown.segment, visible and settled

    def _store(self, draft: Draft, who: str) -> str:
        """Store a sentence; returns what the visitor is told, as HTML."""
        with self._lock:
            if self._shown is None:
                raise NothingShown
            if draft.segment is None:
                raise UnclearSegment
            return html_text.stored(*self._segments.describe(draft.segment, draft.sentence, who))

    def _move_on(self, described: PlaySegment | None, visitor: int) -> None:
        """Show another segment, if this one is on show and nobody else may be writing about it."""
        with self._lock:
            here = self._shown is not None and self._shown.segment is described
            if here and len(self._server.get_clients()) == 1:
                self.show_another(visitor)
