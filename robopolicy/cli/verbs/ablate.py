"""robopolicy ablate: train variants of a policy and compare them trial by trial."""

from rich.table import Table

from robopolicy.common.console import console
from robopolicy.experiments.ablate import BASELINE, AblateConfig, Comparison, ablate

CONFIG = AblateConfig
EXAMPLES = (
    "robopolicy ablate dataset=runs/demo/play",
    'robopolicy ablate seeds=[0] variants=\'["token_noise=0","policy.chunk=4"]\'',
)


def run(config: AblateConfig) -> None:
    """Train every variant with every seed, evaluate all on the same trials, and compare trial by trial."""
    rows = ablate(config)
    table = Table(box=None, header_style="bold")
    table.add_column("variant")
    for level in config.levels:
        table.add_column(level, justify="right")
    for variant in dict.fromkeys(row.variant for row in rows):
        mine = [row for row in rows if row.variant == variant]
        against = "" if variant == BASELINE else f"\n  against {mine[0].against}"
        table.add_row(variant + against, *map(_cell, mine))
    console.print(table)
    console.print(
        f"Success, 95 % interval, over {len(config.seeds)} seeds of training and the same trials for all; "
        "p of the difference, trial by trial (exact sign test)."
    )
    console.print(f"written: {config.output}/ablations.json")


def _cell(row: Comparison) -> str:
    """Success of one variant on one level, and p of its difference to what it is compared with."""
    return row.rate if row.variant == BASELINE else f"{row.rate}\np {row.p:.2g}"
