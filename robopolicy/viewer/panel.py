"""The controls of the page: what all visitors share, and each one's own line to type in."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.common.errors import sentence_of
from robopolicy.common.errors import UnknownName
from robopolicy.runtime.scene_request import ANY, SLIDERS
from robopolicy.viewer import html_text as words
from robopolicy.viewer.desk import OFFERED, LiveDesk
from robopolicy.viewer.records import Standing
from sim.desk.layouts import LAYOUTS
from sim.randomize.draw import draw_dynamics
from sim.randomize.factors import Factor


class Panel:
    """Everything beside the 3D view. `keep` is what the button of that name does; it gets the client."""

    def __init__(self, server: Any, desk: LiveDesk, keep: Callable[[Any], None]) -> None:
        self._gui, self._desk = server.gui, desk
        self._version = 0
        gui = self._gui
        gui.set_panel_label("robopolicy")
        gui.configure_theme(
            control_width="large", show_logo=False, show_share_button=False, brand_color=(47, 111, 222)
        )
        gui.add_html(words.WRAPPED, order=-1)
        self._status = gui.add_html("", order=0)
        with gui.add_folder("Try", order=2):
            gui.add_html(words.LEGEND)
            self._tries = [gui.add_button(" ", color="gray") for _ in OFFERED]
        for at, button in enumerate(self._tries):
            button.on_click(lambda event, at=at: guarded(event.client, lambda: self._try(at)))
        with gui.add_folder("What was said", order=3):
            self._history = gui.add_html("")
            keeps = gui.add_button("Keep the last one as a replay page", icon="download", color="gray")
        keeps.on_click(lambda event: guarded(event.client, lambda: keep(event.client)))
        self._desk_controls()

    def welcome(self, client: Any) -> None:
        """A visitor's own line to type in."""
        with client.gui.add_form(None, order=1) as form:
            text = client.gui.add_text("Say", "", hint="What should the robot do? Enter sends it.")
            send = client.gui.add_button("Do it", icon="send", color="blue")
        stop = client.gui.add_button("Stop", icon="hand-stop", color="red", order=1.5)
        send.on_click(lambda _: form.submit())
        stop.on_click(lambda _: self._desk.stop())

        @form.on_submit
        def _(_: Any) -> None:
            said, text.value = text.value, ""
            guarded(client, lambda: self._desk.board.say(said))

    def refresh(self, standing: Standing) -> None:
        """Show how the desk stands."""
        self._status.content = words.status_line(standing)
        self._history.content = words.history(standing)
        for button, one in zip(
            self._tries, (*standing.suggestions, *[None] * len(self._tries)), strict=False
        ):
            button.visible = one is not None
            if one is not None:
                button.label = f"{one.sentence}"
                button.color = "blue" if one.seen else "orange"
                button.hint = "as in training" if one.seen else f"never heard in training: {one.level}"
        if self._seed.value != standing.scene.seed:
            self._seed.value = standing.scene.seed
        self._facts.content = words.facts(standing)

    # -- the world ---------------------------------------------------------------------------------

    def _desk_controls(self) -> None:
        gui, wish = self._gui, self._desk.wish
        with gui.add_folder("Desk", order=4, expand_by_default=False):
            self._facts = gui.add_html("")
            again = gui.add_button(
                "Reset", icon="refresh", color="gray", hint="the same scene from its beginning"
            )
            new = gui.add_button("New scene", icon="dice", color="gray")
            self._seed = gui.add_number("Scene", wish.seed, min=0, step=1)
            self._layout = gui.add_dropdown("Layout", (ANY, *LAYOUTS), initial_value=wish.layout)
            self._number = gui.add_slider("Objects", 1, 5, 1, wish.n_objects)
            self._unseen = gui.add_checkbox("Unseen things", wish.unseen, hint="such as training never had")
        again.on_click(lambda event: guarded(event.client, self._reset))
        new.on_click(lambda event: guarded(event.client, self._renew))
        with gui.add_folder("Physics and sensing, from the next reset on", order=5, expand_by_default=False):
            draws = gui.add_button_group("Draw", ("nominal", "train", "held_out"))
            self._sliders = {factor.name: self._slider(factor) for factor in SLIDERS}
        draws.on_click(lambda event: guarded(event.client, lambda: self._draw(event.target.value)))
        with gui.add_folder("Policy", order=6, expand_by_default=False):
            known = checkpoints(self._desk.config.checkpoint)
            self._policy = gui.add_dropdown("Checkpoint", known, initial_value=self._desk.config.checkpoint)
        self._policy.on_update(
            lambda event: guarded(event.client, lambda: self._switch(event.target.value, known))
        )

    def _switch(self, checkpoint: str, known: tuple[str, ...]) -> None:
        if checkpoint not in known:
            raise UnknownName("checkpoint of this page", checkpoint, known)
        self._desk.switch(checkpoint)

    def _slider(self, factor: Factor) -> Any:
        low, high = factor.held_out
        whole = factor.scale == "whole"
        kind = int if whole else float
        step = 1 if whole else (high - low) / 100
        unit = f" ({factor.unit})" if factor.unit else ""
        hint = f"training: {factor.train[0]:g} to {factor.train[1]:g}. {factor.reason}"
        name = factor.name.replace("_", " ") + unit
        return self._gui.add_slider(name, kind(low), kind(high), step, kind(factor.nominal), hint=hint)

    def _draw(self, world: str) -> None:
        drawn = draw_dynamics(time.time_ns() % 2**31, world)
        for name, slider in self._sliders.items():
            slider.value = type(slider.value)(getattr(drawn, name))

    def _reset(self, seed: int | None = None) -> None:
        seed = int(self._seed.value) if seed is None else seed
        values = {name: slider.value for name, slider in self._sliders.items()}
        self._desk.reset(
            replace(
                self._desk.wish, seed=seed, layout=self._layout.value, n_objects=int(self._number.value),
                unseen=bool(self._unseen.value), dynamics=values,
            )
        )  # fmt: skip

    def _renew(self) -> None:
        self._reset(self._desk.wish.seed + 1)

    def _try(self, at: int) -> None:
        offered = self._desk.board.standing.suggestions
        if at < len(offered):
            self._desk.board.say(offered[at].sentence)


def guarded(client: Any, act: Callable[[], object]) -> None:
    """Do it; what the visitor did wrong is told to that visitor."""
    try:
        act()
    except (ValueError, OSError) as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        if client is not None:
            client.add_notification("That does not work", sentence, color="red", auto_close_seconds=8)


def checkpoints(given: str) -> tuple[str, ...]:
    """What may be chosen: the one given, the one that is shipped, and those under runs/."""
    found = [str(path.parent) for path in sorted(Path("runs").glob("**/model.safetensors"))]
    return tuple(dict.fromkeys([given, "benchmark", *found[:60]]))
