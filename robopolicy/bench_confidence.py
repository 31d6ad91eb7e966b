"""Does it know when it is out of its depth? `python -m robopolicy.bench_confidence [CHECKPOINT] [fit]`.

Prints, for sentences that neither the measure nor its threshold has seen, how many sound ones are refused
at each level and how much nonsense is, with 95 % Wilson intervals. With `fit` it first fits the measure
(a few minutes) and keeps it as confidence.json beside the checkpoint.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.nonsense import FITTED, HELD_OUT
from robopolicy.agent import Agent
from robopolicy.checkpoint import doubts_of, folder_of, load_checkpoint, read_config
from robopolicy.confidence import Confidence, area_under, fitted
from robopolicy.confidence_data import Said, nonsense, sound, sound_of_all_levels
from robopolicy.errors import UserError
from robopolicy.stats import wilson

N = 400  # sentences of each level for the threshold, and as many others for the figures
FALSE_REFUSALS = 0.01  # of held-out sound sentences: what the threshold is set for
FIT, SET, FIGURES = 11, 12, 13  # seeds of the three draws
BATCH = 64


class NoConfidence(UserError):
    """There is nothing to measure."""


class Figures(NamedTuple):
    """Outcomes by row of the table: whether each sentence was refused; and the ROC's area."""

    refused: dict[str, NDArray[np.bool_]]
    auc: float
    n: tuple[int, int]  # sound sentences, nonsense


def fit(agent: Agent, weights_sha256: str, n: int = N) -> Confidence:
    """The measure for a policy, its threshold set."""
    said = sound("seen", 2 * n, FIT) + sound("seen", 2 * n, FIT + 100, brief=True)
    bare, framed = nonsense(FITTED, FIT, held_out=False)
    model = fitted(_signs(agent, said), _signs(agent, bare + framed))
    held_out = [one for level in sound_of_all_levels(n, SET).values() for one in level]
    least = float(np.quantile(model.sound(_signs(agent, held_out)), FALSE_REFUSALS))
    return replace(model, least=least, weights_sha256=weights_sha256)


def measure(agent: Agent, model: Confidence, n: int = N) -> Figures:
    """What it refuses of sentences that it was not made with."""
    known = {one.sentence for level in sound_of_all_levels(n, SET).values() for one in level}
    bare, framed = nonsense(HELD_OUT, FIGURES, held_out=True)
    groups = {
        f"sound: {name}": [one for one in said if one.sentence not in known]
        for name, said in sound_of_all_levels(n, FIGURES).items()
    }
    groups |= {"sound: seen, six words at most": sound("seen", n, FIGURES + 100, brief=True)}
    groups |= {"nonsense": bare, "nonsense in polite frames": framed}
    scores = {name: model.sound(_signs(agent, said)) for name, said in groups.items()}
    good = np.concatenate([score for name, score in scores.items() if name.startswith("sound")])
    bad = np.concatenate([score for name, score in scores.items() if name.startswith("nonsense")])
    refused = {name: score < model.least for name, score in scores.items()}
    return Figures(refused, area_under(good, bad), (len(good), len(bad)))


def _signs(agent: Agent, said: Sequence[Said]) -> NDArray[np.float64]:
    parts = [said[at : at + BATCH] for at in range(0, len(said), BATCH)]
    return np.concatenate([agent.signs([s.sentence for s in p], [s.names for s in p]) for p in parts])


def table(figures: Figures) -> str:
    """As printed."""
    lines = [f"{'sentences':34} {'n':>5}  refused, 95 % interval"]
    for name, refused in figures.refused.items():
        low, high = wilson(int(refused.sum()), len(refused))
        rate = f"{100 * refused.mean():.1f} % [{100 * low:.1f}, {100 * high:.1f}]"
        lines.append(f"{name:34} {len(refused):5}  {rate}")
    lines.append(f"area under the ROC: {figures.auc:.3f} (n = {figures.n[0]} sound, {figures.n[1]} nonsense)")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    checkpoint = next((one for one in arguments if one != "fit"), "benchmark")
    policy = load_checkpoint(checkpoint)
    if policy.config.conditioning != "slots":
        raise NoConfidence("a policy that is told freely has no reading to be unsure of")
    agent = Agent(policy)
    if "fit" in arguments:
        fit(agent, read_config(checkpoint)["weights_sha256"]).save(folder_of(checkpoint))
    model = doubts_of(checkpoint)
    if model is None:
        raise NoConfidence(f"{checkpoint} has no confidence.json for its weights; add `fit` to make it")
    print(table(measure(agent, model)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
