"""The page's controls for teleoperation: a gizmo in the scene, keys, and a folder of the panel."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from data.store.episode import EpisodeRecord
from robopolicy.viewer.live.episode_store import EpisodeStore
from robopolicy.viewer.live.session import LiveSession
from robopolicy.viewer.live.teleoperation import STEP, TURN, Teleoperation
from robopolicy.viewer.page import html_text

KEYS: tuple[tuple[str, str, Callable[[Teleoperation], None]], ...] = (
    ("W", "hand forward", lambda teleoperation: teleoperation.move_by(x=STEP)),
    ("S", "hand backward", lambda teleoperation: teleoperation.move_by(x=-STEP)),
    ("A", "hand left", lambda teleoperation: teleoperation.move_by(y=STEP)),
    ("D", "hand right", lambda teleoperation: teleoperation.move_by(y=-STEP)),
    ("R", "hand up", lambda teleoperation: teleoperation.move_by(z=STEP)),
    ("F", "hand down", lambda teleoperation: teleoperation.move_by(z=-STEP)),
    ("Q", "hand counterclockwise", lambda teleoperation: teleoperation.move_by(turn=TURN)),
    ("E", "hand clockwise", lambda teleoperation: teleoperation.move_by(turn=-TURN)),
    ("G", "open or close the gripper", Teleoperation.toggle_gripper),
)
ABOUT = (
    "Drag the gizmo, or press W S (forward, backward), A D (left, right), R F (up, down), Q E (turn), "
    "G (gripper). Commands wait meanwhile."
)


class TeleopControls:
    """One robot for all visitors: any of them may move the gizmo. Episodes go to the dataset in `folder`."""

    def __init__(self, server: Any, live: LiveSession, folder: Path) -> None:
        self._live, self.store = live, EpisodeStore(folder, live.kind)
        self.teleoperation: Teleoperation | None = None
        self._gizmo = server.scene.add_transform_controls(
            "/hand", scale=0.16, disable_rotations=True, depth_test=False, visible=False
        )
        self._gizmo.on_update(lambda _: self._dragged())
        gui = server.gui
        with gui.add_folder("By hand", order=3.5, expand_by_default=False):
            gui.add_html(html_text.note(ABOUT))
            self._take = gui.add_button("Take the hand", icon="hand-move", color="gray")
            self._record = gui.add_checkbox("Record as play", False)
            self._message = gui.add_html("")
        self._take.on_click(lambda _: self.release() if self.active else self.take())
        self._record.on_update(lambda event: self._set_recording(event.target.value))
        for key, what, act in KEYS:
            command = gui.add_command(f"By hand: {what}", hotkey=key)
            command.on_trigger(lambda _, act=act: self._pressed(act))

    @property
    def active(self) -> bool:
        """Whether a person controls the hand."""
        return self.teleoperation is not None and not self.teleoperation.released

    def take(self) -> None:
        """Give the hand to a person."""
        self.teleoperation = Teleoperation(self._keep, self._live.kind.spec)
        self.teleoperation.begin(self._live.state)
        self.teleoperation.recording = bool(self._record.value)
        self._move_gizmo(self.teleoperation)
        self._gizmo.visible, self._take.label = True, "Let go"
        self._live.teleoperate(self.teleoperation, self._ended)

    def release(self) -> None:
        """Give the hand back to the policy."""
        if self.teleoperation is not None:
            self.teleoperation.released = True

    def retry_storing(self) -> None:
        """Store episodes that could not be stored before, if there are any and it is time to try again."""
        if self.store.retry():
            self._show_message()

    def _ended(self) -> None:
        """Called by the session when it has the hand back."""
        self._gizmo.visible, self._take.label = False, "Take the hand"

    def _dragged(self) -> None:
        if self.teleoperation is not None and self.active:
            self.teleoperation.move_to(self._gizmo.position)

    def _pressed(self, act: Callable[[Teleoperation], None]) -> None:
        if self.teleoperation is not None and self.active:
            act(self.teleoperation)
            self._move_gizmo(self.teleoperation)

    def _move_gizmo(self, teleoperation: Teleoperation) -> None:
        self._gizmo.position = tuple(float(v) for v in teleoperation.target)

    def _set_recording(self, on: bool) -> None:
        if self.teleoperation is not None:
            self.teleoperation.recording = on

    def _keep(self, record: EpisodeRecord) -> None:
        self.store.add(record)
        self._show_message()

    def _show_message(self) -> None:
        self._message.content = html_text.note(self.store.message)
