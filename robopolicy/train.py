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

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from data.files import write_atomic
from data.reading import open_dataset
from data.relabel import nameless, stretches
from data.samples import HOLD, Ends, Episodes, SampleConfig, Samples, SegmentBatch, SentenceBatch, Stretch
from data.segments import Segment, read_segments
from robopolicy.checkpoint import save_checkpoint
from robopolicy.encoder import TextEncoder
from robopolicy.goal_state import fit_goal_net, read_goals
from robopolicy.language import Told
from robopolicy.policy import Choice, Policy, PolicyConfig
from robopolicy.progress import TrainingState, graceful
from robopolicy.reading import Reading, kind_of
from robopolicy.tokens import Tokens
from sim.observation import Observation

NOISE_BANK = 8192  # vectors of noise that tokens draw from: cheaper than new ones for every token
LATER = 0.9  # the weight of each action of a chunk relative to the one before it
SURE = 0.8  # probability from which a reading of undescribed play is learned from


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
    token_noise: float = 1.0  # standard deviations of noise on tokens
    token_drop: float = 0.1  # of the words of a sentence that go unheard
    language_weight: float = 0.3  # of the loss on what the sentence asks for
    goal_steps: int = 2000  # of the optimiser of the goal-state half, which comes first
    save_every: int = 1000  # steps
    log_every: int = 50  # steps
    device: str = "auto"  # "cpu", "cuda", or "auto": a GPU if there is one
    threads: int = 0  # CPU threads of the network; 0: as torch chooses
    samples: SampleConfig = field(default_factory=SampleConfig)
    policy: PolicyConfig = field(default_factory=PolicyConfig)


class Losses(NamedTuple):
    """Parts of the loss; each a mean over the batch."""

    actions: Tensor
    language: Tensor  # surprise at what the sentence asks for; 0 where it is told freely

    def total(self, language_weight: float) -> Tensor:
        return self.actions + language_weight * self.language


class Texts(NamedTuple):
    """Everything that training reads, encoded."""

    sentences: Tokens
    names: Tensor  # (names, D)
    kinds: Tensor  # (names,)
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
    _learn_goal_states(policy, samples, dataset, texts.kinds, config)
    fit_normalisation(policy, samples, texts, config.seed)
    policy.to(device)
    state = TrainingState(policy, _optimiser(policy, config), out / "training", _identity(config, samples))
    start = state.resume()
    log = SummaryWriter(str(out / "training"), purge_step=start)
    metrics = _metrics(out / "metrics.jsonl", start)
    trained = {
        "steps": config.steps,
        "seed": config.seed,
        "frames": samples.n_frames,
        "segments": len(samples),
        "stretches": samples.n_stretches,
        "sentences": len(samples.sentences),
        "config": asdict(config),
    }
    policy.train()
    with graceful() as stopping:
        for step in range(start, config.steps):
            play, said = samples.batch(config.seed, step), samples.sentence_batch(config.seed, step)
            losses = compute_losses(policy, play, said, texts, config, step, device)
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
    policy: Policy,
    play: SegmentBatch,
    said: SentenceBatch,
    texts: Texts,
    config: TrainConfig,
    step: int,
    device: torch.device,
) -> Losses:
    """The losses of one step; what is random in it is a function of (seed, step)."""
    torch.manual_seed(config.seed * 1_000_003 + step)  # for what a flow draws
    instants = play.actions.shape[1]
    weight = torch.from_numpy(play.valid).to(device).flatten(0, 1)
    weight = weight * LATER ** torch.arange(weight.shape[1], device=device)
    language = torch.zeros((), device=device)
    if config.policy.conditioning == "free":
        described = play.sentence >= 0
        told = _hear(policy, np.maximum(play.sentence, 0), play.names, texts, config, step, device)
        assert isinstance(told, Told)
        told = Told(*(part.repeat_interleave(instants, 0) for part in told))
        weight = weight * torch.from_numpy(described).to(weight).repeat_interleave(instants)[:, None]
    else:
        reading = _hear(policy, said.sentence, said.names, texts, config, step, device)
        assert isinstance(reading, Reading)
        asked = Choice(*(torch.from_numpy(x).to(device) for x in (said.family, said.target, said.other)))
        language = reading.surprise(asked).mean()
        told = policy.control.told(_done(play, device), play.names.shape[1])
    proprio, entities, mask = (
        torch.from_numpy(x.reshape(-1, *x.shape[2:])).to(device) for x in play.observation
    )
    actions = torch.from_numpy(play.actions).to(device).flatten(0, 1)
    errors = policy.control.errors(told, proprio, entities, mask, actions)
    return Losses((errors.mean(-1) * weight).sum() / weight.sum().clamp(min=1), language)


def _done(play: SegmentBatch, device: torch.device | None = None) -> Choice:
    """What was done in each stretch, once for each of its instants."""
    parts = (torch.from_numpy(x).to(device) for x in (play.family, play.target, play.other))
    return Choice(*(part.repeat_interleave(play.actions.shape[1]) for part in parts))


def _hear(
    policy: Policy,
    sentences: NDArray[np.int64],
    names: NDArray[np.int64],
    texts: Texts,
    config: TrainConfig,
    step: int,
    device: torch.device,
) -> Reading | Told:
    """Sentences through noise."""
    tokens, mask = texts.sentences.batch(sentences)
    noise, mask = _disturb(tokens, mask, texts, config, step)
    noise = None if noise is None else noise.to(device)
    named, kinds = texts.names[names].to(device), texts.kinds[names].to(device)
    return policy.language(tokens.to(device), mask.to(device), named, kinds, noise)


def _learn_goal_states(
    policy: Policy, samples: Samples, dataset: Episodes, kinds: Tensor, config: TrainConfig
) -> None:
    """Teach the goal-state half on what is described, and let it say what was done in the rest."""
    ends, truth = samples.described_ends(), samples.truth
    nothing = [
        Stretch(i, start, stop)
        for i, record in enumerate(dataset.episodes())
        if samples.described[i]
        for start, stop in nameless(record.states)
    ]
    if nothing:
        more, fill = samples.ends_of(nothing), np.zeros(len(nothing), np.int64)
        names = np.concatenate([ends.names, more.names])
        ends = Ends(_joined(ends.before, more.before), _joined(ends.after, more.after), names)
        nothing_done = (fill + HOLD, fill, fill - 1)
        truth = tuple(np.concatenate(pair) for pair in zip(truth, nothing_done, strict=True))
    asked = Choice(*(torch.from_numpy(column) for column in truth))
    fit_goal_net(
        policy.goal_state, ends.before, ends.after, kinds[ends.names], asked, config.seed, config.goal_steps
    )
    policy.goal_state.requires_grad_(False)
    if not config.samples.undescribed or samples.described.all():
        return
    rest = [
        Stretch(i, start, stop)
        for i, record in enumerate(dataset.episodes())
        if not samples.described[i]
        for start, stop in stretches(record.states)
    ]
    if rest:
        ends = samples.ends_of(rest)
        done, sure = read_goals(policy.goal_state, ends.before, ends.after, kinds[ends.names])
        good = ((sure > SURE) & (done.code != HOLD)).numpy()
        kept = [stretch for stretch, keep in zip(rest, good, strict=True) if keep]
        if kept:
            samples.learn_from(kept, *(part.numpy()[good] for part in done))


def fit_normalisation(policy: Policy, samples: Samples, texts: Texts, seed: int) -> None:
    """Set the policy's means and scales from a few batches."""
    rows, hearing, control = [], policy.language.hearing, policy.control
    with torch.no_grad():
        for step in range(8):
            play = samples.batch(seed, step)
            proprio, entities, _ = (torch.from_numpy(x.reshape(-1, *x.shape[2:])) for x in play.observation)
            told = control.told(_done(play), entities.shape[1])
            rows.append(control.features(told, proprio, entities))
    features = torch.cat(rows)
    control.mean.copy_(features.mean(0))
    control.scale.copy_(features.std(0).clamp(min=0.05))
    tokens = torch.from_numpy(texts.sentences.features[:200_000]).float()
    hearing.mean.copy_(tokens.mean(0))
    hearing.scale.copy_(tokens.std(0).clamp(min=1e-3))


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
    kinds = torch.tensor([kind_of(name) for name in samples.names])
    noise = torch.randn(NOISE_BANK, names.shape[1], generator=torch.Generator().manual_seed(seed))
    return Texts(encoder.table(samples.sentences), names, kinds, noise)


def _joined(one: Observation, more: Observation) -> Observation:
    return Observation(*(np.concatenate(pair) for pair in zip(one, more, strict=True)))


def _optimiser(policy: Policy, config: TrainConfig) -> torch.optim.AdamW:
    trained = [parameter for parameter in policy.parameters() if parameter.requires_grad]
    return torch.optim.AdamW(trained, config.learning_rate, (0.9, 0.99),
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
