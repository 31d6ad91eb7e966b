"""robopolicy train: clone a policy from described play."""

from dataclasses import dataclass
from pathlib import Path

from data.common.locks import held
from robopolicy.common.console import console
from robopolicy.common.hydra_bridge.schemas import part
from robopolicy.common.stages import follow
from robopolicy.training.calibration import calibrate
from robopolicy.training.config import TrainConfig
from robopolicy.training.loop import train
from sim.kinds.registry import kind_of_world


@dataclass(frozen=True)
class TrainOptions(TrainConfig):
    """What is trained, how, and on what."""

    dataset: tuple[str, ...] = ("runs/play",)  # folder of described play, or several: a,b
    output: str = "runs/train"  # folder of the checkpoint; an interrupted training there is continued


CONFIG = TrainOptions
EXAMPLES = (
    "robopolicy train dataset=runs/play output=runs/train",
    "robopolicy train dataset=runs/play,runs/more policy.history=40",
    "robopolicy train policy.chunk=16 steps=20000",
    "robopolicy train describer=both   (people describe play on the page)",
    "robopolicy train seed=0,1,2 --multirun",
)


def run(config: TrainOptions) -> None:
    """Clone a policy from described play, and calibrate when it refuses a sentence."""
    folder = Path(config.output)
    with held(folder):
        follow("train", train(part(TrainConfig, config), [Path(one) for one in config.dataset], folder))
        follow("calibrate", calibrate(folder, kind_of_world(config.env)))
    console.print(f"written: {config.output}")
