"""robopolicy demo: play, relabel, train, evaluate and film, with progress bars."""

import time

from robopolicy.common.console import console
from robopolicy.experiments.demo import DemoConfig, demo, info_of
from robopolicy.reporting.tables import family_table, level_table

CONFIG = DemoConfig
EXAMPLES = ("robopolicy demo", "robopolicy demo output=runs/small play.minutes=10 train.steps=500 n=32")


def run(config: DemoConfig) -> None:
    """The whole loop, from play to films of unseen commands.

    Ctrl-C loses nothing that was finished: the same command goes on from there.
    """
    start = time.monotonic()
    demo(config)
    info = info_of(config)
    console.print("", family_table(info), "", level_table(info), "")
    console.print(
        f"{(time.monotonic() - start) / 60:.1f} minutes. Look at {config.output}/report.html, and ask it:"
    )
    console.print(f'  robopolicy command checkpoint={config.checkpoint} "close the drawer"')
