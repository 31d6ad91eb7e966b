"""robopolicy benchmark: repeat the recipe of the checkpoint that is shipped; as `demo`, only longer."""

from dataclasses import dataclass

from robopolicy.cli.verbs.demo import run
from robopolicy.experiments.demo import DemoConfig

__all__ = ["CONFIG", "EXAMPLES", "run"]


@dataclass(frozen=True)
class BenchmarkConfig(DemoConfig):
    """As for `demo`; `configs/benchmark.yaml` holds the values that fit three hours on two cores."""

    output: str = "runs/benchmark"  # everything goes here


CONFIG = BenchmarkConfig
EXAMPLES = ("robopolicy benchmark", "robopolicy benchmark output=runs/other train.seed=1")
