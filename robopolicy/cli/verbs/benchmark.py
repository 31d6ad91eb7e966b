"""robopolicy benchmark: the recipe of the checkpoint that is shipped."""

from dataclasses import dataclass

from robopolicy.cli.verbs.demo import run
from robopolicy.experiments.demo import DemoConfig

__all__ = ["CONFIG", "EXAMPLES", "run"]


@dataclass(frozen=True)
class BenchmarkConfig(DemoConfig):
    """The recipe; `configs/benchmark.yaml` holds the one that fits three hours on two cores."""

    output: str = "runs/benchmark"  # everything goes here


CONFIG = BenchmarkConfig
EXAMPLES = ("robopolicy benchmark", "robopolicy benchmark output=runs/other train.seed=1")
