"""--multirun: runs a verb once for every combination of the given values, by Hydra and its launchers.

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
from robopolicy.common.hydra_bridge.compose import CONFIG_MODULE, NO_SENTENCES, build, register
from robopolicy.common.hydra_bridge.options import options
from robopolicy.common.hydra_bridge.overrides import bracketed, check, is_swept


@dataclass
class _SweptRun:
    """What Hydra calls for each run of a sweep. A class, because launchers send it to other processes."""

    verb: str
    schema: type
    run: Callable[[Any], int | None]
    output: str  # the option that is set to the run's own folder; "" if none is
    changes: str  # the option that names the folder that the run writes to; "" if there is none
    sentences: Mapping[str, str]  # options that are sentences
    refused: list[str] = field(default_factory=list)  # why runs could not be made
    codes: list[int] = field(default_factory=list)  # exit codes of those that ran
    written: list[Any] = field(default_factory=list)  # folders that runs of this sweep have written to

    def __call__(self, config: DictConfig) -> None:
        job = HydraConfig.get()
        if self.output:
            config[self.output] = job.runtime.output_dir
        console.rule(f"{self.verb} {' '.join(job.overrides.task)}", align="left")
        try:
            self._run(build(self.schema, config, self.sentences))
        except (ValueError, OSError) as error:
            sentence = sentence_of(error)
            if sentence is None:
                raise
            self.refused.append(sentence)
            errors.print(f"robopolicy: {sentence}")

    def _run(self, config: Any) -> None:
        """Run, unless an earlier run of this sweep wrote to the same folder."""
        if self.changes:
            folder = getattr(config, self.changes)
            if folder in self.written:
                raise WrittenTwice(self.changes, folder)
            self.written.append(folder)
        self.codes.append(self.run(config) or 0)


class WrittenTwice(UserError):
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
    sentences: Mapping[str, str] = NO_SENTENCES,
    output: str = "output",
    changes: str = "",
) -> int:
    """Run a verb over a sweep and return the exit code; a run that is refused does not stop the others.

    `output` is the name of the option that says where a run writes to, `changes` that of the option whose
    folder it changes in place; "" if there is none.
    """
    arguments = [bracketed(argument, schema, sweep=True) for argument in overrides]
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
    run_one = _SweptRun(
        verb, schema, run, output if has_output and not given else "", writes, dict(sentences)
    )
    settings = [f"hydra.job.name={verb}", f"hydra.sweep.dir={folder}"]
    argv = sys.argv
    try:
        sys.argv = ["robopolicy", *settings, *arguments, "--multirun"]
        hydra.main(version_base="1.3", config_path=f"pkg://{CONFIG_MODULE}", config_name=verb)(run_one)()
    finally:
        sys.argv = argv
    return 2 if run_one.refused else max(run_one.codes, default=0)
