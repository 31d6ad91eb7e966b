"""report.html: an evaluation on one page that needs nothing else (films are linked beside it).

write_report(Path("runs/demo"), films)   reads eval_info.json there, writes report.html beside it

Here is what the page says; templates/report.html is how.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from data.common.atomic_io import write_atomic
from robopolicy.common.templating import renderer
from robopolicy.evaluation.levels.base import Level
from robopolicy.evaluation.levels.lines import Chart, rate_of
from robopolicy.evaluation.levels.registry import LEVELS
from robopolicy.evaluation.summary import read_info
from robopolicy.reporting.svg import Bar, bars, curve
from robopolicy.reporting.tables import failures_of, lines_of, why_failed
from robopolicy.reporting.videos import Film
from robopolicy.training.metrics import read_metrics

MAX_EMBEDDED = 6_000_000  # bytes of GIF that still go into the page
_render = renderer("robopolicy.reporting")


class Curve(NamedTuple):
    """A training curve."""

    steps: Sequence[float]
    loss: Sequence[float]


def write_report(
    folder: Path,
    films: Sequence[Film] = (),
    training: Curve | None = None,
    gif: str = "",
    replays: Sequence[Film] = (),
    levels: Sequence[Level] = LEVELS,
) -> Path:
    """Write the report of the evaluation in a folder, which is of some of these levels; returns its path."""
    info = read_info(folder)
    by, lines = info["produced_by"], lines_of(info, levels)
    page = _render(
        "report.html",
        by=by,
        n_rollouts=len(info["episodes"]) + len(info["control_episodes"]),
        hero=_hero(folder, gif),
        lines=lines,
        has_controls=bool(info["controls"]),
        bars=bars([_bar(line.chart) for line in lines if line.chart]),
        families=_families(info),
        training=curve(training.steps, training.loss, "training step", "loss") if training else "",
        films=films,
        replays=replays,
        failures=_failures(info),
        failures_summary=failures_of(info),
        produced=_produced(by),
        config=json.dumps(by["config"], indent=1),
    )
    path = folder / "report.html"
    write_atomic(path, page + "\n")
    return path


def training_curve(checkpoint: Path) -> Curve | None:
    """The curve that training left beside its checkpoint; None if there is none."""
    rows = read_metrics(checkpoint / "metrics.jsonl")
    return Curve([row["step"] for row in rows], [row["loss"] for row in rows]) if rows else None


def _hero(folder: Path, gif: str) -> str:
    """Where the page's picture comes from: itself, if it is small enough to be embedded; "" for none."""
    path = folder / gif
    if not gif or not path.is_file():
        return ""
    if path.stat().st_size > MAX_EMBEDDED:
        return gif
    return "data:image/gif;base64," + base64.b64encode(path.read_bytes()).decode()


def _bar(chart: Chart) -> Bar:
    rate = chart.rate
    low, high = rate["pc_success_ci95"]
    note = f"{rate['n_success']} of {rate['n_episodes']}"
    return Bar(chart.label, rate["pc_success"] or 0.0, low, high, note, chart.quiet)


def _families(info: Mapping[str, Any]) -> dict[str, Any]:
    """The table of families down and levels across; a cell is None where nothing was asked."""
    levels = list(info["levels"])
    rows = [
        (family, [_cell(by_level.get(level)) for level in levels])
        for family, by_level in info["per_task"].items()
    ]
    return {"levels": levels, "rows": rows}


def _cell(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not row or not row["n_episodes"]:
        return None
    n, successes = row["n_episodes"], row["n_success"]
    return {"n": n, "successes": successes, "rate": rate_of(row), "shade": 0.06 + 0.55 * successes / n}


def _failures(info: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rollouts that failed, in the order of families, others last.

    Of a chain it is the command at which it failed, of a dialogue all that was said.
    """
    order = {family: i for i, family in enumerate(info["per_task"])}
    failed = [episode for episode in info["episodes"] if not episode["success"]]
    failed.sort(key=lambda episode: (order.get(episode["task"], len(order)), episode["level"]))
    rows = []
    for one in failed:
        at = one["commands"][one["completed"]] if "commands" in one else one
        asked = {"task": at["task"], "sentence": " / ".join(one.get("sentences", [at["sentence"]]))}
        rows.append({**asked, "level": one["level"], "why": why_failed(one), "seed": one["seed"]})
    return rows


def _produced(by: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the results were made by, line by line."""
    spent = f"{by['wall_s']:.0f} s on {by['cpus']} cores, {by['rollouts_per_minute']:.0f} rollouts a minute"
    return [
        ("commit", by["commit"] or "unknown"),
        ("sources (SHA-256)", by["code_sha256"]),
        ("checkpoint (SHA-256)", by["checkpoint_sha256"] or "none"),
        ("time", spent),
        ("versions", ", ".join(f"{name} {number}" for name, number in by["versions"].items() if number)),
        ("Python", f"{by['python']}, {by['system']}"),
    ]
