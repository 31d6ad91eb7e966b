"""Behaviour cloning: draw a batch, loss, step; once in a while log and save.

`train` is a generator: it yields (steps done, steps in all) after every step, so that whoever runs it
can show a bar, and whoever closes it, or presses Ctrl-C, stops it between two steps with everything
saved. The batch, the noise and the learning rate of a step are functions of (seed, step), so that a
training that goes on ends where an uninterrupted one does, bit for bit on one machine.
"""

import json
import math
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from data.files import write_atomic
from data.reading import open_dataset
from data.samples import Episodes, SampleConfig, Samples, SegmentBatch
from data.segments import Segment, read_segments
from robopolicy.checkpoint import save_checkpoint
from robopolicy.encoder import TextEncoder
from robopolicy.policy import Choice, Policy, PolicyConfig
from robopolicy.progress import TrainingState, graceful
from robopolicy.tokens import Tokens

NOISE_BANK = 8192  # vectors of noise that tokens draw from: cheaper than new ones for every token
LATER = 0.9  # the weight of each action of a chunk relative to the one before it
HUBER = 0.05  # of a full action: smaller errors count quadratically


@dataclass(frozen=True)
class TrainConfig:
    """How a policy is trained."""

    steps: int = 15000  # of the optimiser
    seed: int = 0  # of everything that is random
    learning_rate: float = 1e-3  # at its peak
    warmup: int = 200  # steps until then
    weight_decay: float = 0.01  # of AdamW
    clip: float = 1.0  # largest norm of the gradient
    ema: float = 0.999  # decay of the weights' moving average, which is what is kept
    token_noise: float = 0.5  # standard deviations of noise on tokens
    token_drop: float = 0.1  # of the words of a sentence that go unheard
    language_weight: float = 0.3  # of the loss on what the sentence asks for
    save_every: int = 1000  # steps
    log_every: int = 50  # steps
    device: str = "auto"  # "cpu", "cuda", or "auto": a GPU if there is one
    threads: int = 0  # CPU threads of the network; 0: as torch chooses
    samples: SampleConfig = field(default_factory=SampleConfig)
    policy: PolicyConfig = field(default_factory=PolicyConfig)


class Losses(NamedTuple):
    """Parts of the loss; each a mean over the batch."""

    actions: Tensor
    code: Tensor
    target: Tensor
    other: Tensor

    def total(self, language_weight: float) -> Tensor:
        return self.actions + language_weight * (self.code + self.target + self.other)


class Texts(NamedTuple):
    """Everything that training reads, encoded."""

    sentences: Tokens
    names: Tensor  # (names, D)
    present: Tensor  # (names,) 0 for the empty name
    noise: Tensor  # (NOISE_BANK, D) standard normal


def train(config: TrainConfig, dataset: Path, out: Path) -> Generator[tuple[int, int]]:
    """Train on a folder of described play, into a checkpoint folder; goes on with what is there.

    Yields (steps done, steps). Raises the errors of `data.reading`, `data.segments`, `data.samples` and
    `robopolicy.progress`.
    """
    play, (segments, _) = open_dataset(dataset), read_segments(dataset)
    yield from train_on(config, play, segments, out)


def train_on(
    config: TrainConfig, dataset: Episodes, segments: Sequence[Segment], out: Path
) -> Generator[tuple[int, int]]:
    """As `train`, on segments in hand."""
    yield 0, config.steps
    device = _device(config.device)
    if config.threads:
        torch.set_num_threads(config.threads)
    samples = Samples(dataset, segments, config.policy.chunk, config.samples)
    encoder = TextEncoder(config.policy.encoder)
    for _ in encoder.encode_missing([*samples.sentences, *samples.names]):
        yield 0, config.steps
    texts = _encode(encoder, samples, config.seed)

    torch.manual_seed(config.seed)
    policy = Policy(config.policy)
    fit_normalisation(policy, samples, texts, config.seed)
    policy.to(device)
    state = TrainingState(policy, _optimiser(policy, config), out / "training", _identity(config, samples))
    start = state.resume()
    log = SummaryWriter(str(out / "training"), purge_step=start)
    metrics = _metrics(out / "metrics.jsonl", start)
    trained = {"steps": config.steps, "seed": config.seed, "frames": samples.n_frames, "segments": len(samples),  # noqa: E501
               "sentences": len(samples.sentences), "config": asdict(config)}  # fmt: skip
    policy.train()
    with graceful() as stopping:
        for step in range(start, config.steps):
            batch = samples.batch(config.seed, step)
            losses = compute_losses(policy, batch, texts, config, step, device)
            state.step(losses.total(config.language_weight), rate(config, step), config.clip, config.ema)
            done = step + 1
            if done % config.log_every == 0 or done == config.steps:
                scalars = {name: float(value.detach()) for name, value in losses._asdict().items()}
                scalars["loss"] = float(losses.total(config.language_weight).detach())
                for name, value in scalars.items():
                    log.add_scalar(f"train/{name}", value, done)
                log.add_scalar("train/learning_rate", rate(config, step), done)
                metrics.append({"step": done, **scalars})
            if done % config.save_every == 0 or done == config.steps or stopping:
                state.save(done)
                save_checkpoint(out, policy, encoder.fingerprint, trained, state.average)
                _write_metrics(out / "metrics.jsonl", metrics)
                log.flush()
            if stopping:
                raise KeyboardInterrupt
            yield done, config.steps
    log.close()


def compute_losses(
    policy: Policy, batch: SegmentBatch, texts: Texts, config: TrainConfig, step: int, device: torch.device
) -> Losses:
    """The losses of one batch; what is random in it is a function of (seed, step)."""
    tokens, mask = texts.sentences.batch(batch.sentence)
    tokens, mask = tokens.to(device), mask.to(device)
    noise, mask = _disturb(tokens, mask, texts, config, step)
    names, present = texts.names[batch.names].to(device), texts.present[batch.names].to(device)
    reading = policy.language(tokens, mask, names, present, noise)
    family, target, other = (
        torch.from_numpy(x).to(device) for x in (batch.family, batch.target, batch.other)
    )
    instants = batch.actions.shape[1]
    choice = Choice(*(part.repeat_interleave(instants) for part in reading.choose()))
    seen = (torch.from_numpy(x.reshape(-1, *x.shape[2:])).to(device) for x in batch.observation)
    predicted = policy.control(choice, *seen)
    actions = torch.from_numpy(batch.actions).to(device).flatten(0, 1)
    weight = torch.from_numpy(batch.valid).to(device).flatten(0, 1)
    weight = weight * LATER ** torch.arange(weight.shape[1], device=device)
    errors = F.huber_loss(predicted, actions, reduction="none", delta=HUBER) / HUBER
    return Losses(
        (errors.mean(-1) * weight).sum() / weight.sum(),
        F.nll_loss(reading.code, family),
        F.nll_loss(reading.object, target),
        F.nll_loss(reading.other, other.where(other >= 0, reading.object.shape[1])),
    )


def fit_normalisation(policy: Policy, samples: Samples, texts: Texts, seed: int) -> None:
    """Set the policy's means and scales from a few batches."""
    rows, language, control = [], policy.language, policy.control
    for step in range(8):
        batch = samples.batch(seed, step)
        instants = batch.actions.shape[1]
        told = (
            torch.from_numpy(x).repeat_interleave(instants) for x in (batch.family, batch.target, batch.other)
        )
        proprio, entities, _ = (torch.from_numpy(x.reshape(-1, *x.shape[2:])) for x in batch.observation)
        rows.append(control.features(Choice(*told), proprio, entities))
    features = torch.cat(rows)
    control.mean.copy_(features.mean(0))
    control.scale.copy_(features.std(0).clamp(min=0.05))
    tokens = torch.from_numpy(texts.sentences.features[:200_000]).float()
    language.mean.copy_(tokens.mean(0))
    language.scale.copy_(tokens.std(0).clamp(min=1e-3))


def rate(config: TrainConfig, step: int) -> float:
    """Learning rate of a step: linear warm-up, then a cosine to zero."""
    warm = min(1.0, (step + 1) / max(1, config.warmup))
    return config.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * step / config.steps))


def _disturb(
    tokens: Tensor, mask: Tensor, texts: Texts, config: TrainConfig, step: int
) -> tuple[Tensor | None, Tensor]:
    """Noise for the tokens, and the mask without the words that go unheard; three words always stay."""
    generator = torch.Generator().manual_seed(config.seed * 1_000_003 + step)
    if config.token_drop > 0:
        heard = torch.rand(mask.shape, generator=generator) >= config.token_drop
        mask = torch.where(mask.sum(1, keepdim=True) > 3, mask * heard.to(mask), mask)
    if config.token_noise <= 0:
        return None, mask
    drawn = torch.randint(len(texts.noise), mask.shape, generator=generator)
    return config.token_noise * texts.noise[drawn].to(tokens), mask


def _encode(encoder: TextEncoder, samples: Samples, seed: int) -> Texts:
    names = encoder.names(samples.names)
    present = torch.tensor([float(bool(name)) for name in samples.names])
    noise = torch.randn(NOISE_BANK, names.shape[1], generator=torch.Generator().manual_seed(seed))
    return Texts(encoder.table(samples.sentences), names, present, noise)


def _optimiser(policy: Policy, config: TrainConfig) -> torch.optim.AdamW:
    return torch.optim.AdamW(policy.parameters(), config.learning_rate, (0.9, 0.99),
                             weight_decay=config.weight_decay, fused=True)  # fmt: skip


def _identity(config: TrainConfig, samples: Samples) -> dict[str, Any]:
    """What must be equal for a training to be continued."""
    known = asdict(config)
    for name in ("save_every", "log_every", "device", "threads"):
        del known[name]
    return {"config": known, "data": samples.fingerprint}


def _device(name: str) -> torch.device:
    return torch.device(("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name)


def _metrics(path: Path, start: int) -> list[dict[str, float]]:
    """The rows of an interrupted training up to where it goes on."""
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [row for row in rows if row["step"] <= start]


def _write_metrics(path: Path, rows: Sequence[dict[str, float]]) -> None:
    write_atomic(path, "".join(json.dumps(row) + "\n" for row in rows))
