"""Play for tests."""

from pathlib import Path

from data.play.collection import PlayConfig, play_unit
from data.store.writer import DatasetWriter


def some_play(folder: Path) -> Path:
    """A minute and more of it, in eight episodes; nobody has described it."""
    config = PlayConfig(minutes=1, episode_steps=150)
    with DatasetWriter(folder, config) as writer:
        writer.commit(play_unit(config, 0))
    return folder
