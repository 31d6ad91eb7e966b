"""The page's texts as HTML: the status of the desk and the commands given. What visitors typed is escaped."""

from data.store.annotations import Annotation
from robopolicy.common.html import escape
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
    DeskStatus,
)

SHOWN = 6  # latest commands that are shown
_CARD = (
    "border:1px solid #d9dee7;border-radius:8px;padding:7px 10px;margin:6px 0.6em;"
    "font-size:0.86em;line-height:1.45"
)
_BADGE = "border-radius:9px;padding:0 7px;font-size:0.8em;white-space:nowrap"
_GOOD, _BAD, _SOFT = "#1d8348", "#b83227", "#66708a"
BUTTON_STYLE = (
    "<style>.mantine-Button-root{height:auto!important;min-height:2em}"
    ".mantine-Button-label{white-space:normal;line-height:1.3;padding:0.25em 0}</style>"
)
"""Lets a button's label have several lines; viser's buttons are one line high and cut off longer labels."""

LEGEND = (
    f'<div style="font-size:0.82em;padding:0 0.8em;color:{_SOFT}">Blue: as in training. '
    "Orange: never heard there; which way it is new is said with the outcome.</div>"
)

_MODE_TEXT = {
    IDLE: "Ready. Say what to do.",
    BUSY: "One moment …",
    TELEOPERATED: "A person leads the hand; commands wait.",
    REPLAYING: "This is recorded play. A command shows the desk again.",
}


def status_line(status: DeskStatus) -> str:
    """What the robot is doing now, or what went wrong."""
    now = next((command for command in status.history if command.status == DOING), None)
    waiting = sum(command.status == WAITING for command in status.history)
    if status.error:
        text = f'<span style="color:{_BAD}">{escape(status.error)}</span>'
    elif now:
        text = f"Doing “{escape(now.sentence)}” …"
    else:
        text = _MODE_TEXT[status.mode]
    more = f' <span style="color:{_SOFT}">{waiting} waiting</span>' if waiting else ""
    return (
        f'<div class="robot-status" style="font-weight:600;margin:2px 0;padding:0 0.6em">{text}{more}</div>'
    )


def history(status: DeskStatus) -> str:
    """The latest commands with their outcomes, newest first."""
    cards = [_card(command) for command in reversed(status.history[-SHOWN:])]
    return (
        "".join(cards)
        or f'<div style="color:{_SOFT};font-size:0.86em;padding:0 0.8em">Nothing was said yet.</div>'
    )


def _card(command: CommandRecord) -> str:
    """One command: the sentence, what was understood, and the outcome."""
    lines = [f"<b>“{escape(command.sentence)}”</b> {level_badge(command.level) if command.level else ''}"]
    if command.understood and command.status != REFUSED:
        lines.append(f'<span style="color:{_SOFT}">{escape(understood_as(command.understood))}</span>')
    lines.append(_outcome(command))
    return f'<div class="command" style="{_CARD}">{"<br>".join(lines)}</div>'


def level_badge(level: str) -> str:
    """Whether training may have contained a sentence, and if not, in which way it is unseen."""
    seen = level == "seen"
    paint = "background:#e3ecfb;color:#1f4fa3" if seen else "background:#fdebd3;color:#8a4b08"
    return f'<span style="{_BADGE};{paint}">{"seen" if seen else f"unseen: {escape(level)}"}</span>'


def understood_as(understood: Intent) -> str:
    """What the policy took a sentence to ask for, in words."""
    family, target, other, confidence, _ = understood
    things = f"{target}, {other}" if other else target
    act = family.replace("_", " ") or "told freely"
    what = act if act == "hold still" else f"{act} ({things})"
    return f"understood: {what}, {100 * confidence:.0f} % sure"


def _outcome(command: CommandRecord) -> str:
    """What came of a command so far."""
    if command.status == WAITING:
        return f'<span style="color:{_SOFT}">waiting in line</span>'
    if command.status == DOING:
        return "doing it now …"
    if command.status in (REFUSED, NOT_BEGUN):
        return (
            f'<span style="color:{_BAD if command.status == REFUSED else _SOFT}">{escape(command.why)}</span>'
        )
    happened = escape("; ".join(command.happened)) or "nothing that has a name"
    after = f"after {command.seconds:.1f} s: {happened}"
    if command.status == STOPPED:
        return f'<span style="color:{_SOFT}">stopped</span> {after if command.seconds else ""}'
    if command.success is None:
        return f"<span>{after}</span>"
    mark, colour = ("✔ right", _GOOD) if command.success else ("✘ not what was asked for", _BAD)
    return f'<span>{after}</span> <span style="color:{colour};font-weight:600">{mark}</span>'


def stored(made: Annotation, why: str | None) -> str:
    """That a person's sentence was stored; `why` training leaves it out, or None."""
    text = f"Stored, with the time: “{escape(made.sentence)}”, says {escape(made.who)}."
    but = f' <span style="color:{_BAD}">Training will leave it out: {escape(why)}.</span>' if why else ""
    return f'<div style="font-size:0.86em;line-height:1.45;padding:0 0.8em">{text}{but}</div>'


def facts(status: DeskStatus) -> str:
    """The objects on the desk, the layout, and how fast the last command ran."""
    scene = status.scene
    things = escape(", ".join(scene.names))
    return (
        f'<div style="color:{_SOFT};font-size:0.86em;line-height:1.45;padding:0 0.8em">{things}. '
        f"Layout {escape(scene.layout)}. "
        f"The last command ran at {status.real_time_factor:.2f} of real time.</div>"
    )
