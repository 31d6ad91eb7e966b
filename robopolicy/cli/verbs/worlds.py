"""robopolicy worlds: compare policies, on the same trials, in worlds that none was trained in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table

from data.common.locks import held
from robopolicy.common.console import console
from robopolicy.evaluation.levels.lines import rate_of
from robopolicy.experiments.worlds import WorldsConfig, compare_worlds
from robopolicy.reporting.worlds_report import difference_of, share_of, write_worlds_report

CONFIG = WorldsConfig
EXAMPLES = (
    "robopolicy worlds policies=runs/train",
    "robopolicy worlds policies=memoryless=runs/a,history=runs/b",
    "robopolicy worlds worlds=held_out:latency+control_yaw,latency=3 sweep=[] n=1000",
    "robopolicy worlds worlds=[] sweep=object_mass,dropout points=11 n=200 n_sweep=200",
)


def run(config: WorldsConfig) -> None:
    """Evaluate every policy on the same trials in every world, and compare.

    Worlds are named as for `evaluate`. A folder of evaluations that are complete is added to: further
    worlds, factors and policies cost what they cost alone.
    """
    folder = Path(config.output)
    with held(folder):
        info = compare_worlds(config)
        write_worlds_report(folder, info)
    console.print(worlds_table(info))
    console.print(
        f"Success of {config.n} rollouts each, level {config.level}, 95 % intervals; its ratio to the same "
        "policy's in the nominal world; difference to the first policy on the same trials, in points, and "
        "McNemar's exact p."
    )
    console.print(f"written: {folder / 'worlds.json'}, {folder / 'worlds.html'}")


def worlds_table(info: Mapping[str, Any]) -> Table:
    """A table of success rates: one row a world, one column a policy."""
    table = Table(box=None, header_style="bold", padding=(0, 2, 1, 0))
    table.add_column("world", overflow="fold")
    for name in info["policies"]:
        table.add_column(name, justify="right")
    for row in info["worlds"]:
        table.add_row(row["world"], *(_cell(row, name) for name in info["policies"]))
    return table


def _cell(row: Mapping[str, Any], name: str) -> str:
    """Success of one policy in one world, and its comparisons."""
    mine = row["policies"][name]
    lines = [rate_of(mine), share_of(row, name), ", ".join(filter(None, difference_of(row, name)))]
    return "\n".join(line for line in lines if line)
