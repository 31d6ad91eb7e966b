"""A checkpoint is a folder that says all: config.json, model.safetensors and README.md (a model card)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from data.files import write_atomic, write_json
from robopolicy.confidence import Confidence, read_confidence
from robopolicy.encoder import EncoderConfig
from robopolicy.errors import UserError
from robopolicy.policy import Policy, PolicyConfig

FORMAT = 2
WEIGHTS, CONFIG, CARD = "model.safetensors", "config.json", "README.md"


BENCHMARK = "benchmark"
"""Names the checkpoint that comes with the program; a folder of that name is "./benchmark"."""


def folder_of(checkpoint: Path | str) -> Path:
    """The folder that a `checkpoint` option stands for."""
    return Path(str(files("robopolicy") / "benchmark")) if checkpoint == BENCHMARK else Path(checkpoint)


class CheckpointError(UserError):
    """A checkpoint that is absent, damaged, or not for this program."""


def save_checkpoint(
    folder: Path,
    policy: Policy,
    encoder: Mapping[str, Any],
    trained: Mapping[str, Any],
    weights: Mapping[str, torch.Tensor] | None = None,
) -> None:
    """Write or replace a checkpoint.

    `encoder` is the text encoder's fingerprint, `trained` says how the policy came about (JSON types),
    `weights` are saved in place of the policy's own (their moving average).
    """
    state = policy.state_dict() if weights is None else weights
    raw = save({name: tensor.detach().cpu().contiguous() for name, tensor in state.items()})
    config = {
        "format": FORMAT,
        "policy": asdict(policy.config),
        "encoder": dict(encoder),
        "weights_sha256": hashlib.sha256(raw).hexdigest(),
        "parameters": policy.n_parameters,
        "trained": dict(trained),
    }
    write_atomic(folder / WEIGHTS, raw)
    write_json(folder / CONFIG, config)  # last: it vouches for the weights
    if not (folder / CARD).exists():
        write_atomic(folder / CARD, model_card(config))


def load_checkpoint(folder: Path | str) -> Policy:
    """The policy of a checkpoint folder, ready to act; raises `CheckpointError`."""
    folder = folder_of(folder)
    config = read_config(folder)
    raw = _read(folder / WEIGHTS)
    if hashlib.sha256(raw).hexdigest() != config["weights_sha256"]:
        raise CheckpointError(
            f"{folder / WEIGHTS} is damaged: it is not what {CONFIG} vouches for; train again"
        )
    try:
        shape = dict(config["policy"])
        policy = Policy(PolicyConfig(**{**shape, "encoder": EncoderConfig(**shape["encoder"])}))
        policy.load_state_dict(load(raw))
    except (TypeError, KeyError, AttributeError) as error:
        raise CheckpointError(
            f"{folder / CONFIG} does not describe a policy of this version: {error}"
        ) from error
    except (RuntimeError, SafetensorError) as error:
        what = str(error).splitlines()[-1].strip()
        raise CheckpointError(
            f"the weights in {folder} are of another network than {CONFIG} says: {what}"
        ) from error
    policy.encoder_sha256 = config["encoder"]["sha256"]
    return policy.eval()


def doubts_of(folder: Path | str) -> Confidence | None:
    """The measure of confidence that is kept beside a checkpoint, if there is one for its weights."""
    folder = folder_of(folder)
    return read_confidence(folder, read_config(folder)["weights_sha256"])


def read_config(folder: Path | str) -> dict[str, Any]:
    """What config.json of a checkpoint says; raises `CheckpointError`."""
    path = folder_of(folder) / CONFIG
    try:
        config = json.loads(_read(path))
    except ValueError as error:
        raise CheckpointError(
            f"{path} is damaged: {error}; train again, or restore it from a copy"
        ) from error
    if not isinstance(config, dict) or "policy" not in config or "weights_sha256" not in config:
        raise CheckpointError(f"{path} is no checkpoint of robopolicy; `robopolicy train` writes one")
    if config.get("format") != FORMAT:
        raise CheckpointError(
            f"{folder} has format {config.get('format')!r}, and this version reads {FORMAT}; train again"
        )
    if not isinstance(config.get("encoder"), dict) or "sha256" not in config["encoder"]:
        raise CheckpointError(f"{path} does not say which text encoder it needs; train again")
    return config


def model_card(config: Mapping[str, Any], results: str = "") -> str:
    """README.md of a checkpoint; `results` is the measured table in Markdown."""
    policy, encoder = config["policy"], config["encoder"]
    facts = "\n".join(f"- {name}: {value}" for name, value in config["trained"].items() if _short(value))
    return f"""---
library_name: robopolicy
pipeline_tag: robotics
tags: [robotics, behaviour-cloning, language-conditioned, pybullet]
---

# A robopolicy policy

A language-conditioned policy for a Franka Panda at a furnished desk in PyBullet, cloned from play that
was described in hindsight. It reads a sentence and the names of the things on the desk, and predicts
chunks of {policy["chunk"]} relative Cartesian actions at 10 Hz, of which it carries out {policy["execute"]}.
{_memory(policy)}
    robopolicy command checkpoint=THIS_FOLDER "close the drawer"
    robopolicy evaluate checkpoint=THIS_FOLDER

What is held out of its training (words, wordings, pairings, things) is declared in `data/splits.py`.

## Measured

{results or "Not evaluated yet: `robopolicy evaluate checkpoint=THIS_FOLDER` measures it."}

## What it is

- parameters: {config["parameters"]:,}
- frozen text encoder: {encoder["model"]}, layer {encoder["layer"]}
  (SHA-256 of its weights {encoder["sha256"][:16]}...)
{facts}

## Limits

It was trained in simulation, on named objects whose positions it is told. It understands what is near to
its training sentences; of colours, directions and nouns that it never heard it misses some. What makes no
sense it takes for the nearest thing that does, but `robopolicy command` and the page refuse it by
`confidence.json`, which training leaves beside it (unless conditioning is free).
"""


def _memory(policy: Mapping[str, Any]) -> str:
    if not policy.get("history"):
        return ""
    return (
        "What came of its actions tells it how late its world obeys, how its axes are turned and how large\n"
        "its steps are, and it acts accordingly (`robopolicy/belief.py`).\n"
    )


def _short(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CheckpointError(f"no checkpoint in {path.parent}: {path.name} is missing") from error
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error
