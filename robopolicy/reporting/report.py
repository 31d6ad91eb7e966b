"""report.html: an evaluation on one page that needs nothing else (films are linked beside it).

write_report(Path("runs/demo"), films)   reads eval_info.json there, writes report.html beside it
"""

import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from data.common.atomic_io import write_atomic
from robopolicy.common.html import escape, page, table
from robopolicy.evaluation.levels.base import Level
from robopolicy.evaluation.levels.lines import Chart, Line, rate_of
from robopolicy.evaluation.levels.registry import LEVELS
from robopolicy.evaluation.summary import read_info
from robopolicy.reporting.svg import Bar, bars, curve
from robopolicy.reporting.tables import failures_of, lines_of, why_failed
from robopolicy.reporting.videos import Film
from robopolicy.training.metrics import read_metrics

MAX_EMBEDDED = 6_000_000  # bytes of GIF that still go into the page


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
    sections = [_head(info), _hero(folder, gif), _levels(info, levels), _families(info)]
    if training is not None:
        sections.append(_training(training))
    sections += [_films(films), _replays(replays), _failures(info), _made_by(info)]
    path = folder / "report.html"
    write_atomic(path, page("robopolicy report", "\n".join(section for section in sections if section)))
    return path


def training_curve(checkpoint: Path) -> Curve | None:
    """The curve that training left beside its checkpoint; None if there is none."""
    rows = read_metrics(checkpoint / "metrics.jsonl")
    return Curve([row["step"] for row in rows], [row["loss"] for row in rows]) if rows else None


def _head(info: Mapping[str, Any]) -> str:
    by = info["produced_by"]
    n = len(info["episodes"]) + len(info["control_episodes"])
    return (
        "<h1>How well does it do what it is told?</h1>"
        f'<p class="soft">{n} rollouts of <code>{escape(by["checkpoint"])}</code>, '
        f"seed {by['config']['seed']}, world <code>{escape(by['config']['world'])}</code>. "
        "Every trial (scene, goal, sentence) was fixed before the first rollout. "
        "Intervals are Wilson's, 95 %.</p>"
    )


def _hero(folder: Path, gif: str) -> str:
    path = folder / gif
    if not gif or not path.is_file():
        return ""
    source = gif
    if path.stat().st_size <= MAX_EMBEDDED:
        source = "data:image/gif;base64," + base64.b64encode(path.read_bytes()).decode()
    return (
        f'<figure class="hero"><img src="{source}" alt="The robot carrying out unseen commands">'
        "<figcaption>Commands that no training artefact contains, at twice the speed.</figcaption></figure>"
    )


def _levels(info: Mapping[str, Any], levels: Sequence[Level]) -> str:
    lines = lines_of(info, levels)
    head = "<th>level</th><th>what is new at test time</th>"
    head += '<th class="n">n</th><th class="n">success, 95 % interval</th>'
    about = (
        "<p>The controls show whether the words matter: without the right one, success should be rare.</p>"
    )
    about = about if info["controls"] else ""
    drawn = bars([_bar(line.chart) for line in lines if line.chart])
    return f"<h2>Levels of unseen</h2>{table(head, [_row(line) for line in lines])}{about}{drawn}"


def _row(line: Line) -> str:
    return (
        f'<tr class="{"quiet" if line.quiet else ""}"><td>{escape(line.name)}</td>'
        f'<td class="soft">{escape(line.description)}</td>'
        f'<td class="n">{line.n}</td><td class="n">{line.rate}</td></tr>'
    )


def _bar(chart: Chart) -> Bar:
    rate = chart.rate
    low, high = rate["pc_success_ci95"]
    note = f"{rate['n_success']} of {rate['n_episodes']}"
    return Bar(chart.label, rate["pc_success"] or 0.0, low, high, note, chart.quiet)


def _families(info: Mapping[str, Any]) -> str:
    levels = list(info["levels"])
    head = "<th>family</th>" + "".join(f'<th class="heat">{escape(level)}</th>' for level in levels)
    rows = [
        f"<tr><td>{escape(family)}</td>" + "".join(_heat(by_level.get(level)) for level in levels) + "</tr>"
        for family, by_level in info["per_task"].items()
    ]
    about = "<p>Successes of rollouts; hover for the interval. With few rollouts each, cells are rough.</p>"
    return f"<h2>Families</h2>{about}{table(head, rows)}"


def _heat(cell: Mapping[str, Any] | None) -> str:
    if not cell or not cell["n_episodes"]:
        return '<td class="heat soft">–</td>'
    shade = 0.06 + 0.55 * cell["n_success"] / cell["n_episodes"]
    return (
        f'<td class="heat" style="background:rgba(var(--heat),{shade:.2f})" title="{rate_of(cell)}">'
        f"{cell['n_success']}/{cell['n_episodes']}</td>"
    )


def _training(training: Curve) -> str:
    drawn = curve(training.steps, training.loss, "training step", "loss")
    return f"<h2>Training</h2>{drawn}" if drawn else ""


def _films(films: Sequence[Film]) -> str:
    if not films:
        return ""
    figures = [
        f'<figure><video src="{escape(film.file)}" controls preload="metadata" muted playsinline></video>'
        f"<figcaption><b>“{escape(film.sentence)}”</b><br>{escape(film.level)} · {escape(film.task)} · "
        f"{_verdict(film.success)}</figcaption></figure>"
        for film in films
    ]
    return f'<h2>Films</h2><div class="films">{"".join(figures)}</div>'


def _replays(replays: Sequence[Film]) -> str:
    if not replays:
        return ""
    head = "<th>replay, in 3D</th><th>level</th><th>family</th><th></th>"
    rows = [
        f'<tr><td><a href="{escape(one.file)}">“{escape(one.sentence)}”</a></td><td>{escape(one.level)}</td>'
        f"<td>{escape(one.task)}</td><td>{_verdict(one.success)}</td></tr>"
        for one in replays
    ]
    return f"<h2>Replays</h2>{table(head, rows)}"


def _verdict(success: bool) -> str:
    return '<span class="good">done</span>' if success else '<span class="bad">not done</span>'


def _failures(info: Mapping[str, Any]) -> str:
    order = [*info["per_task"]]
    failed = [episode for episode in info["episodes"] if not episode["success"]]
    failed.sort(key=lambda episode: (order.index(episode["task"]), episode["level"]))
    if not failed:
        return "<h2>Failures</h2><p>None.</p>"
    rows = [
        f"<tr><td>{escape(at['task'])}</td><td>{escape(e['level'])}</td><td>{escape(at['sentence'])}</td>"
        f"<td>{escape(why_failed(e))}</td>"
        f'<td class="n">{e["seed"]}</td></tr>'
        for e in failed
        for at in [e["commands"][e["completed"]] if "commands" in e else e]
    ]
    head = '<th>family</th><th>level</th><th>sentence</th><th>why</th><th class="n">seed</th>'
    return (
        f"<h2>Failures</h2><details><summary>{escape(failures_of(info))}; by family</summary>"
        f"{table(head, rows)}</details>"
    )


def _made_by(info: Mapping[str, Any]) -> str:
    by = dict(info["produced_by"])
    lines = [
        ("commit", by["commit"] or "unknown"),
        ("sources (SHA-256)", by["code_sha256"]),
        ("checkpoint (SHA-256)", by["checkpoint_sha256"] or "none"),
        (
            "time",
            f"{by['wall_s']:.0f} s on {by['cpus']} cores, {by['rollouts_per_minute']:.0f} rollouts a minute",
        ),
        ("versions", ", ".join(f"{name} {number}" for name, number in by["versions"].items() if number)),
        ("Python", f"{by['python']}, {by['system']}"),
    ]
    rows = [f"<tr><td>{name}</td><td>{escape(str(value))}</td></tr>" for name, value in lines]
    config = escape(json.dumps(by["config"], indent=1))
    return (
        f"<h2>What produced this</h2>{table('<th></th><th></th>', rows)}"
        f"<details><summary>the whole configuration</summary><pre>{config}</pre></details>"
    )
