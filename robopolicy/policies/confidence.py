"""Out-of-distribution detection: does a sentence ask for something that can be done here?

The probability of the reading alone tells little: a softmax is confident of anything (Hendrycks and Gimpel
2017). So a logistic model weighs it with the logits of the slots before they are normalised, and with how
far what they attend to is from what training had. It is fitted on training sentences against nonsense, and
its threshold refuses one in a hundred of held-out in-distribution ("sound") sentences, drawn apart from
those of the figures (`robopolicy.training.confidence_data`). It is kept beside the checkpoint.
`robopolicy.training.calibration` fits it; `python -m robopolicy.experiments.confidence` prints how well it
does.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from data.common.atomic_io import write_json
from robopolicy.policies.networks.instruction_encoder import InstructionEncoder
from robopolicy.policies.networks.reading import Reading

FILE = "confidence.json"
OOD_FEATURES = ("reading", "code", "codes", "thing", "other", "margin", "act", "object")


@dataclass(frozen=True)
class Confidence:
    """A logistic model of the features, and the probability below which a sentence is refused."""

    mean: tuple[float, ...]  # of each feature
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    least: float  # probability
    weights_sha256: str = ""  # of the policy that it was fitted for

    def sound(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Features (B, 8) -> the probability that the sentence is in distribution (B,)."""
        z = (features - np.array(self.mean)) / np.array(self.scale)
        return 1 / (1 + np.exp(-np.clip(z @ np.array(self.weights) + self.bias, -50, 50)))

    def save(self, folder: Path) -> None:
        """Write it into a checkpoint's folder."""
        write_json(folder / FILE, {"signs": OOD_FEATURES, **asdict(self)})


def as_confidence(content: bytes, weights_sha256: str) -> Confidence | None:
    """What a file says; None if it is no measure, or one of other weights."""
    try:
        raw = json.loads(content)
        if raw.pop("signs") != list(OOD_FEATURES) or raw["weights_sha256"] != weights_sha256:
            return None
        mean, scale, weights = (tuple(map(float, raw[name])) for name in ("mean", "scale", "weights"))
        found = Confidence(mean, scale, weights, float(raw["bias"]), float(raw["least"]), weights_sha256)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    numbers = [*mean, *scale, *weights, found.bias, found.least]
    whole = len(mean) == len(scale) == len(weights) == len(OOD_FEATURES)
    return found if whole and np.isfinite(numbers).all() else None


@torch.inference_mode()
def ood_features(
    net: InstructionEncoder, reading: Reading, tokens: Tensor, mask: Tensor
) -> NDArray[np.float64]:
    """(B, 8), in the order of OOD_FEATURES, of sentences (B, L, D), (B, L) and their reading."""
    _, probability = reading.choose()
    act, things = net.hearing(tokens, mask, None)
    first, second = reading.code.topk(2, 1).values.unbind(1)
    found = (
        torch.logit(probability.clamp(1e-6, 1 - 1e-6)),
        first,
        reading.code.logsumexp(1),
        reading.object.max(1).values,
        reading.other.max(1).values,
        first - second,
        act.norm(dim=1),
        things[:, 0].norm(dim=1),
    )
    return torch.stack(found, 1).double().numpy()
