"""Whether torch, the policy and the text encoder work. Run in a process of its own:

    python -m robopolicy.diagnostics.learning CHECKPOINT

Prints a line of JSON for each finding.
"""

import sys
from collections.abc import Iterator
from functools import partial

import torch

from data.common.errors import sentence_of
from robopolicy.diagnostics import language
from robopolicy.diagnostics.findings import Finding, Guarded, in_one_line, print_all
from robopolicy.policies.checkpoint import hash_of, load_checkpoint


def processor() -> Iterator[Finding]:
    """Threads of the network."""
    threads = torch.get_num_threads()
    says = f"{torch.__version__}, takes {threads} threads to train (threads=N), 1 in each worker process"
    yield Finding("torch", "ok", says)


def gpu() -> Iterator[Finding]:
    """Whether CUDA works. That training runs on it was read in the code, and not tried for a release."""
    if not torch.cuda.is_available():
        yield Finding("GPU", "ok", "none that torch can use: training is on the CPU, as all else always is")
        return
    try:
        torch.ones(64, 64, device="cuda").matmul(torch.ones(64, 64, device="cuda")).sum().item()
    except (RuntimeError, AssertionError) as error:  # AssertionError: torch was built without CUDA
        says = f"there is one, but {in_one_line(error)}"
        yield Finding("GPU", "note", says, "robopolicy train device=cpu")
    else:
        name = torch.cuda.get_device_name()
        yield Finding("GPU", "ok", f"{name}: `train` uses it (device=auto); all else runs on the CPU")


def checkpoint(name: str) -> Iterator[Finding]:
    """The policy loads: all its files are what its config.json vouches for."""
    try:
        hash_of(name)
        policy = load_checkpoint(name, None)
    except ValueError as error:
        said = sentence_of(error) or in_one_line(error)
        what, _, fix = said.rpartition("; ")
        yield Finding("policy", "FAILS", what or said, fix if what else "")
    else:
        yield Finding("policy", "ok", f"{name} loads: {policy.n_parameters:,} parameters")


def checks(name: str) -> tuple[Guarded, ...]:
    """All of them, for the checkpoint of that name."""
    return (
        Guarded("torch", processor, "pip install --force-reinstall torch"),
        Guarded("GPU", gpu, "robopolicy train device=cpu"),
        Guarded("policy", partial(checkpoint, name), "pip install --force-reinstall --no-deps robopolicy"),
        *language.CHECKS,
    )


if __name__ == "__main__":
    print_all(checks(sys.argv[1]))
