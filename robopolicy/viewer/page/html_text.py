"""The page's texts as HTML: the session's status and the commands given. What visitors typed is escaped."""

from typing import Any

from data.store.annotations import Annotation
from robopolicy.common.templating import renderer
from robopolicy.policies.base.intent import Intent
from robopolicy.viewer.live.records import (
    BUSY,
    DOING,
    IDLE,
    NOT_BEGUN,
    REFUSED,
    REPLAYING,
    STOPPED,
    TELEOPERATED,
    WAITING,
    CommandRecord,
    LiveStatus,
)

SHOWN = 6  # latest commands that are shown
_render = renderer("robopolicy.viewer.page")
BUTTON_STYLE = _render("button_style.html")
"""Lets a button's label have several lines; viser's buttons are one line high and cut off longer labels."""
LEGEND = _render("legend.html")
"""What the colours of the suggestions mean."""
_MODE_TEXT = {
    IDLE: "Ready. Say what to do.",
    BUSY: "One moment …",
    TELEOPERATED: "A person leads the hand; commands wait.",
    REPLAYING: "This is recorded play. A command shows the {noun} again.",
}


def note(text: str) -> str:
    """A line or two in small print, such as how a control is used."""
    return _render("note.html", text=text)


def status_line(status: LiveStatus) -> str:
    """What the robot is doing now, or what went wrong."""
    return _render(
        "status.html",
        error=status.error,
        now=next((command for command in status.history if command.status == DOING), None),
        mode=_MODE_TEXT[status.mode].format(noun=status.kind.noun),
        waiting=sum(command.status == WAITING for command in status.history),
    )


def history(status: LiveStatus) -> str:
    """The latest commands with their outcomes, newest first."""
    return _render("history.html", commands=[_card(command) for command in reversed(status.history[-SHOWN:])])


def _card(command: CommandRecord) -> dict[str, Any]:
    """What is shown of a command: what was understood, a note and what happened, each "" if there is none."""
    refused = command.status == REFUSED
    card = {
        "sentence": command.sentence, "level": command.level, "refused": refused,
        "understood": understood_as(command.understood) if command.understood and not refused else "",
        "note": "", "happened": "", "success": None,
    }  # fmt: skip
    if command.status == WAITING:
        return card | {"note": "waiting in line"}
    if command.status == DOING:
        return card | {"happened": "doing it now …"}
    if command.status in (REFUSED, NOT_BEGUN):
        return card | {"note": command.why}
    after = f"after {command.seconds:.1f} s: {'; '.join(command.happened) or 'nothing that has a name'}"
    if command.status == STOPPED:
        return card | {"note": "stopped", "happened": after if command.seconds else ""}
    return card | {"happened": after, "success": command.success}


def understood_as(understood: Intent) -> str:
    """What the policy took a sentence to ask for, in words."""
    family, target, other, confidence, _ = understood
    things = f"{target}, {other}" if other else target
    act = family.replace("_", " ") or "told freely"
    what = act if act == "hold still" else f"{act} ({things})"
    return f"understood: {what}, {100 * confidence:.0f} % sure"


def stored(made: Annotation, why: str | None) -> str:
    """That a person's sentence was stored; `why` training leaves it out, or None."""
    return _render("stored.html", made=made, why=why)


def facts(status: LiveStatus) -> str:
    """The objects, the layout if there are several, and how fast the last command ran."""
    things, layout = ", ".join(status.scene.names), status.kind.layout(status.scene)
    return _render("facts.html", things=things, layout=layout, factor=status.real_time_factor)
