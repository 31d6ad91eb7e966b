"""--multirun: once for every combination of the values given, by Hydra and its launchers.

Every run writes into a folder of its own under `runs/multirun/<verb>/<time>/`, unless one was given.
Launchers of Hydra (joblib, submitit) work: `hydra/launcher=joblib`.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from robopolicy.config import CONFIG_MODULE, NOTHING_SAID, build, check, listed, options, register
from robopolicy.console import console, errors
from robopolicy.errors import is_users, told


@dataclass
class _One:
    """A run of a sweep. A class, because launchers carry it to other processes."""

    verb: str
    schema: type
    run: Callable[[Any], None]
    output: str  # the option that is set to the run's own folder; "" if none is
    said: Mapping[str, str]  # options that are sentences
    refused: list[str] = field(default_factory=list)

    def __call__(self, config: DictConfig) -> None:
        job = HydraConfig.get()
        if self.output:
            config[self.output] = job.runtime.output_dir
        console.rule(f"{self.verb} {' '.join(job.overrides.task)}", align="left")
        try:
            self.run(build(self.schema, config, self.said))
        except ValueError as error:
            if not is_users(error):
                raise
            self.refused.append(str(error))
            errors.print(f"robopolicy: {told(error)}")


def multirun(
    verb: str,
    schema: type,
    run: Callable[[Any], None],
    overrides: list[str],
    output: str = "output",
    said: Mapping[str, str] = NOTHING_SAID,
) -> int:
    """Run a verb over a sweep; a run that is refused is told and the others go on. Returns the exit code.

    `output` names the option that says where a run writes to; "" if there is none.
    """
    arguments = [listed(argument, schema, sweep=True) for argument in overrides]
    check(arguments, schema, sweep=True)
    register(verb, schema)
    given = any(argument.startswith(f"{output}=") for argument in arguments)
    has_own = any(option.key == output for option in options(schema)) and not given
    one = _One(verb, schema, run, output if has_own else "", dict(said))
    settings = [
        f"hydra.job.name={verb}",
        f"hydra.sweep.dir=runs/multirun/{verb}/${{now:%Y-%m-%d_%H-%M-%S}}",
    ]
    argv = sys.argv
    try:
        sys.argv = ["robopolicy", *settings, *arguments, "--multirun"]
        hydra.main(version_base="1.3", config_path=f"pkg://{CONFIG_MODULE}", config_name=verb)(one)()
    finally:
        sys.argv = argv
    return 2 if one.refused else 0
