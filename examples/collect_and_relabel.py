"""A little play, and what it turned out to do: collected into a dataset, relabelled, and printed in words.

    python examples/collect_and_relabel.py [FOLDER]

prints a line for each segment, up to twenty:

    8 episodes, 1200 steps, 56 segments.
    episode 0, steps   0 to   8: lift               "i wonder if you could get the medallion which ..."
    episode 0, steps   0 to  19: put_in_tray        "let the tray hold the honey yellow piece"
    ...
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from data.play.collection import PlayConfig, collect
from data.store.reader import open_dataset
from data.store.segments import read_segments
from robopolicy.training.relabelling import RelabelConfig, relabel_dataset
from sim.kinds.desk import DESK


def main(folder: Path) -> None:
    """Play for two minutes of robot time into the folder, and describe it."""
    for _ in collect(PlayConfig(minutes=2, episode_steps=150), folder, workers=1):
        pass  # yields after each unit that is on disk; what is interrupted goes on from there
    for _ in relabel_dataset(folder, RelabelConfig(sentences=1)):
        pass

    dataset = open_dataset(folder, DESK)
    segments, _ = read_segments(folder, DESK)
    print(f"{dataset.n_episodes} episodes, {dataset.n_frames} steps, {len(segments)} segments.")
    for one in segments[:20]:
        where = f"episode {one.episode}, steps {one.start:3} to {one.stop:3}"
        print(f'{where}: {one.task:18} "{one.sentences[0]}"')


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with TemporaryDirectory() as kept_for_now:
            main(Path(kept_for_now) / "play")
