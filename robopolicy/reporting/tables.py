"""Tables on the terminal: one row per level or family, every rate with its n and interval."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from robopolicy.common.statistics import percent
from robopolicy.evaluation.levels.base import Level
from robopolicy.evaluation.levels.lines import Chart, Line, line_of
from robopolicy.evaluation.levels.registry import LEVELS
from robopolicy.evaluation.tally import Tally
from robopolicy.evaluation.trials.judges import CAUSES


def lines_of(info: Mapping[str, Any], levels: Sequence[Level] = LEVELS) -> list[Line]:
    """All results of an eval_info but those per family; of a level that is not in `levels`, its rate."""
    known = {level.name: level for level in levels if not level.control}
    order = dict.fromkeys((*info["levels"], *known))
    lines = [
        line
        for name in order
        for line in (known[name].lines(info) if name in known else _unknown(name, info["levels"][name]))
    ]
    controls = {level.name: level for level in levels if level.control}
    return lines + [line for name in info["controls"] for line in controls[name].lines(info)]


def _unknown(name: str, rate: Mapping[str, Any]) -> list[Line]:
    return [line_of(name, rate, chart=Chart(name, rate))]


def live_table(tallies: Mapping[str, Tally], per_minute: float) -> Table:
    """The table that grows while rollouts finish."""
    table = Table(box=None, header_style="bold", caption=f"{per_minute:.0f} rollouts a minute")
    table.add_column("level")
    table.add_column("rollouts", justify="right")
    table.add_column("success, 95 % interval", justify="right")
    for name, tally in tallies.items():
        rate = percent(tally.success, tally.done) if tally.done else "-"
        table.add_row(name, f"{tally.done}/{tally.n}", rate)
    return table


def level_table(info: Mapping[str, Any], levels: Sequence[Level] = LEVELS) -> Table:
    """Levels and controls of an eval_info."""
    table = Table(box=None, header_style="bold")
    table.add_column("level")
    table.add_column("n", justify="right")
    table.add_column("success, 95 % interval", justify="right")
    for line in lines_of(info, levels):
        table.add_row(line.name, str(line.n), line.rate, style="dim" if line.quiet else None)
    return table


def failures_of(info: Mapping[str, Any]) -> str:
    """How many of an eval_info's rollouts failed, controls apart, and why."""
    failed = [episode for episode in info["episodes"] if not episode["success"]]
    why = Counter(why_failed(episode) for episode in failed)
    parts = ", ".join(
        f"{why[says]} {says}" for says in dict.fromkeys((*CAUSES.values(), *why)) if says and why[says]
    )
    return f"{len(failed)} of {len(info['episodes'])} rollouts failed" + (f": {parts}" if parts else "")


def family_table(info: Mapping[str, Any]) -> Table:
    """Families down, levels across; a cell is successes of rollouts."""
    levels = list(info["levels"])
    table = Table(box=None, header_style="bold")
    table.add_column("family")
    for level in levels:
        table.add_column(level, justify="right")
    for family, by_level in info["per_task"].items():
        cells = [by_level.get(level) for level in levels]
        texts = [f"{c['n_success']}/{c['n_episodes']}" if c else "-" for c in cells]
        table.add_row(family, *texts)
    return table


def markdown_table(info: Mapping[str, Any], levels: Sequence[Level] = LEVELS) -> str:
    """Levels and controls of an eval_info, for a README or a model card."""
    lines = [f"| {line.name} | {line.n} | {line.rate} |" for line in lines_of(info, levels)]
    return "\n".join(["| level | n | success, 95 % interval |", "|---|---|---|", *lines])


def why_failed(episode: Mapping[str, Any]) -> str:
    """Why an episode of an eval_info failed, in words; "" where it does not say, as older ones."""
    cause = str(episode.get("cause", ""))
    return CAUSES.get(cause, cause)
