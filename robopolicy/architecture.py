"""The shape of the network, as a checkpoint remembers it and the command line changes it."""

from dataclasses import dataclass, field

from robopolicy.encoder import EncoderConfig
from robopolicy.reading import CODES

ACTION_DIM = 7
CONDITIONINGS = ("slots", "free")
HEADS = ("regression", "flow")


@dataclass(frozen=True)
class PolicyConfig:
    """The shape of the network."""

    conditioning: str = "slots"  # slots (what to do, to what), or free: a vector, for what fits no slot
    head: str = "regression"  # of the control network: regression (Huber) or flow (matching)
    named: bool = True  # things are known by their names; false: by the row they stand in
    pooled: bool = False  # the sentence is one vector, the mean of its tokens
    chunk: int = 8  # actions that are predicted at once
    execute: int = 2  # of them that are carried out before it looks again
    history: int = 0  # full actions for which it remembers how its world obeyed; 0: it has no memory
    width: int = 256  # of the control network
    blocks: int = 3  # of the control network
    code_width: int = 64  # of a code's embedding, or of the free vector
    codes: int = CODES  # size of the code book: what play turned out to do, and holding still
    slot_width: int = 128  # in which slots and names are compared
    token_width: int = 384  # of the text encoder
    encoder: EncoderConfig = field(default_factory=EncoderConfig)  # what reads the sentences

    def __post_init__(self) -> None:
        for name, known in (("conditioning", CONDITIONINGS), ("head", HEADS)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be {' or '.join(known)}, not {getattr(self, name)!r}")
        if self.history < 0:
            raise ValueError(f"history must be 0 or more, not {self.history}")
