"""How often does a policy do what it is told? A small evaluation, with intervals, and a paired comparison.

    python examples/evaluate_a_policy.py [N]

asks the shipped policy N unseen sentences (32 unless said otherwise), and the same with nothing said; prints

    paraphrase  96.9 % [84.3, 99.4] of 32
    nothing said  3.1 % [0.6, 15.7] of 32
    only the first succeeded at 30 trials, only the second at 0: p = 1.9e-09
    failed (time): "slide the window from left to right"
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from robopolicy.common.statistics import mcnemar, paired, percent
from robopolicy.evaluation.evaluate import evaluate
from robopolicy.evaluation.trials.config import EvaluateConfig


def main(n: int, folder: Path, checkpoint: str = "benchmark") -> None:
    """Evaluate on n sentences; eval_info.json goes into the folder."""
    config = EvaluateConfig(
        checkpoint=checkpoint, levels=("paraphrase",), n=n, controls=("empty",), output=str(folder), workers=1
    )
    evaluation = evaluate(config, tick=lambda _tallies, _per_minute: None)

    told = [result.success for result in evaluation.results["paraphrase"]]
    silent = [result.success for result in evaluation.results["control-empty"]]
    print(f"paraphrase  {percent(sum(told), n)} of {n}")
    print(f"nothing said  {percent(sum(silent), n)} of {n}")

    gained, lost = paired(told, silent)  # of the second over the first, on the same trials
    print(f"only the first succeeded at {lost} trials, only the second at {gained}: ", end="")
    print(f"p = {mcnemar(gained, lost):.2g}")

    for result in evaluation.results["paraphrase"]:
        if not result.success:
            print(f'failed ({result.cause}): "{result.trial.sentence}"')


if __name__ == "__main__":
    with TemporaryDirectory() as kept_for_now:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 32, Path(kept_for_now))
