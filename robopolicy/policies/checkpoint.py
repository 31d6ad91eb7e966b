"""A checkpoint is a folder that says all: config.json, model.safetensors, confidence.json, README.md.

config.json has the shape of the network, and what its inputs and outputs mean by name (`base.spec`), so that
it stays right when task families are added to this program or reordered. It vouches, by SHA-256, for every
other file that is loaded and, by a checksum, for itself; it is written last. README.md, the model card, is
for people.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from data.common.atomic_io import write_atomic, write_json
from data.common.checksums import KEY, sealed, unsealed
from robopolicy.common.console import warn
from robopolicy.common.errors import UserError
from robopolicy.common.tensors import LONGEST, shapes, shapes_only
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.base.spec import BadSpec, PolicySpec, check_spec
from robopolicy.policies.confidence import FILE, Confidence, as_confidence
from robopolicy.policies.formats import CONVERTIBLE, FORMAT, converted
from robopolicy.policies.model_card import model_card
from robopolicy.policies.networks.network import PolicyNetwork
from robopolicy.policies.registry import build, check_policy
from robopolicy.policies.text.encoder import EncoderConfig
from sim.common.printable import shown
from sim.kinds.desk import DESK
from sim.world import WorldKind
from sim.world_spec import WorldSpec

LARGEST = 1 << 20  # bytes of config.json and of confidence.json; ours have some 5,000
WEIGHTS, CONFIG, CARD = "model.safetensors", "config.json", "README.md"
VOUCH = "confidence_sha256"
"""Key of config.json: the hash of confidence.json, null if there is none, absent in earlier versions."""


BENCHMARK = "benchmark"
"""Names the checkpoint that comes with the program; a folder of that name is "./benchmark"."""


def folder_of(checkpoint: Path | str) -> Path:
    """The folder that a `checkpoint` option stands for."""
    return Path(str(files("robopolicy") / "benchmark")) if checkpoint == BENCHMARK else Path(checkpoint)


class CheckpointError(UserError):
    """A checkpoint that is absent, damaged, or not for this program."""


class NoCheckpoint(UserError):
    """There is no policy where one was said to be."""

    def __init__(self, checkpoint: Path | str) -> None:
        found = sorted(str(path.parent) for path in Path("runs").glob("**/config.json"))[:3]
        hint = f"there is one in {' and '.join(found)}" if found else "`robopolicy demo` or `train` makes one"
        super().__init__(f"no checkpoint (a folder with config.json) at {shown(checkpoint)}; {hint}")


def save_checkpoint(
    folder: Path,
    policy: PolicyNetwork,
    encoder: Mapping[str, Any],
    trained: Mapping[str, Any],
    kind: WorldKind,
    weights: Mapping[str, torch.Tensor] | None = None,
) -> None:
    """Write or replace a checkpoint.

    `encoder` is the text encoder's fingerprint, `trained` says how the policy came about (JSON types),
    `weights` are saved in place of the policy's own (their moving average), `kind` is that of its world.
    """
    state = policy.state_dict() if weights is None else weights
    raw = save({name: tensor.detach().cpu().contiguous() for name, tensor in state.items()})
    config = {
        "format": FORMAT,
        "policy": asdict(policy.config),
        "spec": policy.spec.to_json(),
        "encoder": dict(encoder),
        "weights_sha256": hashlib.sha256(raw).hexdigest(),
        VOUCH: None,
        "parameters": policy.n_parameters,
        "trained": dict(trained),
    }
    write_atomic(folder / WEIGHTS, raw)
    write_json(folder / CONFIG, sealed(config))
    (folder / FILE).unlink(missing_ok=True)  # of other weights
    if not (folder / CARD).exists():
        write_atomic(folder / CARD, model_card(config, kind=kind))


def load_checkpoint(folder: Path | str, kind: WorldKind | None) -> PolicyNetwork:
    """The network of a checkpoint folder, ready to act in a kind of world; raises `CheckpointError`.

    Where `kind` is None, nobody is going to act: the policy may be of any world.
    Nothing is built before the weights are known to be those of the network that is described.
    """
    folder = folder_of(folder)
    config = read_config(folder)
    described, spec = described_by(folder, config, kind.spec if kind else None)
    with shapes_only():
        expected = {name: tuple(tensor.shape) for name, tensor in build(described, spec).state_dict().items()}
    size = sum(4 * math.prod(shape) for shape in expected.values())
    raw = _read(folder / WEIGHTS, size + LONGEST)
    if hashlib.sha256(raw).hexdigest() != config["weights_sha256"]:
        raise CheckpointError(
            f"{folder / WEIGHTS} is damaged: it is not what {CONFIG} vouches for; train again"
        )
    try:
        if difference := _difference(shapes(raw), expected):
            raise ValueError(difference)
        tensors = load(raw)
        policy = build(described, spec)
        policy.load_state_dict(tensors)
    except (ValueError, RuntimeError, SafetensorError) as error:
        what = str(error).splitlines()[-1].strip()
        raise CheckpointError(
            f"the weights in {folder} are of another network than {CONFIG} says: {what}"
        ) from error
    if bad := next((name for name, tensor in tensors.items() if not tensor.isfinite().all()), ""):
        raise CheckpointError(f"the weights in {folder} are not all numbers ({bad}); train again")
    policy.encoder_sha256 = config["encoder"]["sha256"]
    return policy.eval()


def described_by(
    folder: Path, config: Mapping[str, Any], world: WorldSpec | None
) -> tuple[PolicyConfig, PolicySpec]:
    """The network that config.json describes, within bounds, and what it means.

    Raises `CheckpointError`, also where it cannot act in the world.
    """
    try:
        shape: dict[str, Any] = dict(config["policy"])
        shape["encoder"] = EncoderConfig(**shape["encoder"])
        network = PolicyConfig(**shape)
        spec = PolicySpec.from_json(config["spec"])
        check_policy(network, spec)
    except (TypeError, KeyError, ValueError) as error:
        raise CheckpointError(
            f"{folder / CONFIG} does not describe a policy of this version: {error}"
        ) from error
    try:
        if world:
            check_spec(spec, world)
    except BadSpec as error:
        raise CheckpointError(f"the policy in {folder} cannot act here: {error}") from error
    return network, spec


def hash_of(checkpoint: Path | str) -> str:
    """`policy_hash` of what a `checkpoint` option stands for; raises `NoCheckpoint` if nothing is there."""
    folder = folder_of(checkpoint)
    if not (folder / CONFIG).is_file():
        raise NoCheckpoint(checkpoint)
    return policy_hash(folder)


def policy_hash(folder: Path | str) -> str:
    """SHA-256 of what the actions depend on: config.json without what it says of other files, and weights."""
    folder = folder_of(folder)
    config = {k: v for k, v in read_config(folder).items() if k not in (VOUCH, KEY)}
    text = json.dumps(config, indent=1, ensure_ascii=False) + "\n"
    digest = hashlib.sha256()
    for name, content in ((CONFIG, text.encode()), (WEIGHTS, _read(folder / WEIGHTS))):
        digest.update(name.encode() + hashlib.sha256(content).digest())
    return digest.hexdigest()


def save_confidence(folder: Path | str, measure: Confidence) -> None:
    """Keep the measure of confidence beside the weights that it was fitted for, vouched for."""
    folder = folder_of(folder)
    config = read_config(folder)
    measure.save(folder)
    found = hashlib.sha256(_read(folder / FILE)).hexdigest()
    write_json(folder / CONFIG, sealed({**config, VOUCH: found}))


def confidence_of(folder: Path | str) -> Confidence | None:
    """The measure of confidence of a checkpoint; None if it has none. Raises `CheckpointError`."""
    folder = folder_of(folder)
    config, path = read_config(folder), folder / FILE
    again = fits_anew(folder, config)
    if config[VOUCH] is None if VOUCH in config else not path.exists():
        return None
    if not path.exists():
        raise CheckpointError(f"{path} is missing, and {CONFIG} vouches for it; {again}")
    raw = _read(path, LARGEST)
    if VOUCH in config and hashlib.sha256(raw).hexdigest() != config[VOUCH]:
        raise CheckpointError(f"{path} is damaged: it is not what {CONFIG} vouches for; {again}")
    found = as_confidence(raw, config["weights_sha256"])
    if found is None:
        raise CheckpointError(f"{path} is no measure of confidence of these weights; {again}")
    return found


def vouches_for_confidence(folder: Path | str) -> bool:
    """Whether config.json says what the measure of confidence is; an earlier version's did not."""
    return VOUCH in read_config(folder)


def fits_anew(folder: Path | str, config: Mapping[str, Any]) -> str:
    """Which command fits a measure of confidence to a checkpoint, in words."""
    try:
        name = PolicySpec.from_json(config.get("spec")).world.name
    except BadSpec:  # loading it says so
        name = DESK.spec.name
    env = "" if name == DESK.spec.name else f" env={shown(name)}"
    return f"`python -m robopolicy.experiments.confidence {folder}{env}` fits it anew"


def doubts_of(folder: Path | str) -> Confidence | None:
    """What a policy refuses sentences by; where there is none, or none that is vouched for, that is said.

    Raises `CheckpointError` for a measure that is damaged.
    """
    measure = confidence_of(folder)
    if measure is None:
        warn(
            f"{folder} has no {FILE}, so that no sentence is refused: one that makes no sense is taken for "
            "the nearest one that does. `robopolicy train` leaves one at its end, unless conditioning is free"
        )
    elif not vouches_for_confidence(folder):
        warn(
            f"{CONFIG} of {folder} is of an earlier version and does not vouch for {FILE}; "
            + fits_anew(folder, read_config(folder))
        )
    return measure


def read_config(folder: Path | str) -> dict[str, Any]:
    """What config.json of a checkpoint says, in today's format; raises `CheckpointError`."""
    path = folder_of(folder) / CONFIG
    try:
        config = json.loads(_read(path, LARGEST))
    except (ValueError, RecursionError) as error:
        raise CheckpointError(
            f"{path} is damaged: {error}; train again, or restore it from a copy"
        ) from error
    if not isinstance(config, dict) or "policy" not in config or "weights_sha256" not in config:
        raise CheckpointError(f"{path} is no checkpoint of robopolicy; `robopolicy train` writes one")
    if config.get("format") not in (*CONVERTIBLE, FORMAT):
        raise CheckpointError(
            f"{folder} has format {shown(config.get('format'))}, and this version reads "
            f"{' and '.join(map(str, (*CONVERTIBLE, FORMAT)))}; train again"
        )
    if KEY in config and unsealed(config) is None:
        raise CheckpointError(
            f"{path} is damaged or was edited: its checksum is another; train again, or restore a copy"
        )
    encoder = config.get("encoder")
    if not isinstance(encoder, dict) or not isinstance(encoder.get("sha256"), str):
        raise CheckpointError(f"{path} does not say which text encoder it needs; train again")
    return config if config["format"] == FORMAT else converted(config)


def _difference(found: Mapping[str, tuple[int, ...]], expected: Mapping[str, tuple[int, ...]]) -> str:
    """The first tensor that is not as it should be, in words; "" if all are."""
    for name in sorted(found.keys() | expected.keys()):
        if found.get(name) != expected.get(name):
            return f"{name} is {shown(found.get(name, 'missing'))}, not {expected.get(name, 'there at all')}"
    return ""


def _read(path: Path, most: int | None = None) -> bytes:
    """A file of at most so many bytes."""
    try:
        size = path.stat().st_size
        if most is not None and size > most:
            raise CheckpointError(f"{path} is damaged: it has {size:,} bytes, where {most:,} would be many")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CheckpointError(f"no checkpoint in {path.parent}: {path.name} is missing") from error
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error
