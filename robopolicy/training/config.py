"""How a policy is trained: the options of `robopolicy train`."""

from dataclasses import dataclass, field

from data.common.bounds import MOST_PROCESSES, MOST_SEED, MOST_STEPS, TINY, Bounds, check_bounds
from data.samples.batches import SampleConfig
from data.store.annotations import DESCRIBERS, GRAMMAR
from robopolicy.common.errors import UnknownName
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.base.spec import spec_of
from robopolicy.policies.registry import check_policy
from sim.kinds.registry import kind_of_world

BOUNDS: Bounds = {
    "steps": (1, MOST_STEPS), "seed": (0, MOST_SEED), "learning_rate": (0, 1), "warmup": (0, MOST_STEPS),
    "weight_decay": (0, 1), "clip": (TINY, 1e9), "ema": (0, 1 - 1e-9), "token_noise": (0, 1000),
    "token_drop": (0, 1), "language_weight": (0, 1e6), "goal_steps": (0, MOST_STEPS),
    "save_every": (1, MOST_STEPS), "log_every": (1, MOST_STEPS), "threads": (0, MOST_PROCESSES),
}  # fmt: skip


@dataclass(frozen=True)
class TrainConfig:
    """How a policy is trained."""

    steps: int = 15000  # of the optimiser
    env: str = "desk"  # kind of world that was played in, or one of your own as module:NAME
    seed: int = 0  # of everything random
    describer: str = GRAMMAR  # whose sentences: grammar (of relabel), human (of people, on the page), or both
    learning_rate: float = 1e-3  # at its peak
    warmup: int = 200  # steps until then
    weight_decay: float = 0.01  # of AdamW
    clip: float = 1.0  # largest norm of the gradient
    ema: float = 0.999  # decay of the weights' moving average, which is what is kept
    token_noise: float = 1.0  # standard deviations of noise on tokens
    token_drop: float = 0.1  # probability that a word of a sentence is dropped
    language_weight: float = 0.3  # of the loss on what the sentence asks for
    goal_steps: int = 2000  # of the optimiser of the goal-state half, which comes first
    save_every: int = 1000  # steps
    log_every: int = 50  # steps
    device: str = "auto"  # "cpu", "cuda", or "auto": a GPU if there is one
    threads: int = 0  # CPU threads of the network; 0: as torch chooses
    samples: SampleConfig = field(default_factory=SampleConfig)
    policy: PolicyConfig = field(default_factory=PolicyConfig)

    def __post_init__(self) -> None:
        check_bounds(self, BOUNDS)
        check_policy(self.policy, spec_of(kind_of_world(self.env)))
        if self.describer not in DESCRIBERS:
            raise UnknownName("describer", self.describer, DESCRIBERS)
