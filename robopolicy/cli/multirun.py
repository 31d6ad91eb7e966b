"""--multirun: once for every combination of the values given, by Hydra and its launchers.

Every run writes into a folder of its own under `runs/multirun/<verb>/<time>/`, or under the one that
was given as its output: `output=X` makes X/0, X/1, ... A sweep never writes twice into one folder.
Launchers of Hydra (joblib, submitit) work: `hydra/launcher=joblib`.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from data.common.errors import sentence_of
from robopolicy.common.console import console, errors
from robopolicy.common.errors import UserError
from robopolicy.common.hydra_bridge import (
    CONFIG_MODULE,
    NOTHING_SAID,
    build,
    check,
    is_swept,
    listed,
    options,
    register,
)


@dataclass
class _One:
    """A run of a sweep. A class, because launchers carry it to other processes."""

    verb: str
    schema: type
    run: Callable[[Any], int | None]
    output: str  # the option that is set to the run's own folder; "" if none is
    changes: str  # the option that names the folder that the run writes to; "" if there is none
    said: Mapping[str, str]  # options that are sentences
    refused: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)  # exit codes of those that ran
    taken: list[Any] = field(default_factory=list)  # folders that runs of this sweep have written to

    def __call__(self, config: DictConfig) -> None:
        job = HydraConfig.get()
        if self.output:
            config[self.output] = job.runtime.output_dir
        console.rule(f"{self.verb} {' '.join(job.overrides.task)}", align="left")
        try:
            self._run(build(self.schema, config, self.said))
        except (ValueError, OSError) as error:
            sentence = sentence_of(error)
            if sentence is None:
                raise
            self.refused.append(sentence)
            errors.print(f"robopolicy: {sentence}")

    def _run(self, config: Any) -> None:
        if self.changes:
            folder = getattr(config, self.changes)
            if folder in self.taken:
                raise TakenTwice(self.changes, folder)
            self.taken.append(folder)
        self.codes.append(self.run(config) or 0)


class TakenTwice(UserError):
    """Two runs of a sweep would write into one folder."""

    def __init__(self, option: str, folder: object) -> None:
        super().__init__(
            f"another run of this sweep wrote to {option}={folder}, and would be overwritten; "
            f"leave {option} out, or give each run another"
        )


def multirun(
    verb: str,
    schema: type,
    run: Callable[[Any], int | None],
    overrides: list[str],
    said: Mapping[str, str] = NOTHING_SAID,
    output: str = "output",
    changes: str = "",
) -> int:
    """Run a verb over a sweep; a run that is refused is told and the others go on. Returns the exit code.

    `output` names the option that says where a run writes to, `changes` the one whose folder it changes in
    place; "" if there is none.
    """
    arguments = [listed(argument, schema, sweep=True) for argument in overrides]
    check(arguments, schema, sweep=True)
    register(verb, schema)
    has_output = any(option.key == output for option in options(schema))
    given = [argument for argument in arguments if has_output and argument.startswith(f"{output}=")]
    folder = f"runs/multirun/{verb}/${{now:%Y-%m-%d_%H-%M-%S}}"
    if given and not is_swept(given[-1]):
        folder = given[-1].partition("=")[2]
        arguments = [argument for argument in arguments if argument not in given]
        given = []
    writes = output if has_output else changes
    one = _One(verb, schema, run, output if has_output and not given else "", writes, dict(said))
    settings = [f"hydra.job.name={verb}", f"hydra.sweep.dir={folder}"]
    argv = sys.argv
    try:
        sys.argv = ["robopolicy", *settings, *arguments, "--multirun"]
        hydra.main(version_base="1.3", config_path=f"pkg://{CONFIG_MODULE}", config_name=verb)(one)()
    finally:
        sys.argv = argv
    return 2 if one.refused else max(one.codes, default=0)
