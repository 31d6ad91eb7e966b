"""Tables on the terminal: one row per level or family, every rate with its n and interval."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from rich.table import Table

from robopolicy.common.statistics import percent
from robopolicy.evaluation.tally import Tally

ORIGINS = {"lot": "by words drawn by lot", "hand": "by words chosen", "both": "by words of both kinds"}


WHY = {
    "time": "not done in time",
    "fell": "not done, and what it was about off the desk",
    "forbidden": "did what was forbidden",
}


class Line(NamedTuple):
    """One line of the table of results."""

    name: str
    n: int
    rate: str  # with its interval
    quiet: bool = False


def lines_of(info: Mapping[str, Any]) -> list[Line]:
    """All results of an eval_info but those per family."""
    lines = []
    for name, row in info["levels"].items():
        lines.append(_line(name, row))
        if name == "synonym":
            by_words = info.get("synonym_words", {})  # older ones have none
            lines += [_line(f"synonym: {ORIGINS[origin]}", mine, True) for origin, mine in by_words.items()]
    if "pairs" in info:
        pairs = info["pairs"]
        lines.append(_line("minimal pairs, both right", pairs["both"]))
        lines += [_line(f"pairs: {kind}", row, True) for kind, row in pairs["kinds"].items()]
    if "chain" in info:
        chain = info["chain"]
        low, high = chain["average_length_ci95"]
        average = f"{chain['average_length']:.2f} of {len(chain['completed'])} [{low:.2f}, {high:.2f}]"
        lines.append(Line("chain, average length", chain["n_chains"], average))
        lines += [_line(f"chain: {k} in a row", row, True) for k, row in chain["completed"].items()]
    return lines + [_line(f"control: {name} sentences", row, True) for name, row in info["controls"].items()]


def _line(name: str, row: Mapping[str, Any], quiet: bool = False) -> Line:
    return Line(name, row["n_episodes"], rate_of(row), quiet)


def live_table(rows: Mapping[str, Tally], per_minute: float) -> Table:
    """The table that grows while rollouts finish."""
    table = Table(box=None, header_style="bold", caption=f"{per_minute:.0f} rollouts a minute")
    table.add_column("level")
    table.add_column("rollouts", justify="right")
    table.add_column("success, 95 % interval", justify="right")
    for name, row in rows.items():
        rate = percent(row.success, row.done) if row.done else "-"
        table.add_row(name, f"{row.done}/{row.n}", rate)
    return table


def level_table(info: Mapping[str, Any]) -> Table:
    """Levels and controls of an eval_info."""
    table = Table(box=None, header_style="bold")
    table.add_column("level")
    table.add_column("n", justify="right")
    table.add_column("success, 95 % interval", justify="right")
    for line in lines_of(info):
        table.add_row(line.name, str(line.n), line.rate, style="dim" if line.quiet else None)
    return table


def failures_of(info: Mapping[str, Any]) -> str:
    """How many of an eval_info's rollouts failed, controls apart, and why."""
    failed = [episode for episode in info["episodes"] if not episode["success"]]
    why = Counter(episode.get("cause") for episode in failed)  # older ones have none
    parts = ", ".join(f"{why[cause]} {says}" for cause, says in WHY.items() if why[cause])
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


def markdown_table(info: Mapping[str, Any]) -> str:
    """Levels and controls of an eval_info, for a README or a model card."""
    lines = [f"| {line.name} | {line.n} | {line.rate} |" for line in lines_of(info)]
    return "\n".join(["| level | n | success, 95 % interval |", "|---|---|---|", *lines])


def rate_of(row: Mapping[str, Any]) -> str:
    return percent(row["n_success"], row["n_episodes"])
