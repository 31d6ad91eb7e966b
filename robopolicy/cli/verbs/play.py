"""robopolicy play: record a robot that does random things with whatever there is."""

import os
from dataclasses import dataclass
from pathlib import Path

from data.common.bounds import MOST_PROCESSES, check_bounds
from data.play.collection import PlayConfig, collect
from data.store.reader import open_dataset
from robopolicy.common.console import console
from robopolicy.common.hydra_bridge.schemas import part
from robopolicy.common.stages import follow


@dataclass(frozen=True)
class PlayOptions(PlayConfig):
    """How much play of what kind, and where it goes."""

    dataset: str = "runs/play"  # folder of the dataset; if it holds play of these options, it is continued
    workers: int | None = None  # processes; null: one per core

    def __post_init__(self) -> None:
        super().__post_init__()
        check_bounds(self, {"workers": (1, MOST_PROCESSES)})


CONFIG, OUTPUT = PlayOptions, "dataset"
EXAMPLES = (
    "robopolicy play minutes=60 dataset=runs/play",
    "robopolicy play minutes=600 seed=1 scene.n_objects=4 dataset=runs/more",
)


def run(config: PlayOptions) -> None:
    """Collect undirected play in the LeRobotDataset v3.0 layout.

    An interrupted collection goes on where it stopped, and a finished one grows if asked for more minutes.
    """
    folder = Path(config.dataset)
    follow("play", collect(part(PlayConfig, config), folder, config.workers or os.cpu_count() or 1))
    dataset = open_dataset(folder, config.kind)
    minutes = dataset.n_frames / dataset.fps / 60
    lost = "" if dataset.n_fallen is None else f"; in {dataset.n_fallen} something fell out of reach"
    console.print(f"{folder}: {dataset.n_episodes} episodes, {minutes:.0f} minutes of robot time{lost}.")
