"""What a visitor leads the hand with: a gizmo in the scene, keys, and a folder of the panel."""

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from robopolicy.viewer.desk import LiveDesk
from robopolicy.viewer.keeper import Keeper
from robopolicy.viewer.teleoperation import STEP, TURN, Hand

KEYS: tuple[tuple[str, str, Callable[[Hand], None]], ...] = (
    ("W", "hand forward", lambda hand: hand.nudge(x=STEP)),
    ("S", "hand backward", lambda hand: hand.nudge(x=-STEP)),
    ("A", "hand left", lambda hand: hand.nudge(y=STEP)),
    ("D", "hand right", lambda hand: hand.nudge(y=-STEP)),
    ("R", "hand up", lambda hand: hand.nudge(z=STEP)),
    ("F", "hand down", lambda hand: hand.nudge(z=-STEP)),
    ("Q", "hand counterclockwise", lambda hand: hand.nudge(turn=TURN)),
    ("E", "hand clockwise", lambda hand: hand.nudge(turn=-TURN)),
    ("G", "open or close the gripper", Hand.toggle),
)
ABOUT = (
    '<div style="font-size:0.86em;padding:0 0.8em">Drag the gizmo, or press W S (forward, backward), A D '
    "(left, right), R F (up, down), Q E (turn), G (gripper). Commands wait meanwhile.</div>"
)


class Handles:
    """One hand for all visitors: whoever drags, leads."""

    def __init__(self, server: Any, desk: LiveDesk, folder: Path) -> None:
        self._desk, self.keeper = desk, Keeper(folder)
        self.hand: Hand | None = None
        self._gizmo = server.scene.add_transform_controls(
            "/hand", scale=0.16, disable_rotations=True, depth_test=False, visible=False
        )
        self._gizmo.on_update(lambda _: self._dragged())
        gui = server.gui
        with gui.add_folder("By hand", order=3.5, expand_by_default=False):
            gui.add_html(ABOUT)
            self._take = gui.add_button("Take the hand", icon="hand-move", color="gray")
            self._record = gui.add_checkbox("Record as play", False)
            self._says = gui.add_html("")
        self._take.on_click(lambda _: self.release() if self.led else self.take())
        self._record.on_update(lambda event: self._set_recording(event.target.value))
        for key, does, act in KEYS:
            command = gui.add_command(f"By hand: {does}", hotkey=key)
            command.on_trigger(lambda _, act=act: self._pressed(act))

    @property
    def led(self) -> bool:
        """Whether a person has the hand."""
        return self.hand is not None and not self.hand.released

    def take(self) -> None:
        """From now on a person leads."""
        self.hand = Hand(self._kept)
        self.hand.begin(self._desk.state)
        self.hand.recording = bool(self._record.value)
        self._gizmo.position = tuple(float(v) for v in self.hand.target)
        self._gizmo.visible, self._take.label = True, "Let go"
        self._desk.lead(self.hand, self._let_go)

    def release(self) -> None:
        if self.hand is not None:
            self.hand.released = True

    def _let_go(self) -> None:
        """The desk has it back."""
        self._gizmo.visible, self._take.label = False, "Take the hand"

    def _dragged(self) -> None:
        if self.hand is not None and self.led:
            self.hand.go(self._gizmo.position)

    def _pressed(self, act: Callable[[Hand], None]) -> None:
        if self.hand is not None and self.led:
            act(self.hand)
            self._gizmo.position = tuple(float(v) for v in self.hand.target)

    def _set_recording(self, on: bool) -> None:
        if self.hand is not None:
            self.hand.recording = on

    def look_after(self) -> None:
        """Store what could not be stored before, if there is any and it can be now."""
        if self.keeper.look_after():
            self._tell()

    def _kept(self, record: Any) -> None:
        self.keeper(record)
        self._tell()

    def _tell(self) -> None:
        says = escape(self.keeper.says)
        self._says.content = f'<div style="font-size:0.86em;padding:0 0.8em">{says}</div>'
