"""The shape of a policy's network, as a checkpoint remembers it and the command line changes it."""

from dataclasses import dataclass, field

from robopolicy.common.errors import check_whole
from robopolicy.policies.text.encoder import EncoderConfig
from sim.common.printable import shown

ACTION_DIM = 7
CODES = 25  # the desk's task families, and holding still
MOST = {
    "chunk": 64, "history": 1000, "width": 2048, "blocks": 32, "code_width": 1024, "codes": 1024,
    "slot_width": 1024, "token_width": 4096,
}  # fmt: skip
"""More than anybody needs, and little enough that a network of it fits a laptop."""
LEAST = {"history": 0, "blocks": 0}  # 1 for the others


@dataclass(frozen=True)
class PolicyConfig:
    """The shape of the network. `robopolicy.policies.registry` knows the kinds and the heads."""

    conditioning: str = "slots"  # the kind: slots (what to do, to what), or free (a vector)
    head: str = "regression"  # of the control network: regression (Huber) or flow (matching)
    named: bool = True  # things are known by their names; false: by the row they stand in
    pooled: bool = False  # the sentence is one vector, the mean of its tokens
    chunk: int = 8  # actions that are predicted at once
    execute: int = 2  # of them that are carried out before it looks again
    history: int = 0  # full actions for which it remembers its world's dynamics; 0: it does not adapt
    width: int = 256  # of the control network
    blocks: int = 3  # of the control network
    code_width: int = 64  # of a code's embedding, or of the free vector
    codes: int = CODES  # size of the code book: at least the task families, and holding still
    slot_width: int = 128  # in which slots and names are compared
    token_width: int = 384  # of the text encoder
    encoder: EncoderConfig = field(default_factory=EncoderConfig)  # what reads the sentences

    def __post_init__(self) -> None:
        for name in ("conditioning", "head"):
            if not isinstance(getattr(self, name), str):
                raise ValueError(f"{name} must be a name, not {shown(getattr(self, name))}")
        for name in ("named", "pooled"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} must be true or false, not {getattr(self, name)!r}")
        for name, most in MOST.items():
            check_whole(name, getattr(self, name), LEAST.get(name, 1), most)
        check_whole("execute", self.execute, 1, self.chunk)
