"""The folder of the page in which people watch stretches of play and say what happened in them.

All visitors see one stretch, and any of them may ask for another. So a sentence is stored for the stretch
that was on show from its first letter to its last, whatever is on show when it is sent.
"""

import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

from robopolicy.common.errors import UserError
from robopolicy.viewer import html_text as words
from robopolicy.viewer.desk import LiveDesk
from robopolicy.viewer.panel import guarded
from robopolicy.viewer.records import RECORDED
from robopolicy.viewer.stretches import Stretch, Stretches

SETTLED = 3.0  # s after which nobody begins any more to write of the stretch that was on show before
ABOUT = (
    '<div style="font-size:0.86em;padding:0 0.8em">Watch what the robot did, and say it as a command: what '
    "would have made it do that? It is stored with your name and the time, for the stretch that is on show "
    "while you write.</div>"
)


class NothingShown(UserError):
    """There is nothing yet that a sentence could be of."""

    def __init__(self) -> None:
        super().__init__("nothing was shown yet; press “Show another stretch”, watch, and say it then")


class NotOfOne(UserError):
    """It is not sure which stretch a sentence is of."""

    def __init__(self) -> None:
        super().__init__(
            "it is not sure which stretch this is of: none was on show when you began to write, or another "
            "came; empty the line, watch what is on show now, and say it then"
        )


class Shown(NamedTuple):
    """What all visitors see."""

    stretch: Stretch
    since: float  # s, of the monotonic clock
    asker: int | None  # the visitor who asked for it, and so knows that it is another


class Written(NamedTuple):
    """What a visitor has typed, and the one stretch that was on show all the while."""

    sentence: str = ""
    of: Stretch | None = None  # None: which one is not sure

    def edited(self, sentence: str, on_show: Stretch | None, sure: bool) -> "Written":
        """As it is after an edit. Only who begins anew can be writing of another stretch than before."""
        if not self.sentence:
            return Written(sentence, on_show if sure else None)
        return Written(sentence, self.of if self.of is on_show else None)


class Describing:
    """One stretch at a time, for all visitors."""

    def __init__(self, server: Any, desk: LiveDesk, folder: Path) -> None:
        self._server, self._desk, self._stretches = server, desk, Stretches(folder)
        self._lock = threading.RLock()  # of what is on show, and of the file of sentences
        self._shown: Shown | None = None
        gui = server.gui
        self._folder = gui.add_folder("Describe play", order=1.7)
        with self._folder:
            gui.add_html(ABOUT)
            another = gui.add_button("Show another stretch", icon="player-skip-forward", color="gray")
            again = gui.add_button("Show it again", icon="player-play", color="gray")
        another.on_click(lambda event: guarded(event.client, lambda: self.another(event.client_id)))
        again.on_click(lambda event: guarded(event.client, lambda: self.again(event.client_id)))

    def welcome(self, client: Any) -> None:
        """A visitor's own lines: what happened, and who says so."""
        with self._folder, client.gui.add_form(None) as form:
            who = client.gui.add_text("Your name", "")
            text = client.gui.add_text("It was told to", "")
            send = client.gui.add_button("Store", icon="pencil", color="gray")
            says = client.gui.add_html("")
        written = Written()
        send.on_click(lambda _: form.submit())

        @text.on_update
        async def _(_: Any) -> None:  # not in threads: there, one edit could overtake another
            nonlocal written
            written = written.edited(text.value, *self._on_show(client.client_id))

        @form.on_submit
        def _(_: Any) -> None:
            guarded(client, store)

        def store() -> None:
            of, says.content = written.of, self._store(written, who.value)
            text.value = ""
            self._move_on(of, client.client_id)

    def another(self, asker: int | None) -> None:
        """Show a stretch that nobody has described, if there is one."""
        with self._lock:
            self._shown = Shown(self._stretches.draw(), time.monotonic(), asker)
            self.again(asker)

    def again(self, asker: int | None) -> None:
        """Show the stretch from its beginning."""
        with self._lock:
            if self._shown is None:
                self.another(asker)
            else:
                self._desk.replay(self._shown.stretch.scene, self._shown.stretch.states)

    def _on_show(self, visitor: int) -> tuple[Stretch | None, bool]:
        """The stretch, and whether what a visitor begins to write now is surely of it."""
        shown = self._shown
        if shown is None:
            return None, False
        seen = self._desk.board.standing.at == RECORDED
        settled = shown.asker == visitor or time.monotonic() - shown.since > SETTLED
        return shown.stretch, seen and settled

    def _store(self, written: Written, who: str) -> str:
        """What is said of it."""
        with self._lock:
            if self._shown is None:
                raise NothingShown
            if written.of is None:
                raise NotOfOne
            return words.stored(*self._stretches.describe(written.of, written.sentence, who))

    def _move_on(self, described: Stretch | None, visitor: int) -> None:
        """Show the next stretch, if nobody else may be at this one."""
        with self._lock:
            here = self._shown is not None and self._shown.stretch is described
            if here and len(self._server.get_clients()) == 1:
                self.another(visitor)
