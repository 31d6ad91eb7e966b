"""The whole of learning in half a minute: play, relabel, train a tiny policy, and see the loss fall.

    python examples/train_tiny.py [FOLDER]

The policy has learned nothing useful after so few steps; `robopolicy demo` trains one that has. Prints

    step  10: loss 1.62 (actions 0.37, language 4.16)
    ...
    checkpoint: README.md, config.json, metrics.jsonl, model.safetensors, training
    270,791 parameters
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from data.play.collection import PlayConfig, collect
from data.samples.batches import SampleConfig
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.checkpoint import load_checkpoint
from robopolicy.training.config import TrainConfig
from robopolicy.training.loop import train
from robopolicy.training.metrics import read_metrics
from robopolicy.training.relabelling import RelabelConfig, relabel_dataset
from sim.kinds.desk import DESK

TINY = TrainConfig(
    steps=30,
    log_every=10,
    goal_steps=10,
    policy=PolicyConfig(width=64, blocks=1, chunk=4),
    samples=SampleConfig(segments=16, sentences=24),
)


def main(folder: Path) -> None:
    """Everything goes into the folder."""
    play, checkpoint = folder / "play", folder / "checkpoint"
    for _ in collect(PlayConfig(minutes=2, episode_steps=150), play, workers=1):
        pass
    for _ in relabel_dataset(play, RelabelConfig(sentences=2)):
        pass
    for _ in train(TINY, [play], checkpoint):  # yields after every step of the optimiser
        pass

    for row in read_metrics(checkpoint / "metrics.jsonl"):
        print("step {step:3}: loss {loss:.2f} (actions {actions:.2f}, language {language:.2f})".format(**row))
    print("checkpoint:", ", ".join(sorted(path.name for path in checkpoint.iterdir())))
    print(f"{load_checkpoint(checkpoint, DESK).n_parameters:,} parameters")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with TemporaryDirectory() as kept_for_now:
            main(Path(kept_for_now))
