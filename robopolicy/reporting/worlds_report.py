"""worlds.html: several policies in many worlds, on one page that needs nothing else."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data.common.atomic_io import write_atomic
from robopolicy.common.html import escape, page, table
from robopolicy.evaluation.levels.lines import rate_of
from robopolicy.reporting.svg import Bar, Series, bars, lines
from sim.randomize.factors import factor_named
from sim.randomize.presets import NOMINAL


def write_worlds_report(folder: Path, info: Mapping[str, Any]) -> Path:
    """Write the page of what worlds.json holds beside it; returns its path."""
    sections = [
        _head(info),
        _worlds(info),
        _bars(info),
        _sweeps(info),
        _known(info),
        _same(info),
        _made_by(info),
    ]
    path = folder / "worlds.html"
    write_atomic(path, page("robopolicy worlds", "\n".join(section for section in sections if section)))
    return path


def share_of(row: Mapping[str, Any], name: str) -> str:
    """A policy's success in a world as a share of its own in the nominal one; "" for that itself."""
    mine = row["policies"][name]
    if row["world"] == NOMINAL:
        return ""
    if mine["pc_of_nominal"] is None:
        return "nothing succeeds in nominal"
    low, high = mine["pc_of_nominal_ci95"]
    top = "" if high is None else f"{high:.1f}"
    return f"{mine['pc_of_nominal']:.1f} % of nominal [{low:.1f}, {top}]"


def difference_of(row: Mapping[str, Any], name: str) -> tuple[str, str]:
    """A policy against the first in a world: the difference in points, and p; "" for the first itself."""
    against = row["against_first"].get(name)
    if against is None:
        return "", ""
    low, high = against["points_ci95"]
    return f"{against['points']:+.1f} [{low:+.1f}, {high:+.1f}]", f"p {against['p']:.2g}"


def _head(info: Mapping[str, Any]) -> str:
    config, names = info["produced_by"]["config"], list(info["policies"])
    told = ", ".join(
        f"<b>{escape(name)}</b> (<code>{escape(policy['checkpoint'])}</code>, memory {policy['memory']})"
        for name, policy in info["policies"].items()
    )
    against = f" Differences are to {escape(names[0])}." if len(names) > 1 else ""
    return (
        "<h1>Worlds, seen and unseen</h1>"
        f"<p>{told}: {config['n']} rollouts each in every world, sentences of the level "
        f"{escape(info['level'])}, seed {config['seed']}.{against}</p>"
        '<p class="soft">All policies have the same trials in a world, fixed before the first rollout. '
        "Intervals are of 95 %: Wilson's of rates, Bonett and Price's for pairs of shares and differences. "
        "p is McNemar's, exact, not corrected for there being several.</p>"
    )


def _worlds(info: Mapping[str, Any]) -> str:
    several = len(info["policies"]) > 1
    head = '<th>world</th><th>policy</th><th class="n">n</th><th class="n">success</th>'
    head += '<th class="n">of its own in nominal</th>'
    head += '<th class="n">difference, points</th><th class="n">p</th>' if several else ""
    rows = []
    for row in info["worlds"]:
        for i, (name, mine) in enumerate(row["policies"].items()):
            difference, p = difference_of(row, name)
            cells = [
                f'<td class="long">{escape(row["world"]) if i == 0 else ""}</td><td>{escape(name)}</td>',
                f'<td class="n">{mine["n_episodes"]}</td><td class="n">{rate_of(mine)}</td>',
                f'<td class="n">{share_of(row, name).replace(" of nominal", "")}</td>',
                f'<td class="n">{difference}</td><td class="n">{p[2:]}</td>' if several else "",
            ]
            rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<h2>Worlds</h2>{table(head, rows)}"


def _bars(info: Mapping[str, Any]) -> str:
    parts = []
    for row in info["worlds"]:
        drawn = [
            Bar(
                name, mine["pc_success"], mine["pc_success_ci95"][0], mine["pc_success_ci95"][1],
                f"{mine['n_success']} of {mine['n_episodes']}",
            )
            for name, mine in row["policies"].items()
        ]  # fmt: skip
        parts.append(f"<h3>{escape(row['world'])}</h3>{bars(drawn)}")
    return "".join(parts)


def _sweeps(info: Mapping[str, Any]) -> str:
    if not info["sweep"]:
        return ""
    n = info["produced_by"]["config"]["n_sweep"]
    figures = "".join(f"<div>{_sweep(name, found)}</div>" for name, found in info["sweep"].items())
    return (
        f"<h2>One factor at a time</h2><p>The others are nominal. {n} rollouts per policy and value; bands "
        "are 95 % intervals, the training range is shaded, the nominal value is in bold.</p>"
        f'<div class="plots">{figures}</div>'
    )


def _sweep(name: str, found: Mapping[str, Any]) -> str:
    points = found["points"]
    series = []
    for policy in points[0]["policies"]:
        rates = [point["policies"][policy] for point in points]
        low, high = zip(*(rate["pc_success_ci95"] for rate in rates), strict=True)
        y = [rate["pc_success"] for rate in rates]
        series.append(Series(policy, [point["value"] for point in points], y, low, high))
    low, high = found["train"]
    unit = f", {found['unit']}" if found["unit"] else ""
    drawn = lines(series, f"{name}{unit}", (low, high), found["nominal"], found["scale"] == "log")
    return f'<h3>{escape(name)}</h3>{drawn}<p class="soft">{escape(factor_named(name).reason)}</p>'


def _known(info: Mapping[str, Any]) -> str:
    """Of the policies with a memory of their own."""
    parts = []
    for name, known in info["known"].items():
        rows = [
            f'<tr><td>{escape(one["factor"])}</td><td class="n">{one["r2"]:.2f}</td>'
            f'<td class="n">[{one["low"]:.2f}, {one["high"]:.2f}]</td></tr>'
            for one in sorted(known, key=lambda one: -one["r2"])
        ]
        if rows:
            head = '<th>factor</th><th class="n">R2</th><th class="n">95 % interval</th>'
            n = known[0]["n"]
            told = f"<h3>{escape(name)}</h3><p>{n} rollouts were asked about.</p>"
            parts.append(told + table(head, rows))
    if not parts:
        return ""
    return (
        "<h2>What it knows of its world</h2><p>A linear probe of what the policy came to think by the end of "
        "a rollout, fitted in the world train and asked about held_out. About 0: nothing is known.</p>"
        + "".join(parts)
    )


def _same(info: Mapping[str, Any]) -> str:
    n = info["produced_by"]["config"]["n"]
    rows = [
        f'<tr><td>{escape(row["world"])}</td><td class="n">{row["same_as_nominal"]["trials"]}</td>'
        f'<td class="n">{row["same_as_nominal"]["scenes"]}</td></tr>'
        for row in info["worlds"]
        if row["world"] != NOMINAL
    ]
    if not rows:
        return ""
    head = f'<th>world</th><th class="n">same goal and sentence, of {n}</th><th class="n">and same desk</th>'
    return (
        "<h2>How alike the trials of two worlds are</h2><p>Seeds and families are the same in all worlds. "
        "Where a world moves furniture or draws the number of objects, the desk of a seed is another, and "
        "another object may be asked for.</p>" + table(head, rows)
    )


def _made_by(info: Mapping[str, Any]) -> str:
    told = escape(json.dumps({**info["produced_by"], "policies": info["policies"]}, indent=1))
    return (
        "<h2>What produced this</h2><details><summary>commit, versions, checkpoints, configuration</summary>"
        f"<pre>{told}</pre></details>"
    )
