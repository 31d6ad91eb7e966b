"""The command line: `robopolicy VERB key=value ... [--multirun] [--help]`.

    robopolicy demo
    robopolicy train policy.chunk=16 steps=20000
    robopolicy train seed=0,1,2 --multirun
    robopolicy command "close the drawer"

Each verb is a module of `robopolicy.cli.verbs` with CONFIG (a frozen dataclass), EXAMPLES and
run(config), which may return an exit code; only the module of the verb asked for is imported. Errors that
the user can mend are printed as one sentence, with exit code 2, and so is what the disk refuses; Ctrl-C exits
with 130, SIGTERM with 143.
"""

import importlib
import os
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from data.common.errors import sentence_of
from robopolicy.cli.helptext import overview, verb_help
from robopolicy.cli.multirun import multirun
from robopolicy.common.console import console, errors
from robopolicy.common.errors import UnknownName, UserError
from robopolicy.common.hydra_bridge.compose import as_yaml, load
from robopolicy.common.hydra_bridge.overrides import BadOverride
from robopolicy.common.signals import exit_code
from sim.common.printable import forgive_encodings, shown


class Verb(NamedTuple):
    """One verb of the command line; `robopolicy.cli.verbs.<name>` carries it out."""

    name: str
    does: str
    words: str = ""  # the option that words which are no key=value go to, if any


VERBS = (
    Verb("demo", "the whole loop in 20 minutes: play, relabel, train, evaluate, film"),
    Verb("benchmark", "the same in up to three hours: the checkpoint that is shipped"),
    Verb("play", "collect undirected play into a dataset"),
    Verb("relabel", "say in words what the play turned out to do"),
    Verb("train", "clone a policy from described play"),
    Verb("evaluate", "measure a policy on commands that it has not heard"),
    Verb("ablate", "train and compare variants of a policy, trial by trial"),
    Verb("worlds", "compare policies in worlds that they have not seen"),
    Verb("command", "tell a policy what to do, and film it", words="sentence"),
    Verb("serve", "a live desk in the browser; or, for other programs, openpi's protocol"),
    Verb("tasks", "list the task families with example sentences"),
    Verb("doctor", "say what is installed, what works here, and what to do about what does not"),
)

_OVERRIDE = re.compile(r"^[+~]{0,2}[A-Za-z_][\w./@]*=|^~[A-Za-z_][\w./@]*$")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code. Without `arguments`, those of the process."""
    forgive_encodings()
    _look_here_too()
    try:
        return _dispatch(list(sys.argv[1:] if arguments is None else arguments))
    except BrokenPipeError:  # the reader of a pipe went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, Exception) as error:
        code = exit_code(error)
        if code is not None:
            errors.print("Stopped. What was finished is kept; the same command goes on from there.")
            return code
        sentence = sentence_of(error)
        if sentence is None or "ROBOPOLICY_TRACEBACK" in os.environ:
            raise
        errors.print(f"robopolicy: {sentence}")
        return 2


def _look_here_too() -> None:
    """Let env=module:NAME name a module in the current folder, after all that is installed."""
    with suppress(OSError):  # a folder that was removed meanwhile
        if (here := str(Path.cwd())) not in sys.path:
            sys.path.append(here)


def _dispatch(arguments: list[str]) -> int:
    """Answer --help and --version, or run the verb that the first argument names."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        console.print(overview(VERBS))
        return 0
    if arguments[0] == "--version":
        console.print(version("robopolicy"))
        return 0
    name, rest = arguments[0], arguments[1:]
    verb = next((verb for verb in VERBS if verb.name == name), None)
    if verb is None:
        raise UnknownName("verb", name, [verb.name for verb in VERBS])
    flags, overrides, words = _split_arguments(rest)
    module = importlib.import_module(f"robopolicy.cli.verbs.{verb.name}")
    if flags & {"-h", "--help"}:
        console.print(verb_help(verb, module))
        return 0
    return _run(verb, module, flags, overrides, _words_as_option(verb, words))


def _run(
    verb: Verb, module: ModuleType, flags: set[str], overrides: list[str], sentences: Mapping[str, str]
) -> int:
    """Run a verb once, or over a sweep, or print its configuration."""
    unknown = flags - {"-m", "--multirun", "--cfg", "-c"}
    if unknown:
        hint = f"; a {verb.words} that begins so goes after --" if verb.words else ""
        raise UserError(
            f"no flag is called {shown(min(unknown))}; there are --help, --multirun and --cfg{hint}"
        )
    if flags & {"-c", "--cfg"}:
        console.print(as_yaml(verb.name, module.CONFIG, overrides, sentences), end="")
        return 0
    if flags & {"-m", "--multirun"}:
        writes = getattr(module, "OUTPUT", "output"), getattr(module, "CHANGES", "")
        return multirun(verb.name, module.CONFIG, module.run, overrides, sentences, *writes)
    return module.run(load(verb.name, module.CONFIG, overrides, sentences)) or 0


def _split_arguments(arguments: list[str]) -> tuple[set[str], list[str], list[str]]:
    """Split arguments into flags, overrides (key=value) and words; after `--` all are words."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    before, words = arguments[:at], arguments[at + 1 :]
    if "--cfg" in before or "-c" in before:  # Hydra's own spelling is `--cfg job`
        before = [argument for argument in before if argument != "job"]
    flags = {argument for argument in before if argument.startswith("-")}
    overrides = [argument for argument in before if _OVERRIDE.match(argument)]
    others = [a for a in before if a not in flags and not _OVERRIDE.match(a)]
    return flags, overrides, others + words


def _words_as_option(verb: Verb, words: list[str]) -> dict[str, str]:
    """The option that the words are the value of, if any. Raises `BadOverride` if the verb takes none."""
    if not words:
        return {}
    if not verb.words:
        hint = f"options are key=value, see robopolicy {verb.name} --help"
        raise BadOverride(f"{shown(words[0])} is not an option: {hint}")
    return {verb.words: " ".join(words)}
