"""Play for tests."""

from functools import cache
from pathlib import Path

from data.play.collection import PlayConfig, play_unit
from data.store.episode import EpisodeRecord
from data.store.writer import DatasetWriter
from sim.kinds.desk import DESK

CONFIG = PlayConfig(minutes=1, episode_steps=150)


@cache
def minute_of_play() -> list[EpisodeRecord]:
    """Eight episodes, played once in each process of a run of tests."""
    return play_unit(CONFIG, 0)


def some_play(folder: Path) -> Path:
    """A minute and more of it, in eight episodes; nobody has described it."""
    with DatasetWriter(folder, CONFIG, kind=DESK) as writer:
        writer.commit(minute_of_play())
    return folder
