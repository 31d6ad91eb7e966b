"""How well are out-of-domain sentences refused?

    python -m robopolicy.experiments.confidence [CHECKPOINT] [env=my_package.pucks:PUCKS]

Prints, for sentences that neither the measure nor its threshold has seen, how many sound ones of each split
are refused, and how much nonsense, with 95 % Wilson intervals. The measure is fitted first where the
checkpoint has none, a damaged one, or one that config.json does not vouch for, as an earlier version's.
"""

import sys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from data.language.out_of_domain import HELD_OUT
from robopolicy.common.errors import UserError
from robopolicy.common.statistics import wilson
from robopolicy.policies.agent import Agent
from robopolicy.policies.checkpoint import BENCHMARK, confidence_of, load_checkpoint
from robopolicy.policies.confidence import Confidence
from robopolicy.training.calibration import SET, N, calibrate, features_of
from robopolicy.training.confidence_data import nonsense, sound, sound_of_all_splits
from sim.kinds.desk import DESK
from sim.kinds.registry import kind_of_world
from sim.world import WorldKind

FIGURES = 13  # seed of the sentences for the figures


class NoConfidence(UserError):
    """The policy has no measure of confidence."""


class Figures(NamedTuple):
    """Outcomes by row of the table: whether each sentence was refused; and the ROC's area."""

    refused: dict[str, NDArray[np.bool_]]
    auc: float
    n: tuple[int, int]  # sound sentences, nonsense


def measure(agent: Agent, model: Confidence, kind: WorldKind, n: int = N) -> Figures:
    """What is refused of sentences that the measure was neither fitted nor set on."""
    known = {one.sentence for said in sound_of_all_splits(n, SET, kind).values() for one in said}
    bare, framed = nonsense(HELD_OUT, FIGURES, held_out=True, kind=kind)
    groups = {
        f"sound: {name}": [one for one in said if one.sentence not in known]
        for name, said in sound_of_all_splits(n, FIGURES, kind).items()
    }
    groups |= {"sound: train, six words at most": sound("train", n, FIGURES + 100, brief=True, kind=kind)}
    groups |= {"nonsense": bare, "nonsense in polite frames": framed}
    scores = {name: model.sound(features_of(agent, said)) for name, said in groups.items() if said}
    good = np.concatenate([score for name, score in scores.items() if name.startswith("sound")])
    bad = np.concatenate([score for name, score in scores.items() if name.startswith("nonsense")])
    refused = {name: score < model.least for name, score in scores.items()}
    is_sound = np.r_[np.ones(len(good)), np.zeros(len(bad))]
    auc = float(roc_auc_score(is_sound, np.concatenate([good, bad])))
    return Figures(refused, auc, (len(good), len(bad)))


def table(figures: Figures) -> str:
    """The figures as printed: one line per group of sentences."""
    lines = [f"{'sentences':34} {'n':>5}  refused, 95 % interval"]
    for name, refused in figures.refused.items():
        low, high = wilson(int(refused.sum()), len(refused))
        rate = f"{100 * refused.mean():.1f} % [{100 * low:.1f}, {100 * high:.1f}]"
        lines.append(f"{name:34} {len(refused):5}  {rate}")
    lines.append(f"area under the ROC: {figures.auc:.3f} (n = {figures.n[0]} sound, {figures.n[1]} nonsense)")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Fit the measure of confidence of a checkpoint anew, and print how well it tells what to refuse."""
    named = [one.partition("=")[2] for one in arguments if one.startswith("env=")]
    folders = [one for one in arguments if not one.startswith("env=")]
    checkpoint, kind = [*folders, BENCHMARK][0], kind_of_world([*named, DESK.spec.name][0])
    for _ in calibrate(checkpoint, kind):
        pass
    model = confidence_of(checkpoint)
    if model is None:
        raise NoConfidence("a policy that is told freely has no reading to be unsure of")
    print(table(measure(Agent(load_checkpoint(checkpoint, kind), kind=kind), model, kind=kind)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
