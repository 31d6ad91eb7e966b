"""Behaviour cloning: draw a batch, loss, step; once in a while log and save.

`train` is a generator: it yields (steps done, steps in all) after every step, so that its caller can show a
bar, and closing it, or Ctrl-C, stops it between two steps with everything saved. The batch, the noise and
the learning rate of a step are functions of (seed, step), so that a training that is resumed ends with the
weights of an uninterrupted one, bit for bit on one machine.
"""

import math
from collections.abc import Generator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch.utils.tensorboard import SummaryWriter

from data.common.atomic_io import refusals_of
from data.common.locks import held
from data.samples.sampler import Episodes, Samples
from data.store.concat import open_described
from data.store.segments import Segment
from robopolicy.common.console import console
from robopolicy.common.errors import UserError
from robopolicy.common.signals import Stopped, graceful
from robopolicy.policies.base.spec import spec_of
from robopolicy.policies.checkpoint import save_checkpoint
from robopolicy.policies.networks.network import PolicyNetwork
from robopolicy.policies.registry import build
from robopolicy.policies.text.encoder import TextEncoder
from robopolicy.training.config import TrainConfig
from robopolicy.training.losses import compute_losses, encode_texts
from robopolicy.training.metrics import read_metrics, write_metrics
from robopolicy.training.normalisation import fit_normalisation
from robopolicy.training.pseudo_labels import learn_goal_states
from robopolicy.training.training_state import TrainingState
from sim.kinds.registry import kind_of_world


class NotFinite(UserError):
    """A loss, a gradient or a statistic is not finite."""


def train(config: TrainConfig, datasets: Sequence[Path], out: Path) -> Generator[tuple[int, int]]:
    """Train on folders of described play, into a checkpoint folder; goes on with what is there.

    Yields (steps done, steps). Raises the errors of `data.store.concat`, `data.samples.sampler` and
    `robopolicy.training.training_state`, `NotFinite` and `FolderBusy`; nothing that is not finite is ever
    saved.
    """
    with held(out):
        play, segments = open_described(datasets, kind_of_world(config.env), config.describer)
        for folder, left_out in play.undescribed.items():
            console.print(
                f"{left_out} episodes of {folder} came after it was relabelled, and are left out; "
                f"to learn from them too: robopolicy relabel dataset={folder}"
            )
        yield from train_on(config, play, segments, out)


def train_on(
    config: TrainConfig, dataset: Episodes, segments: Sequence[Segment], out: Path
) -> Generator[tuple[int, int]]:
    """As `train`, on segments in hand."""
    yield 0, config.steps
    device = _device(config.device)
    if config.threads:
        torch.set_num_threads(config.threads)
    samples = Samples(
        dataset, segments, config.policy.chunk, config.samples, with_memory=config.policy.history > 0
    )
    encoder = TextEncoder(config.policy.encoder)
    for _ in encoder.encode_missing([*samples.sentences, *samples.names]):
        yield 0, config.steps
    spec = spec_of(samples.kind)
    texts = encode_texts(encoder, samples, spec, config.seed)

    torch.manual_seed(config.seed)
    policy = build(config.policy, spec)
    learn_goal_states(policy, samples, dataset, texts.kinds, config)
    fit_normalisation(policy, samples, texts, config.seed)
    if not all(value.isfinite().all() for value in policy.buffers()):
        raise NotFinite("the statistics of the play are not finite, so that nothing can be learned from it")
    policy.to(device)
    state = TrainingState(policy, _optimiser(policy, config), out / "training", _identity(config, samples))
    start = state.resume()
    with refusals_of(out / "training"):
        log = SummaryWriter(str(out / "training"), purge_step=start)
    metrics = [row for row in read_metrics(out / "metrics.jsonl") if row["step"] <= start]
    trained = {
        "steps": config.steps,
        "seed": config.seed,
        "frames": len(samples.frames),
        "segments": len(samples),
        "stretches": samples.n_segments,
        "sentences": len(samples.sentences),
        "config": asdict(config),
    }
    policy.train()
    with graceful() as stopping:
        for step in range(start, config.steps):
            losses = compute_losses(policy, samples, texts, config, step, device)
            total = losses.total(config.language_weight)
            if not state.step(total, rate(config, step), config.clip, config.ema):
                raise NotFinite(
                    f"step {step + 1} has a loss of {float(total.detach()):g}, or a gradient not finite; "
                    f"{out} keeps what was saved last, from where the same would come again; train with a "
                    f"smaller learning_rate than {config.learning_rate:g} and output=ANOTHER_FOLDER"
                )
            done = step + 1
            if done % config.log_every == 0 or done == config.steps:
                scalars = {name: float(value.detach()) for name, value in losses._asdict().items()}
                scalars["loss"] = float(total.detach())
                with refusals_of(out / "training"):
                    for name, value in scalars.items():
                        log.add_scalar(f"train/{name}", value, done)
                    log.add_scalar("train/learning_rate", rate(config, step), done)
                metrics.append({"step": done, **scalars})
            if done % config.save_every == 0 or done == config.steps or stopping:
                write_metrics(out / "metrics.jsonl", metrics)
                save_checkpoint(out, policy, encoder.fingerprint, trained, samples.kind, state.average)
                with refusals_of(out / "training"):
                    log.flush()
                state.save(done)  # last: from here a training goes on, with all of the above written
            if stopping:
                raise Stopped(stopping[0])
            yield done, config.steps
    with refusals_of(out / "training"):
        log.close()


def rate(config: TrainConfig, step: int) -> float:
    """Learning rate of a step: linear warm-up, then a cosine to zero."""
    warm = min(1.0, (step + 1) / max(1, config.warmup))
    return config.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * step / config.steps))


def _optimiser(policy: PolicyNetwork, config: TrainConfig) -> torch.optim.AdamW:
    trained = [parameter for parameter in policy.parameters() if parameter.requires_grad]
    return torch.optim.AdamW(trained, config.learning_rate, (0.9, 0.99),
                             weight_decay=config.weight_decay, fused=True)  # fmt: skip


def _identity(config: TrainConfig, samples: Samples) -> dict[str, Any]:
    """What must be equal for a training to be continued. Whose the sentences are, they tell themselves."""
    others = ("save_every", "log_every", "device", "threads", "describer")
    known = {name: value for name, value in asdict(config).items() if name not in others}
    return {"config": known, "data": samples.fingerprint}


def _device(name: str) -> torch.device:
    return torch.device(("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name)
