"""What the page says: the exchanges and the standing, as HTML. What visitors typed is escaped."""

from data.store.annotations import Annotation
from robopolicy.common.html import escape
from robopolicy.policies.base.intent import Intent
from robopolicy.viewer.records import (
    BUSY,
    DOING,
    FREE,
    LED,
    NOT_BEGUN,
    RECORDED,
    REFUSED,
    STOPPED,
    WAITING,
    Exchange,
    Standing,
)

SHOWN = 6  # exchanges, the latest first
_CARD = (
    "border:1px solid #d9dee7;border-radius:8px;padding:7px 10px;margin:6px 0.6em;"
    "font-size:0.86em;line-height:1.45"
)
_BADGE = "border-radius:9px;padding:0 7px;font-size:0.8em;white-space:nowrap"
_GOOD, _BAD, _SOFT = "#1d8348", "#b83227", "#66708a"
WRAPPED = (
    "<style>.mantine-Button-root{height:auto!important;min-height:2em}"
    ".mantine-Button-label{white-space:normal;line-height:1.3;padding:0.25em 0}</style>"
)
"""Lets what stands on a button have several lines: viser's are one line high, and cut off what is longer."""

LEGEND = (
    f'<div style="font-size:0.82em;padding:0 0.8em;color:{_SOFT}">Blue: as in training. '
    "Orange: never heard there; which way it is new is said with the outcome.</div>"
)

_AT = {
    FREE: "Ready. Say what to do.",
    BUSY: "One moment …",
    LED: "A person leads the hand; commands wait.",
    RECORDED: "This is recorded play. A command shows the desk again.",
}


def status_line(standing: Standing) -> str:
    """What the robot is doing now."""
    now = next((one for one in standing.history if one.status == DOING), None)
    waiting = sum(one.status == WAITING for one in standing.history)
    if standing.trouble:
        says = f'<span style="color:{_BAD}">{escape(standing.trouble)}</span>'
    elif now:
        says = f"Doing “{escape(now.sentence)}” …"
    else:
        says = _AT[standing.at]
    more = f' <span style="color:{_SOFT}">{waiting} waiting</span>' if waiting else ""
    return (
        f'<div class="robot-status" style="font-weight:600;margin:2px 0;padding:0 0.6em">{says}{more}</div>'
    )


def history(standing: Standing) -> str:
    """The latest exchanges, newest first."""
    cards = [_card(one) for one in reversed(standing.history[-SHOWN:])]
    return (
        "".join(cards)
        or f'<div style="color:{_SOFT};font-size:0.86em;padding:0 0.8em">Nothing was said yet.</div>'
    )


def _card(one: Exchange) -> str:
    lines = [f"<b>“{escape(one.sentence)}”</b> {level_badge(one.level) if one.level else ''}"]
    if one.understood and one.status != REFUSED:
        lines.append(f'<span style="color:{_SOFT}">{escape(understood_as(one.understood))}</span>')
    lines.append(_outcome(one))
    return f'<div class="exchange" style="{_CARD}">{"<br>".join(lines)}</div>'


def level_badge(level: str) -> str:
    """Whether training may have had a sentence."""
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


def _outcome(one: Exchange) -> str:
    if one.status == WAITING:
        return f'<span style="color:{_SOFT}">waiting in line</span>'
    if one.status == DOING:
        return "doing it now …"
    if one.status in (REFUSED, NOT_BEGUN):
        return f'<span style="color:{_BAD if one.status == REFUSED else _SOFT}">{escape(one.why)}</span>'
    words = escape("; ".join(one.happened)) or "nothing that has a name"
    after = f"after {one.seconds:.1f} s: {words}"
    if one.status == STOPPED:
        return f'<span style="color:{_SOFT}">stopped</span> {after if one.seconds else ""}'
    if one.success is None:
        return f"<span>{after}</span>"
    mark, colour = ("✔ right", _GOOD) if one.success else ("✘ not what was asked for", _BAD)
    return f'<span>{after}</span> <span style="color:{colour};font-weight:600">{mark}</span>'


def stored(made: Annotation, why: str | None) -> str:
    """That a sentence was stored; and why training will not see it, if it will not."""
    says = f"Stored, with the time: “{escape(made.sentence)}”, says {escape(made.who)}."
    but = f' <span style="color:{_BAD}">Training will leave it out: {escape(why)}.</span>' if why else ""
    return f'<div style="font-size:0.86em;line-height:1.45;padding:0 0.8em">{says}{but}</div>'


def facts(standing: Standing) -> str:
    """What stands on the desk, and how fast time passes there."""
    scene = standing.scene
    things = escape(", ".join(scene.names))
    return (
        f'<div style="color:{_SOFT};font-size:0.86em;line-height:1.45;padding:0 0.8em">{things}. '
        f"Layout {escape(scene.layout)}. "
        f"The last command ran at {standing.factor:.2f} of real time.</div>"
    )
