"""The panel beside the 3D scene: controls that all visitors share, and each one's own line for commands."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.common.errors import sentence_of
from robopolicy.common.errors import UnknownName
from robopolicy.runtime.scene_request import ANY
from robopolicy.viewer.live.records import LiveStatus
from robopolicy.viewer.live.session import SUGGESTED_LEVELS, LiveSession
from robopolicy.viewer.page import html_text
from sim.randomize.factors import Factor


class Panel:
    """Adds the controls to a viser server. `keep_replay` gets the client of the visitor who pressed it."""

    def __init__(self, server: Any, live: LiveSession, keep_replay: Callable[[Any], None]) -> None:
        self._gui, self._live = server.gui, live
        gui = self._gui
        gui.set_panel_label("robopolicy")
        gui.configure_theme(
            control_width="large", show_logo=False, show_share_button=False, brand_color=(47, 111, 222)
        )
        gui.add_html(html_text.BUTTON_STYLE, order=-1)
        self._status = gui.add_html("", order=0)
        with gui.add_folder("Try", order=2):
            gui.add_html(html_text.LEGEND)
            self._suggested = [gui.add_button(" ", color="gray") for _ in SUGGESTED_LEVELS]
        for at, button in enumerate(self._suggested):
            button.on_click(lambda event, at=at: guarded(event.client, lambda: self._submit_suggestion(at)))
        with gui.add_folder("What was said", order=3):
            self._history = gui.add_html("")
            keeps = gui.add_button("Keep the last one as a replay page", icon="download", color="gray")
        keeps.on_click(lambda event: guarded(event.client, lambda: keep_replay(event.client)))
        self._add_desk_controls()

    def welcome(self, client: Any) -> None:
        """Add a new visitor's own line for commands, and a button that stops the robot."""
        with client.gui.add_form(None, order=1) as form:
            text = client.gui.add_text("Say", "", hint="What should the robot do? Enter sends it.")
            send = client.gui.add_button("Do it", icon="send", color="blue")
        stop = client.gui.add_button("Stop", icon="hand-stop", color="red", order=1.5)
        send.on_click(lambda _: form.submit())
        stop.on_click(lambda _: self._live.stop())

        @form.on_submit
        def _(_: Any) -> None:
            sentence, text.value = text.value, ""
            guarded(client, lambda: self._live.shared.submit(sentence))

    def refresh(self, status: LiveStatus) -> None:
        """Show a new status of the session."""
        self._status.content = html_text.status_line(status)
        self._history.content = html_text.history(status)
        empty = [None] * len(self._suggested)
        for button, suggestion in zip(self._suggested, (*status.suggestions, *empty), strict=False):
            button.visible = suggestion is not None
            if suggestion is not None:
                button.label = f"{suggestion.sentence}"
                button.color = "blue" if suggestion.seen else "orange"
                unseen = f"never heard in training: {suggestion.level}"
                button.hint = "as in training" if suggestion.seen else unseen
        if self._seed.value != status.scene.seed:
            self._seed.value = status.scene.seed
        self._facts.content = html_text.facts(status)

    # -- the scene, its physics, the policy ---------------------------------------------------------

    def _add_desk_controls(self) -> None:
        """The folders for the next scene, its physics and sensing, and the policy.

        What a kind of world does not have, layouts or factors, has no controls.
        """
        gui, request, kind = self._gui, self._live.request, self._live.kind
        self._layout = self._number = None
        with gui.add_folder(kind.noun.capitalize(), order=4, expand_by_default=False):
            self._facts = gui.add_html("")
            again = gui.add_button(
                "Reset", icon="refresh", color="gray", hint="the same scene from its beginning"
            )
            new = gui.add_button("New scene", icon="dice", color="gray")
            self._seed = gui.add_number("Scene", request.seed, min=0, step=1)
            if kind.layouts:
                layouts = (ANY, *kind.layouts)
                self._layout = gui.add_dropdown("Layout", layouts, initial_value=request.layout)
            if kind.spec.most_objects > 1:
                most = kind.spec.most_objects
                self._number = gui.add_slider("Objects", 1, most, 1, min(request.n_objects, most))
            self._unseen = gui.add_checkbox(
                "Unseen things", request.unseen, hint="such as training never had"
            )
        again.on_click(lambda event: guarded(event.client, self._reset))
        new.on_click(lambda event: guarded(event.client, self._next_scene))
        self._sliders: dict[str, Any] = {}
        if kind.factors:
            self._add_dynamics(kind.factors)
        with gui.add_folder("Policy", order=6, expand_by_default=False):
            known = checkpoints(self._live.config.checkpoint)
            self._policy = gui.add_dropdown("Checkpoint", known, initial_value=self._live.config.checkpoint)
        self._policy.on_update(
            lambda event: guarded(event.client, lambda: self._switch(event.target.value, known))
        )

    def _add_dynamics(self, factors: Sequence[Factor]) -> None:
        """The folder with a slider for each factor."""
        gui = self._gui
        with gui.add_folder("Physics and sensing, from the next reset on", order=5, expand_by_default=False):
            draws = gui.add_button_group("Draw", ("nominal", "train", "held_out"))
            self._sliders = {factor.name: self._slider(factor) for factor in factors}
        draws.on_click(lambda event: guarded(event.client, lambda: self._draw(event.target.value)))

    def _switch(self, checkpoint: str, known: tuple[str, ...]) -> None:
        """Load another policy: only one of the list, for a browser may send any text."""
        if checkpoint not in known:
            raise UnknownName("checkpoint of this page", checkpoint, known)
        self._live.switch(checkpoint)

    def _slider(self, factor: Factor) -> Any:
        """A slider over a factor's held-out range, which contains the training range."""
        low, high = factor.held_out
        whole = factor.scale == "whole"
        kind = int if whole else float
        step = 1 if whole else (high - low) / 100
        unit = f" ({factor.unit})" if factor.unit else ""
        hint = f"training: {factor.train[0]:g} to {factor.train[1]:g}. {factor.reason}"
        name = factor.name.replace("_", " ") + unit
        return self._gui.add_slider(name, kind(low), kind(high), step, kind(factor.nominal), hint=hint)

    def _draw(self, world: str) -> None:
        """Set the sliders to values drawn at random from a preset."""
        drawn = self._live.kind.draw_dynamics(time.time_ns() % 2**31, world)
        for name, slider in self._sliders.items():
            slider.value = type(slider.value)(drawn[name])

    def _reset(self, seed: int | None = None) -> None:
        """Set up the scene that the controls describe; without a seed, the one in its line."""
        seed = int(self._seed.value) if seed is None else seed
        asked: dict[str, Any] = {"seed": seed, "unseen": bool(self._unseen.value)}
        if self._layout is not None:
            asked["layout"] = self._layout.value
        if self._number is not None:
            asked["n_objects"] = int(self._number.value)
        asked["dynamics"] = {name: slider.value for name, slider in self._sliders.items()}
        self._live.reset(replace(self._live.request, **asked))

    def _next_scene(self) -> None:
        self._reset(self._live.request.seed + 1)

    def _submit_suggestion(self, at: int) -> None:
        suggestions = self._live.shared.status.suggestions
        if at < len(suggestions):
            self._live.shared.submit(suggestions[at].sentence)


def guarded(client: Any, act: Callable[[], object]) -> None:
    """Call `act`; errors that the visitor can mend are shown to that visitor only."""
    try:
        act()
    except (ValueError, OSError) as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        if client is not None:
            client.add_notification("That does not work", sentence, color="red", auto_close_seconds=8)


def checkpoints(given: str) -> tuple[str, ...]:
    """Checkpoints to choose from: the one given, the one that is shipped, and at most 60 under runs/."""
    found = [str(path.parent) for path in sorted(Path("runs").glob("**/model.safetensors"))]
    return tuple(dict.fromkeys([given, "benchmark", *found[:60]]))
