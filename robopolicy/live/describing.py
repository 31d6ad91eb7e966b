"""The folder of the page in which people watch stretches of play and say what happened in them."""

from pathlib import Path
from typing import Any

from robopolicy.errors import UserError
from robopolicy.live import words
from robopolicy.live.desk import LiveDesk
from robopolicy.live.panel import guarded
from robopolicy.live.stretches import Stretch, Stretches

ABOUT = (
    '<div style="font-size:0.86em;padding:0 0.8em">Watch what the robot did, and say it as a command: what '
    "would have made it do that? It is stored with your name and the time.</div>"
)


class NothingShown(UserError):
    """There is nothing yet that a sentence could be of."""


class Describing:
    """One stretch at a time, for all visitors."""

    def __init__(self, server: Any, desk: LiveDesk, folder: Path) -> None:
        self._desk, self._stretches = desk, Stretches(folder)
        self._stretch: Stretch | None = None
        gui = server.gui
        self._folder = gui.add_folder("Describe play", order=1.7)
        with self._folder:
            gui.add_html(ABOUT)
            another = gui.add_button("Show another stretch", icon="player-skip-forward", color="gray")
            again = gui.add_button("Show it again", icon="player-play", color="gray")
        another.on_click(lambda event: guarded(event.client, self.another))
        again.on_click(lambda event: guarded(event.client, self.again))

    def welcome(self, client: Any) -> None:
        """A visitor's own lines: what happened, and who says so."""
        with self._folder, client.gui.add_form(None) as form:
            who = client.gui.add_text("Your name", "")
            text = client.gui.add_text("It was told to", "")
            send = client.gui.add_button("Store", icon="pencil", color="gray")
            says = client.gui.add_html("")
        send.on_click(lambda _: form.submit())

        @form.on_submit
        def _(_: Any) -> None:
            guarded(client, lambda: self._store(text, who.value, says))

    def another(self) -> None:
        """Show a stretch that nobody has described, if there is one."""
        self._stretch = self._stretches.draw()
        self.again()

    def again(self) -> None:
        """Show the stretch from its beginning."""
        if self._stretch is None:
            self.another()
        elif self._stretch is not None:
            self._desk.replay(self._stretch.scene, self._stretch.states)

    def _store(self, text: Any, who: str, says: Any) -> None:
        if self._stretch is None:
            raise NothingShown("nothing was shown yet; press “Show another stretch”, watch, and say it then")
        made, why = self._stretches.describe(self._stretch, text.value, who)
        text.value, says.content = "", words.stored(made, why)
        self.another()
