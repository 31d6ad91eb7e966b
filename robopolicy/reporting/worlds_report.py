"""worlds.html: several policies in many worlds, on one page that needs nothing else."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data.common.atomic_io import write_atomic
from robopolicy.common.templating import renderer
from robopolicy.evaluation.levels.lines import rate_of
from robopolicy.reporting.svg import Bar, Series, bars, lines
from sim.randomize.factors import factor_named
from sim.randomize.presets import NOMINAL

_render = renderer("robopolicy.reporting")


def write_worlds_report(folder: Path, info: Mapping[str, Any]) -> Path:
    """Write the page of what worlds.json holds beside it; returns its path."""
    by = info["produced_by"]
    page = _render(
        "worlds.html",
        by=by,
        policies=info["policies"],
        level=info["level"],
        rows=[_row(row, name) for row in info["worlds"] for name in row["policies"]],
        bars_by_world=[(row["world"], bars(_bars(row))) for row in info["worlds"]],
        sweeps=[_sweep(name, found) for name, found in info["sweep"].items()],
        known={name: factors for name, factors in info["known"].items() if factors},
        alike=[row for row in info["worlds"] if row["world"] != NOMINAL],
        produced=json.dumps({**by, "policies": info["policies"]}, indent=1),
    )
    path = folder / "worlds.html"
    write_atomic(path, page + "\n")
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


def _row(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A policy's line in the table of a world, which is named in the line of the first policy only."""
    mine = row["policies"][name]
    difference, p = difference_of(row, name)
    return {
        "world": row["world"] if name == next(iter(row["policies"])) else "",
        "policy": name,
        "n": mine["n_episodes"],
        "rate": rate_of(mine),
        "share": share_of(row, name).replace(" of nominal", ""),
        "difference": difference,
        "p": p.removeprefix("p "),
    }


def _bars(row: Mapping[str, Any]) -> list[Bar]:
    """The rates of all policies in a world."""
    return [
        Bar(
            name, mine["pc_success"], mine["pc_success_ci95"][0], mine["pc_success_ci95"][1],
            f"{mine['n_success']} of {mine['n_episodes']}",
        )
        for name, mine in row["policies"].items()
    ]  # fmt: skip


def _sweep(name: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """A factor, the rates over its values, and why it is varied."""
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
    return {"factor": name, "lines": drawn, "reason": factor_named(name).reason}
