"""The goal-state half: how things were and how they should be -> what is asked for.

It reads into the same goal space as sentences do (multicontext imitation, Lynch and Sermanet 2021,
arXiv:2005.07648). Trained on the few segments of play that were described, it labels all the others, so that
the action head learns from play that nobody has put into words. There it may also know the course of what
happened, which tells a push from a lift. A policy can be given a goal state instead of a sentence, too; then
there is no course, so half of its training examples hide it.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from robopolicy.policies.networks.features import PAIR_DIM, pair_features, yaw_of
from robopolicy.policies.networks.reading import Choice, CodeBook, Reading
from sim.contact import closing_on
from sim.observation import Observation
from sim.world_spec import WorldSpec

WIDTH = 96
SCALES = (0.1, 0.03, 0.01)  # m: tanh(x / scale) of every shift
CHANGE_DIM = 3 * (1 + len(SCALES)) + 19 + 1  # and one for each piece of furniture
HAND_DIM = 8
COURSE_DIM = 5
HIDDEN = 0.5  # of its training examples hide their course


class GoalExamples(NamedTuple):
    """N segments of play as the network sees them."""

    before: Observation  # (N, ...)
    after: Observation  # (N, ...)
    kinds: Tensor  # (N, E)
    course: Tensor  # (N, E, COURSE_DIM), as `course_of`; all 0 where it is hidden


Examples = Callable[[NDArray[np.int64]], GoalExamples]
"""Rows of a set of segments -> what is seen of them."""


class GoalEncoder(nn.Module):
    """Two observations of the same things -> a reading of what happens in between."""

    def __init__(self, book: CodeBook, world: WorldSpec) -> None:
        super().__init__()
        n_furniture = len(world.fixtures)
        self.book, self.n_kinds, self._opening = book, 1 + n_furniture, world.action.opening
        self.each = _mlp(CHANGE_DIM + n_furniture + COURSE_DIM, WIDTH)
        self.score_object = nn.Linear(WIDTH, 1)
        self.pair = _mlp(2 * WIDTH + PAIR_DIM, WIDTH)
        self.score_other, self.nothing = nn.Linear(WIDTH, 1), nn.Linear(WIDTH, 1)
        self.code = nn.Sequential(_mlp(3 * WIDTH + HAND_DIM, WIDTH), nn.Linear(WIDTH, book.size))

    def forward(
        self, before: Observation, after: Observation, kinds: Tensor, course: Tensor | None = None
    ) -> Reading:
        """Observations with leading axis B, the kinds (B, E) of the things and the course, if known."""
        old, new = (torch.as_tensor(seen.entities) for seen in (before, after))
        if course is None:
            course = torch.zeros(*kinds.shape, COURSE_DIM)
        changes = self.each(torch.cat([changes_of(old, new, kinds, self.n_kinds), course], -1))  # (B, E, W)
        absent = kinds < 0
        score = self.score_object(changes)[..., 0].masked_fill(absent, -1e4)
        weights = score.softmax(1)[:, None]
        thing, acted = (weights @ new)[:, 0], (weights @ changes)[:, 0]
        n = kinds.shape[1]
        gap = pair_features(thing.repeat_interleave(n, 0), new.flatten(0, 1)).view(len(kinds), n, -1)
        pairs = self.pair(torch.cat([changes, acted[:, None].expand(-1, n, -1), gap], -1))
        other = self.score_other(pairs)[..., 0].masked_fill(absent, -1e4)
        related = (other.softmax(1)[:, None] @ pairs)[:, 0]
        most = changes.masked_fill(absent[..., None], -1e4).amax(1)
        code = self.code(torch.cat([acted, related, most, _hand(before, after, self._opening)], -1))
        return Reading(code, score, torch.cat([other, self.nothing(acted)], 1), kinds, self.book)


def changes_of(old: Tensor, new: Tensor, kinds: Tensor, n_kinds: int) -> Tensor:
    """How each thing (B, E, 12), of kinds (B, E), changed: (B, E, CHANGE_DIM + pieces of furniture)."""
    shift = new[..., :3] - old[..., :3]
    turn = yaw_of(new) - yaw_of(old)
    heights = torch.stack([old[..., 2], new[..., 2]], -1) - new[..., 9:10] / 2
    furniture = F.one_hot(kinds.clamp(min=0), n_kinds).float()
    return torch.cat(
        [
            shift / 0.3, *(torch.tanh(shift / scale) for scale in SCALES),
            torch.stack([torch.sin(turn), torch.cos(turn), torch.tanh(3 * turn)], -1),
            torch.tanh(heights / 0.03),
            new[..., :3] / 0.3,
            (new[..., 10:] - old[..., 10:]) / torch.tensor([0.1, 1.0]), torch.tanh(old[..., 10:11] / 0.05),
            torch.tanh((new[..., 10:11] - old[..., 10:11]) / 0.02),
            new[..., 7:10] / 0.05, old[..., 10:], new[..., 10:],
            furniture,
        ],
        -1,
    )  # fmt: skip


def course_of(
    proprio: NDArray[np.float32], entities: NDArray[np.float32], open_hand: float
) -> NDArray[np.float32]:
    """What happened to each thing between the first of T timesteps and each of them.

    Proprio (T, 8) and entities (T, E, 12) -> (T, E, COURSE_DIM): how far it was lifted above both its first
    and its present height, at two scales; how long it was between fingers that are closed farther than
    `open_hand`, m; how long its path is; and
    1, which says that the course is known.
    """
    place = entities[..., :3]
    height = place[..., 2]
    lifted = np.maximum.accumulate(height) - np.minimum(height[:1], height)
    held = np.cumsum(closing_on(place - proprio[:, None, :3], proprio[:, 7:], open_hand), 0)
    steps = np.linalg.norm(np.diff(place, axis=0, prepend=place[:1]), axis=-1)
    parts = (lifted / 0.02, lifted / 0.1, held / 3, np.cumsum(steps, 0) / 0.1)
    return np.stack([*(np.tanh(part) for part in parts), np.ones_like(lifted)], -1).astype(np.float32)


def fit_goal_encoder(
    net: GoalEncoder,
    examples: Examples,
    truth: Choice,
    seed: int,
    steps: int = 2000,
    batch: int = 256,
    learning_rate: float = 2e-3,
) -> None:
    """Train it on what was done in each of N described segments of play."""
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(net.parameters(), learning_rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    # Rare families are drawn more often than they occur.
    counts = torch.bincount(truth.code, minlength=net.book.size).clamp(min=1)
    weights = counts[truth.code].float() ** -0.5
    net.train()
    for _ in range(steps):
        rows = torch.multinomial(weights, batch, replacement=True, generator=generator)
        seen = examples(rows.numpy())
        known = torch.rand(batch, 1, 1, generator=generator) >= HIDDEN
        reading = net(seen.before, seen.after, seen.kinds, seen.course * known)
        loss = reading.negative_log_likelihood(Choice(*(part[rows] for part in truth))).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    net.eval()


@torch.inference_mode()
def read_goals(net: GoalEncoder, examples: Examples, n: int, batch: int = 4096) -> tuple[Choice, Tensor]:
    """What was done in each of n segments, and the probability of that (n,)."""
    found = [net(*examples(rows.numpy())).choose() for rows in torch.arange(n).split(batch)]
    choices, probabilities = zip(*found, strict=True)
    return Choice(*(torch.cat(parts) for parts in zip(*choices, strict=True))), torch.cat(probabilities)


def _hand(before: Observation, after: Observation, opening: float) -> Tensor:
    """The hand before and after: (B, HAND_DIM)."""
    old, new = (torch.as_tensor(seen.proprio) for seen in (before, after))
    return torch.cat(
        [(new - old)[:, :3] / 0.1, new[:, :3] / 0.3, old[:, 7:] / opening, new[:, 7:] / opening], 1
    )


def _mlp(enter: int, leave: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(enter, leave), nn.SiLU(), nn.Linear(leave, leave), nn.SiLU())
